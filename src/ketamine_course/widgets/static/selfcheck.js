// Formative items with their keys, for practice: in the published page and, as an anywidget, in JupyterLab.
//
// Answers are scored here and sent nowhere. What was reached is kept in this browser, if it keeps anything.

import { ItemView, OWN_KEYS, counted, element, ownPrefix } from "./item.js";
import * as scoring from "./scoring.js";

const KEPT = "ketamine-course.progress.v1";
const TITLES = { formative: "Check yourself", pretest: "Before you read on: what do you know already?" };

function rounded(number) {
  return Number(number.toFixed(2));
}

// What is kept may have been written by anybody.
function asObject(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? value : {};
}

// Progress by module and item: {version, earned, possible, tries, at}. Read anew each time: another tab writes too.
class Progress {
  constructor(module) {
    this.module = module;
    this.works = true;
    this.blocked = {}; // what this page alone knows where nothing may be kept
    try {
      localStorage.setItem(`${KEPT}.try`, "1");
      localStorage.removeItem(`${KEPT}.try`);
    } catch {
      this.works = false;
    }
  }

  get all() {
    if (!this.works) return this.blocked;
    try {
      return asObject(JSON.parse(localStorage.getItem(KEPT)));
    } catch {
      return {}; // not what this module wrote
    }
  }

  // An item whose version was raised since is another item.
  of({ id, version }) {
    const found = asObject(asObject(this.all[this.module])[id]);
    return found.version === version && Number.isFinite(found.earned + found.possible) ? found : undefined;
  }

  change(edit) {
    const { all } = this;
    all[this.module] = asObject(all[this.module]);
    edit(all[this.module]);
    if (Object.keys(all[this.module]).length === 0) delete all[this.module];
    if (!this.works) return;
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
    } catch {
      this.works = false; // full
      this.blocked = all;
    }
  }
}

const DEFAULT_RULES = {
  single: "zero_one", multiple: "plus_minus", matrix: "parts", cloze: "parts", ordered: "ordered",
  highlight: "plus_minus", bow_tie: "bow_tie", numeric: "numeric",
};

function ruleOf(item) {
  const asked = item.ask ?? item;
  if (item.scoring) return item.scoring;
  if (asked.type === "multiple" && asked.select) return "select_n";
  if (asked.type === "matrix" && asked.several) return "matrix_plus_minus";
  return asked.type === "rationale" ? asked.form : DEFAULT_RULES[asked.type];
}

// [earned, possible] in the item's points; undefined where only a person can tell.
function score(item, answer) {
  const { key } = item;
  const asked = item.ask ?? item;
  if (asked.type === "free_text") return undefined;
  const [earned, possible] = {
    zero_one: () => scoring.zeroOne(answer, key.correct),
    select_n: () => scoring.selectN(answer, key.correct, asked.select),
    plus_minus: () => scoring.plusMinus(answer, key.correct),
    parts: () => scoring.parts(answer, key.correct),
    matrix_plus_minus: () => scoring.matrixPlusMinus(answer, key.correct),
    dyad: () => scoring.dyad(answer, key.correct),
    triad: () => scoring.triad(answer, key.correct, key.order),
    ordered: () => scoring.ordered(answer, key.correct),
    bow_tie: () => scoring.bowTie(answer, key.correct ?? key),
    numeric: () => scoring.numeric(answer.value, answer.unit, key.value, key.unit, key.tolerance, key.accepted),
  }[ruleOf(item)]();
  return [(item.points * earned) / possible, item.points];
}

class SelfCheck {
  constructor(el, payload) {
    this.payload = payload;
    this.prefix = ownPrefix("ks");
    this.progress = new Progress(payload.module);
    this.place = 0;
    this.all = false;
    this.parts = payload.items.map((item, index) => this.part(item, index));
    this.reached = element("p", { className: "ks-reached", role: "status" });
    this.privacy = element("p", { className: "ks-privacy" });
    this.forgetButton = this.button("Forget my answers here", "forget", () => this.forget());
    this.forgetButton.classList.add("kq-quiet");
    this.root = element("section", { className: "kq ks", "aria-label": TITLES[payload.pool] ?? TITLES.formative },
      element("p", { className: "ks-title" }, TITLES[payload.pool] ?? TITLES.formative), this.reached, this.walk(),
      ...this.parts.map(({ box }) => box), element("div", { className: "ks-foot" }, this.privacy, this.forgetButton));
    el.replaceChildren(this.root);
    this.follow = (event) => { if (event.key === KEPT || event.key === null) this.tell(); };
    addEventListener("storage", this.follow);
    this.turn(0);
    this.tell();
  }

  button(text, name, action) {
    const button = element("button", { ...OWN_KEYS, type: "button", className: "kq-button", name }, text);
    button.addEventListener("click", action);
    return button;
  }

  part(item, index) {
    const view = new ItemView(item, { id: `${this.prefix}-${item.id}`, number: index + 1, practice: true, changed: () => view.say(view.hint && `${view.hint}.`) });
    const part = { item, view };
    part.check = this.button("Check", "check", () => this.check(part));
    part.again = this.button("Try again", "again", () => this.again(part));
    part.again.hidden = true;
    view.node.append(element("div", { className: "kq-buttons" }, part.check, part.again));
    part.box = element("div", { className: "ks-part" }, view.node);
    return part;
  }

  // One question after the other, or all below each other.
  walk() {
    this.back = this.button("Previous", "previous", () => this.turn(this.place - 1, true));
    this.on = this.button("Next", "next", () => this.turn(this.place + 1, true));
    for (const button of [this.back, this.on]) button.classList.add("kq-quiet");
    this.where = element("span", { className: "ks-where" });
    const every = element("input", { ...OWN_KEYS, type: "checkbox", id: `${this.prefix}-all` });
    every.addEventListener("change", () => {
      this.all = every.checked;
      this.turn(this.place);
    });
    const nav = element("div", { className: "ks-walk", role: "group", "aria-label": "Questions" }, this.back, this.where, this.on,
      element("label", { className: "kq-option", htmlFor: every.id }, every, element("span", {}, "Show all questions")));
    nav.hidden = this.parts.length < 2;
    return nav;
  }

  turn(place, moved = false) {
    const last = this.parts.length - 1;
    if (place < 0 || place > last) return;
    this.place = place;
    for (const [index, { box }] of this.parts.entries()) box.hidden = !this.all && index !== place;
    this.where.textContent = `Question ${place + 1} of ${last + 1}`;
    for (const node of [this.back, this.where, this.on]) node.hidden = this.all;
    // Not disabled: a button that is takes the focus away from who just pressed it.
    this.back.setAttribute("aria-disabled", String(place === 0));
    this.on.setAttribute("aria-disabled", String(place === last));
    if (moved) this.parts[place].view.node.focus();
  }

  check({ item, view, check, again }) {
    const { answer } = view;
    if (answer === null || answer === undefined) {
      view.say(answer === null ? "Answer first, then check." : `${view.hint}, then check.`);
      return;
    }
    const points = score(item, answer);
    const [earned, possible] = points ?? [0, 0];
    view.say("");
    view.mark({ ...item, earned, possible: points && possible });
    view.disable(true);
    check.hidden = true;
    again.hidden = false;
    const before = this.progress.of(item);
    this.progress.change((kept) => {
      const tries = (before?.tries ?? 0) + 1;
      kept[item.id] = { version: item.version, earned: rounded(earned), possible, tries, at: new Date().toISOString() };
    });
    this.tell();
    view.result.focus();
  }

  again({ view, check, again }, focus = true) {
    view.clear();
    view.disable(false);
    view.show(null);
    view.say("");
    check.hidden = false;
    again.hidden = true;
    if (focus) view.node.focus();
  }

  forget() {
    this.progress.change((kept) => {
      for (const { id } of this.payload.items) delete kept[id];
    });
    for (const part of this.parts) this.again(part, false);
    this.tell();
    this.reached.textContent = "Forgotten: nothing of your answers is kept here any more.";
  }

  tell() {
    const kept = this.parts.map(({ item }) => this.progress.of(item)).filter(Boolean);
    const sum = (name) => rounded(kept.reduce((total, each) => total + each[name], 0));
    const said = kept.length
      ? `Checked ${kept.length} of ${counted(this.parts.length, "question")}: ${sum("earned")} of ${counted(sum("possible"), "point")} so far.`
      : `${counted(this.parts.length, "question")}. Nothing here counts towards a mark.`;
    if (this.reached.textContent !== said) this.reached.textContent = said;
    for (const { item, view } of this.parts) {
      const found = this.progress.of(item);
      if (view.result || view.answer !== null) continue;
      const points = found?.possible ? `: ${found.earned} of ${counted(found.possible, "point")}` : "";
      view.say(found ? `Checked before${points}, ${found.tries === 1 ? "1 try" : `${found.tries} tries`}.` : "");
    }
    this.privacy.textContent = this.progress.works
      ? "Your points are kept in this browser only. Nothing is sent anywhere."
      : "This browser keeps nothing for this page: your points are gone when you leave it. Nothing is sent anywhere.";
  }

  stop() {
    removeEventListener("storage", this.follow);
  }
}

export function mount(el, payload) {
  return new SelfCheck(el, payload);
}

function render({ model, el }) {
  const check = mount(el, JSON.parse(model.get("payload")));
  return () => check.stop();
}

export default { render };
