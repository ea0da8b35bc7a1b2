// The quiz in JupyterLab: native inputs, each answer sent to Python at once, every failure said in words.
// It holds no key: it cannot tell a right answer from a wrong one.

// On whatever can have the focus: JupyterLab would take arrow keys, and D twice would delete the cell.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
const PATIENCE_MS = 8000;
const TYPING_PAUSE_MS = 500;
const NO_ANSWER =
  "Python does not answer. Your answer stays in this window, and what was saved before is kept. " +
  "Choose Kernel, then Restart Kernel, press ▶ again, and answer again what was not saved.";

let made = 0;

function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function isAnswered(answer) {
  if (answer === undefined || answer === null) return false;
  return Array.isArray(answer) || typeof answer === "object" || answer.trim() !== "";
}

// One item: its inputs, reading and showing an answer, and the line that says whether it is saved.
class Item {
  constructor(item, number, id, changed) {
    this.item = item;
    this.number = number;
    this.changes = 0;
    this.unsaved = false; // the window holds something that the record does not
    this.kept = false; // the record holds an answer
    this.error = "";
    this.status = element("p", { className: "kq-status", role: "status" });
    const legend = element("legend", { id: `${id}-stem` }, element("b", {}, `${number}. `), item.stem);
    const points = element("p", { className: "kq-points" }, `${item.points} ${item.points === 1 ? "point" : "points"}${this.hint()}`);
    this.node = element("fieldset", { ...OWN_KEYS, className: "kq-item", id, tabIndex: -1 }, legend, points);
    this.inputs = this.build(id, changed);
    this.node.append(this.status);
  }

  hint() {
    return { multiple: ", select all that apply", numeric: ", give number and unit", free_text: ", graded by a person" }[this.item.type] ?? "";
  }

  build(id, changed) {
    const now = () => changed(this, 0);
    const later = () => changed(this, TYPING_PAUSE_MS);
    if (this.item.options) {
      const type = this.item.type === "single" ? "radio" : "checkbox";
      return this.item.options.map((option) => {
        const input = element("input", { ...OWN_KEYS, type, name: id, value: option.id, id: `${id}-${option.id}` });
        input.addEventListener("change", now);
        this.node.append(element("label", { className: "kq-option", htmlFor: input.id }, input, element("span", {}, option.text)));
        return input;
      });
    }
    if (this.item.type === "numeric") {
      const value = element("input", { ...OWN_KEYS, type: "text", inputMode: "decimal", id: `${id}-value`, autocomplete: "off" });
      const unit = element("select", { ...OWN_KEYS, id: `${id}-unit` },
        element("option", { value: "" }, "choose a unit"), ...this.item.units.map((name) => element("option", { value: name }, name)));
      value.addEventListener("input", later);
      unit.addEventListener("change", now);
      this.node.append(element("div", { className: "kq-numeric" },
        element("label", { htmlFor: value.id }, "Number"), value, element("label", { htmlFor: unit.id }, "Unit"), unit));
      return [value, unit];
    }
    const text = element("textarea", { ...OWN_KEYS, id: `${id}-text`, rows: 6, maxLength: 20000, "aria-labelledby": `${id}-stem` });
    text.addEventListener("input", later);
    this.node.append(text);
    return [text];
  }

  // The answer as it stands in the window; null if there is none; undefined if it is not complete yet.
  get answer() {
    if (this.item.options) {
      const chosen = this.inputs.filter((input) => input.checked).map((input) => input.value);
      if (this.item.type === "multiple") return chosen.length ? chosen : null;
      return chosen[0] ?? null;
    }
    if (this.item.type === "numeric") {
      const [{ value: typed }, { value: unit }] = this.inputs;
      const value = Number(typed.trim().replace(",", ".").replace("−", "-"));
      if (!typed.trim() && !unit) return null;
      if (!typed.trim() || !Number.isFinite(value)) return this.incomplete("Write a number, such as 7.9.");
      return unit ? { value, unit } : this.incomplete("Choose a unit too; nothing is saved until you do.");
    }
    return this.inputs[0].value || null;
  }

  incomplete(hint) {
    this.say(this.kept ? `${hint} Until then your earlier answer counts.` : hint);
    return undefined;
  }

  show(answer) {
    if (this.item.options) {
      const chosen = [answer ?? []].flat();
      for (const input of this.inputs) input.checked = chosen.includes(input.value);
    } else if (this.item.type === "numeric") {
      this.inputs[0].value = answer?.value ?? "";
      this.inputs[1].value = answer?.unit ?? "";
    } else {
      this.inputs[0].value = answer ?? "";
    }
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text; // else it would be read out again
    this.status.classList.toggle("kq-failed", text !== "" && text === this.error);
  }
}

class Quiz {
  constructor(model, el, experimental) {
    this.model = model;
    this.experimental = experimental;
    this.quiz = JSON.parse(model.get("quiz"));
    this.prefix = `kq-${++made}`;
    this.timers = new Map();
    this.waiting = Promise.resolve();
    this.notice = element("div", { className: "kq-notice", role: "alert" });
    this.receipt = element("div", { className: "kq-receipt", role: "status", tabIndex: -1, ...OWN_KEYS });
    this.note = element("p", { className: "kq-note", role: "status" });
    this.items = this.quiz.items.map((item, index) =>
      new Item(item, index + 1, `${this.prefix}-${item.id}`, (each, pause) => this.changed(each, pause)));
    this.submitButton = this.button("Check and submit", "submit", () => this.check());
    this.downloadButton = this.button("Download to hand in", "download", () => this.download());
    this.root = element("section", { className: "kq", "aria-labelledby": `${this.prefix}-title` },
      this.header(), this.notice, ...this.items.map(({ node }) => node),
      element("div", { className: "kq-buttons" }, this.submitButton, this.downloadButton), this.note, this.receipt);
    el.replaceChildren(this.root);
    this.follow = () => this.showRecord();
    model.on("change:record", this.follow);
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
    for (const each of this.items) each.kept = each.item.id in answers;
    for (const each of this.items.filter(({ unsaved }) => !unsaved)) {
      const answer = answers[each.item.id] ?? null;
      if (JSON.stringify(each.answer) === JSON.stringify(answer)) {
        if (answer !== null && !each.status.textContent) each.say(`Saved ${clock(saved_at)}`);
        continue;
      }
      each.show(answer);
      each.say(answer === null ? `Answer removed ${clock(saved_at)}` : `Saved ${clock(saved_at)}`);
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
    if (each.answer !== undefined) each.say("Saving …");
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
      const { record, error = "" } = await this.ask("save", { item: each.item.id, answer });
      each.error = error;
      each.unsaved = Boolean(error) || each.changes > changes;
      if (error) each.say(error);
      else if (!each.unsaved) each.say(answer === null ? `Answer removed ${clock(record.saved_at)}` : `Saved ${clock(record.saved_at)}`);
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
    const open = this.items.filter(({ answer }) => !isAnswered(answer));
    if (open.length === 0) return this.submit();
    const links = open.map(({ number, node }) => {
      const link = this.button(`Question ${number}`, `go-${number}`, () => { node.scrollIntoView(); node.focus(); });
      link.classList.add("kq-quiet");
      return link;
    });
    const anyway = this.button("Submit without them", "anyway", () => this.submit());
    this.receipt.replaceChildren(
      element("p", {}, `${open.length} of ${this.items.length} questions ${open.length === 1 ? "is" : "are"} not answered:`),
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
    quiz.settle();
  };
}

export default { render };
