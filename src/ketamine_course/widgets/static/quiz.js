// The quiz in JupyterLab: native inputs, each answer sent to Python at once, every failure said in words.
// It holds no key: it cannot tell a right answer from a wrong one.

import { ItemView, OWN_KEYS, element, ownPrefix } from "./item.js";

const PATIENCE_MS = 8000;
const NO_ANSWER =
  "Python does not answer. Your answer stays in this window, and what was saved before is kept. " +
  "Choose Kernel, then Restart Kernel, press ▶ again, and answer again what was not saved.";

function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// The same text for the same answer: the record's file sorts what an object holds.
function asText(answer) {
  return JSON.stringify(answer, (_name, value) => (value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value));
}

function isAnswered(answer) {
  if (answer === undefined || answer === null) return false;
  return Array.isArray(answer) || typeof answer === "object" || answer.trim() !== "";
}

// One item of the quiz: its view, and how it stands with the record.
class Item {
  constructor(item, number, id, changed) {
    this.item = item;
    this.number = number;
    this.changes = 0;
    this.unsaved = false; // the window holds something that the record does not
    this.kept = false; // the record holds an answer
    this.error = "";
    this.sent = undefined; // the answer that was sent last, as text
    this.recorded = undefined; // the answer that the record was last seen to hold, as text
    this.saved = null; // that answer
    this.view = new ItemView(item, { id, number, changed: (_view, pause) => changed(this, pause) });
    this.node = this.view.node;
  }

  // What can be saved: an unfinished answer too, if what there is of it has a meaning.
  get answer() {
    return this.view.draft;
  }

  get complete() {
    return isAnswered(this.view.answer);
  }

  get status() {
    return this.view.said;
  }

  say(text) {
    this.view.say(text, text === this.error);
  }

  // Saved or taken away, and what is still missing.
  stands(at, more = "") {
    const said = this.answer === null ? `Answer removed ${clock(at)}` : `Saved ${clock(at)}`;
    const extras = [more, this.view.hint && `${this.view.hint}.`].filter(Boolean).join(" ");
    this.say(extras ? `${said}. ${extras}` : said);
  }

  askForMore() {
    const { hint } = this.view;
    this.say(this.kept ? `${hint}. Until then your earlier answer counts.` : `${hint}; nothing is saved until you do.`);
  }
}

class Quiz {
  constructor(model, el, experimental) {
    this.model = model;
    this.experimental = experimental;
    this.quiz = JSON.parse(model.get("quiz"));
    this.prefix = ownPrefix("kq");
    this.timers = new Map();
    this.waiting = Promise.resolve();
    this.notice = element("div", { className: "kq-notice", role: "alert" });
    this.receipt = element("div", { className: "kq-receipt", role: "status", tabIndex: -1, ...OWN_KEYS });
    this.note = element("p", { className: "kq-note", role: "status" });
    this.items = this.quiz.items.map((item, index) =>
      new Item(item, index + 1, `${this.prefix}-${item.id}`, (each, pause) => this.changed(each, pause)));
    this.submitButton = this.button("Check and submit", "submit", () => this.check());
    this.downloadButton = this.button("Download to hand in", "download", () => this.download());
    this.root = element("section", { className: "kq kq-quiz", "aria-labelledby": `${this.prefix}-title` },
      this.header(), this.notice, ...this.items.map(({ node }) => node),
      element("div", { className: "kq-buttons" }, this.submitButton, this.downloadButton), this.note, this.receipt);
    el.replaceChildren(this.root);
    this.follow = () => this.showRecord();
    model.on("change:record", this.follow);
    // Back from another tab: what was saved there is in the record on disk, not yet in this window's.
    this.look = () => this.experimental.invoke("look", {}, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {});
    addEventListener("focus", this.look);
    this.showRecord();
    this.tell(model.get("problem"));
  }

  header() {
    const { title, due, items } = this.quiz;
    const facts = [["Name", this.model.get("name")], ["Questions", items.length], ["Due", due]].filter(([, value]) => value !== "");
    this.saved = element("p", { className: "kq-saved", role: "status" });
    return element("header", {}, element("h2", { id: `${this.prefix}-title` }, title),
      element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))])), this.saved);
  }

  button(text, name, action) {
    const button = element("button", { ...OWN_KEYS, type: "button", className: "kq-button", name }, text);
    button.addEventListener("click", action);
    return button;
  }

  get record() {
    return JSON.parse(this.model.get("record"));
  }

  // Another tab or view may have saved too; what is not saved here is never overwritten by it.
  showRecord() {
    const { answers, saved_at, submitted } = this.record;
    for (const each of this.items) {
      const answer = answers[each.item.id] ?? null;
      const recorded = asText(answer);
      const own = asText(each.answer) ?? "";
      // Neither what this window sent nor what it saw there before: another one wrote it.
      const foreign = each.recorded !== undefined && recorded !== each.recorded && recorded !== each.sent && recorded !== own;
      each.kept = answer !== null;
      each.recorded = recorded;
      each.saved = answer;
      const elsewhere = `Changed in another window at ${clock(saved_at)}; the later answer counts`;
      if (each.unsaved) {
        if (foreign) each.say(elsewhere);
        continue;
      }
      if (own === recorded) {
        if (answer !== null && !each.status.textContent) each.stands(saved_at);
        continue;
      }
      each.view.show(answer);
      if (foreign && own !== "null") each.say(elsewhere);
      else each.stands(saved_at);
    }
    this.tell();
    if (submitted) this.showReceipt(submitted);
    else if (this.receipt.querySelector("h3")) this.receipt.replaceChildren();
  }

  async ask(name, message) {
    try {
      const [answer, buffers] = await this.experimental.invoke(name, message, { signal: AbortSignal.timeout(PATIENCE_MS) });
      return { ...answer, buffers };
    } catch {
      return { error: `${{ save: "Not saved", submit: "Not submitted", hand_in: "Not downloaded" }[name]}: ${NO_ANSWER}` };
    }
  }

  // Above the items: what went wrong, with the numbers of all questions that it holds for, or that all is saved.
  tell(problem = "") {
    const failed = this.items.filter(({ error }) => error);
    const numbers = failed.map(({ number }) => number).join(", ");
    const said = failed.length ? `Question${failed.length > 1 ? "s" : ""} ${numbers}: ${failed.at(-1).error}` : problem;
    if (this.notice.textContent !== said) this.notice.textContent = said;
    const { saved_at } = this.record;
    const safe = failed.length ? "" : " You can close this and come back.";
    this.saved.textContent = saved_at ? `Last saved ${clock(saved_at)}.${safe}` : "";
  }

  changed(each, pause) {
    clearTimeout(this.timers.get(each));
    each.changes += 1;
    each.unsaved = true;
    if (each.answer === undefined) each.askForMore();
    else each.say("Saving …");
    this.receipt.replaceChildren();
    this.note.textContent = "";
    this.timers.set(each, setTimeout(() => {
      this.timers.delete(each);
      this.save(each);
    }, pause));
  }

  // One after the other, so that a slow save never overtakes a later one.
  save(each) {
    this.waiting = this.waiting.then(async () => {
      const { answer, changes } = each;
      if (answer === undefined || !each.unsaved) return;
      each.say("Saving …");
      each.sent = asText(answer);
      const { record, elsewhere, error = "" } = await this.ask("save", { item: each.item.id, answer, seen: each.saved });
      each.error = error;
      each.unsaved = Boolean(error) || each.changes > changes;
      if (error) each.say(error);
      else if (!each.unsaved) each.stands(record.saved_at, elsewhere ? "Another window had changed it; this later answer counts." : "");
      this.tell();
      // What could not be saved before may be now.
      const other = this.items.find((item) => !error && item.error && !this.timers.has(item));
      if (other) this.save(other);
    });
    return this.waiting;
  }

  // Save what is not saved yet; stop at the first failure, which the learner has been told of.
  async settle() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    for (const each of this.items.filter(({ unsaved }) => unsaved)) {
      await this.save(each);
      if (each.error) break;
    }
    await this.waiting;
  }

  async check() {
    await this.settle();
    if (this.items.some(({ error }) => error)) return; // a receipt would not count what is not saved
    const open = this.items.filter(({ complete }) => !complete);
    const begun = open.some(({ answer }) => isAnswered(answer)) ? " completely" : "";
    if (open.length === 0) return this.submit();
    const links = open.map(({ number, node }) => {
      const link = this.button(`Question ${number}`, `go-${number}`, () => { node.scrollIntoView(); node.focus(); });
      link.classList.add("kq-quiet");
      return link;
    });
    const anyway = this.button("Submit without them", "anyway", () => this.submit());
    this.receipt.replaceChildren(
      element("p", {}, `${open.length} of ${this.items.length} questions ${open.length === 1 ? "is" : "are"} not answered${begun}:`),
      element("div", {}, ...links), anyway);
    this.receipt.focus();
  }

  async submit() {
    const { record, error } = await this.ask("submit", {});
    this.tell(error);
    if (error) return;
    this.showReceipt(record.submitted);
    this.receipt.focus();
  }

  showReceipt({ at, hash }) {
    this.receipt.replaceChildren(
      element("h3", {}, "Receipt"),
      element("p", {}, `Marked as complete at ${clock(at)} on ${new Date(at).toLocaleDateString()}. Receipt number ${hash}.`),
      element("p", {}, "Now hand it in: press Submit in the Assignment List, or, where there is none, press "
        + "“Download to hand in” and upload that one file."));
  }

  async download() {
    await this.settle();
    const unsaved = this.items.filter((each) => each.unsaved && each.answer !== undefined);
    const answers = Object.fromEntries(unsaved.map(({ item, answer }) => [item.id, answer]));
    const { name, error, buffers } = await this.ask("hand_in", { answers });
    this.tell(error);
    if (error) return;
    const link = element("a", { href: URL.createObjectURL(new Blob([buffers[0]], { type: "application/x-ipynb+json" })), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
    this.note.textContent = `Downloaded ${name}. It holds the notebook and your answers: upload this one file.`;
  }
}

function render({ model, el, experimental }) {
  const quiz = new Quiz(model, el, experimental);
  return () => {
    model.off("change:record", quiz.follow);
    removeEventListener("focus", quiz.look);
    quiz.settle();
  };
}

export default { render };
