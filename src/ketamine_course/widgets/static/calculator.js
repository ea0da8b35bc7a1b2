// Practice of the arithmetic of an infusion: the same module in JupyterLab and in the published page.
//
// It shows and asks; it computes nothing. Every figure, comparison and message comes from the Python of
// core/infusion_arithmetic.py, which the host runs:
//   compute(name, args)  Promise of what the function `name` returns for the list of arguments `args`,
//                        or of {error}, the text of its ValueError;
//   presets, limits      what preset_patients() and input_limits() return;
//   cite(row)            {label, href} of a row of evidence, or a Promise of it; nothing if there is no page for it.
// render returns a function that puts everything away.

const NOTICE = "Practice only, not for patient care";
// JupyterLab would take arrow keys, and D twice would delete the cell.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
const OWN_PERSON = "own";
const ATTEMPT = ["volume_drawn_ml", "pump_rate_ml_per_h"];
const SECOND = ["dose_mg", "volume_drawn_ml", "final_concentration_mg_per_ml", "pump_rate_ml_per_h"];
// The figures that people enter: label and unit.
const FIGURES = {
  dose_mg: ["Dose", "mg"],
  volume_drawn_ml: ["Volume to draw up", "mL"],
  final_concentration_mg_per_ml: ["Concentration", "mg/mL"],
  pump_rate_ml_per_h: ["Pump rate", "mL/h"],
};
const ORDER = ["sex", "height_cm", "weight_kg", "weight_to_use", "dose_mg_per_kg", "vial_mg_per_ml", "final_volume_ml", "duration_min"];
const HINTS = {
  sex: "Needed for ideal and adjusted weight.",
  height_cm: "Needed for ideal and adjusted weight, from 152.4 cm.",
  weight_to_use: "The local protocol decides which.",
  final_volume_ml: "In all: the drug is part of it.",
};
const CHOICES = {
  female: "Female", male: "Male", actual: "Actual weight", ideal: "Ideal weight (Devine)", adjusted: "Adjusted weight (factor 0.4)",
};
// Of a panel: its word, and an outline that differs by more than colour.
const LEVELS = {
  stop: ["Stop", "M7 1h10l6 6v10l-6 6H7l-6-6V7z", "!"],
  caution: ["Take care", "M12 1.5 23.5 22.5H.5z", "!"],
  note: ["Note", "M12 1a11 11 0 1 0 .01 0z", "i"],
};

function node(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(level) {
  const [, path, letter] = LEVELS[level];
  const picture = node("span", { className: "ka-icon", "aria-hidden": "true" });
  picture.innerHTML = `<svg viewBox="0 0 24 24" width="22" height="22"><path d="${path}"/><text x="12" y="${level === "caution" ? 20 : 17.5}">${letter}</text></svg>`;
  return picture;
}

function notice() {
  return node("p", { className: "ka-notice" }, icon("caution"), node("strong", {}, NOTICE));
}

function heading(text, id = "") {
  return node("p", { className: "ka-heading", role: "heading", "aria-level": "3", ...(id && { id }) }, text);
}

class Calculator {
  constructor({ element, compute, presets, limits, cite }) {
    this.compute = compute;
    this.presets = presets;
    this.limits = new Map(limits.map((each) => [each.argument, each]));
    this.cite = cite ?? (() => null);
    // Not counted: JupyterLab gives each widget a copy of its module, and each would count from one.
    this.prefix = `ka-${Math.random().toString(36).slice(2, 10)}`;
    this.asked = 0;
    this.fields = {};
    this.attempt = {};
    this.second = {};
    this.status = node("p", { className: "ka-status", role: "status" });
    this.results = node("div", { className: "ka-results", hidden: true });
    this.checking = node("div", { className: "ka-checking", hidden: true });
    const title = node("p", { className: "ka-title", id: `${this.prefix}-title` }, "Practise the arithmetic of an infusion");
    this.root = node("section", { className: "ka", "aria-labelledby": title.id },
      title, notice(),
      node("p", {}, "Ketamine by vein for depression is off-label. All people here are made up. Nothing that you enter is kept."),
      this.form(), this.status, this.checking, this.results);
    element.replaceChildren(this.root);
    this.choose(presets[0].id);
  }

  // ---------------------------------------------------------------- the order and the first person's figures

  form() {
    const people = this.presets.map(({ id, who, why }) => this.person(id, who, why));
    people.push(this.person(OWN_PERSON, "Somebody whom you make up", "Change any number of the order below."));
    this.first = node("fieldset", { className: "ka-attempt" },
      node("legend", {}, "3. Work it out yourself first"),
      node("p", {}, "Enter your own figures; then the steps are shown beside them."),
      node("div", { className: "ka-fields" }, ...ATTEMPT.map((name) => this.figure(name, this.attempt))),
      node("button", { ...OWN_KEYS, type: "submit", className: "ka-button" }, "Compare with the steps"));
    const form = node("form", { noValidate: true },
      node("fieldset", { className: "ka-choice" }, node("legend", {}, "1. Choose a person to practise with"), node("div", { className: "ka-people" }, ...people)),
      node("fieldset", {}, node("legend", {}, "2. Read the order and the label of the vial"),
        node("div", { className: "ka-fields" }, ...ORDER.map((name) => this.orderField(name)))),
      this.first);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.working(() => this.reveal());
    });
    return form;
  }

  person(id, who, why) {
    const input = node("input", { ...OWN_KEYS, type: "radio", name: `${this.prefix}-person`, value: id });
    input.addEventListener("change", () => this.choose(id));
    return node("label", { className: "ka-person" }, input, node("span", {}, node("b", {}, who), " ", node("small", {}, why)));
  }

  orderField(name) {
    const { label, unit, low, high, choices } = this.limits.get(name);
    let input;
    if (choices) {
      const strength = name === "vial_mg_per_ml" ? " mg/mL" : "";
      const options = choices.map((each) => node("option", { value: String(each) }, (CHOICES[each] ?? each) + strength));
      input = node("select", {}, node("option", { value: "" }, "Choose …"), ...options);
    } else {
      input = this.numberInput(low, high);
    }
    input.name = name;
    input.addEventListener("input", () => {
      this.tick(OWN_PERSON);
      this.stale();
    });
    const range = choices ? "" : `${low} to ${high} ${unit}.`;
    return this.field(name, unit ? `${label} (${unit})` : label, input, [HINTS[name], range].filter(Boolean).join(" "), this.fields);
  }

  figure(name, into) {
    const [label, unit] = FIGURES[name];
    const input = this.numberInput();
    input.addEventListener("input", () => { if (into === this.attempt) this.stale(); });
    return this.field(name, `${label} (${unit})`, input, "", into);
  }

  numberInput(low, high) {
    const input = node("input", { type: "number", step: "any", inputMode: "decimal", autocomplete: "off" });
    if (low !== undefined) Object.assign(input, { min: low, max: high });
    // A turn of the wheel must not change a dose.
    input.addEventListener("wheel", () => input.blur(), { passive: true });
    return input;
  }

  field(name, label, input, hint, into) {
    const id = `${this.prefix}-${into === this.fields ? "order" : into === this.attempt ? "first" : "second"}-${name}`;
    const help = node("small", { id: `${id}-hint` }, hint);
    const error = node("p", { id: `${id}-error`, className: "ka-error", hidden: true });
    for (const [key, value] of Object.entries(OWN_KEYS)) input.setAttribute(key, value);
    input.id = id;
    input.setAttribute("aria-describedby", hint ? `${help.id} ${error.id}` : error.id);
    into[name] = { input, error };
    return node("div", { className: "ka-field" }, node("label", { htmlFor: id }, label), input, ...(hint ? [help] : []), error);
  }

  tick(id) {
    for (const input of this.root.querySelectorAll(`input[name="${this.prefix}-person"]`)) input.checked = input.value === id;
  }

  choose(id) {
    this.tick(id);
    const person = this.presets.find((each) => each.id === id);
    if (!person) return;
    for (const [name, { input }] of Object.entries(this.fields)) input.value = String(person.order[name] ?? "");
    for (const { input } of Object.values(this.attempt)) input.value = "";
    this.stale();
  }

  // What stands in the form: null where nothing, or nothing that is a number, was entered.
  entered(fields) {
    const number = (text) => (text.trim() === "" ? null : Number(text));
    return Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [
      name, name === "sex" || name === "weight_to_use" ? input.value || null : number(input.value),
    ]));
  }

  // ---------------------------------------------------------------- asking Python

  async ask(name, ...args) {
    const answer = await this.compute(name, args);
    if (answer && !Array.isArray(answer) && typeof answer === "object" && "error" in answer) throw new Error(answer.error);
    return answer;
  }

  // Does something that asks Python; what was asked before an entry changed is not shown after it.
  async working(action) {
    const asked = ++this.asked;
    this.current = () => asked === this.asked;
    this.say("Working it out …");
    try {
      await action();
    } catch (error) {
      if (asked === this.asked) this.say(`It could not be worked out: ${error.message}`);
    }
  }

  say(text) {
    this.status.textContent = text;
  }

  stale() {
    this.asked += 1;
    const shown = !this.results.hidden || !this.checking.hidden;
    this.results.hidden = true;
    this.checking.hidden = true;
    this.first.hidden = false;
    this.say(shown ? "An entry changed, so the steps were put away. Compare again." : "");
    this.mark(this.fields, []);
    this.mark(this.attempt, []);
  }

  mark(fields, found) {
    for (const [name, { input, error }] of Object.entries(fields)) {
      const problem = found.find(({ argument }) => argument === name);
      error.textContent = problem ? `✗ ${problem.text}` : "";
      error.hidden = !problem;
      if (problem) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  // Marks what is wrong, and takes the reader to the first of it.
  refuse(found, ...groups) {
    for (const group of groups) this.mark(group.fields, group.found);
    if (found.length === 0) return false;
    this.say(found.length === 1 ? "1 entry needs a second look." : `${found.length} entries need a second look.`);
    this.root.querySelector('[aria-invalid="true"]').focus();
    return true;
  }

  async reveal() {
    const { current } = this;
    const order = this.entered(this.fields);
    const attempt = this.entered(this.attempt);
    const wrong = await this.ask("problems", order);
    const missing = await this.ask("figure_problems", attempt, ATTEMPT);
    if (!current() || this.refuse([...wrong, ...missing], { fields: this.fields, found: wrong }, { fields: this.attempt, found: missing })) return;
    const result = await this.ask("plan", order);
    const said = await this.ask("compare_attempt", order, attempt);
    const panels = await Promise.all([...said.warnings.map((each) => ({ ...each, yours: true })), ...result.warnings].map((each) => this.panel(each)));
    if (!current()) return;
    this.show(result, said, panels);
    this.say(said.agree ? "Your figures are the same. The steps are shown below." : "A figure differs. The steps are shown below.");
  }

  // ---------------------------------------------------------------- what comes back

  async panel({ level, text, rows, yours }) {
    const panel = node("div", { className: `ka-panel ka-${level}` }, icon(level),
      node("p", {}, node("b", {}, `${LEVELS[level][0]}${yours ? ", with your volume" : ""}: `), text));
    const sources = (await Promise.all(rows.map((row) => this.cite(row)))).filter(Boolean);
    if (sources.length) {
      panel.append(node("p", { className: "ka-sources" }, "Evidence: ", ...sources.flatMap(({ label, href }, index) => [
        index ? "; " : "", href ? node("a", { href }, label) : label,
      ])));
    }
    return panel;
  }

  compared(list) {
    return node("ul", { className: "ka-compared" }, ...list.map(({ agrees, text }) => node("li", { className: agrees ? "ka-same" : "ka-differs" },
      node("span", { "aria-hidden": "true" }, agrees ? "✓ " : "✗ "), text)));
  }

  step({ label, formula, numbers, shown, unit, rounding }) {
    const line = (name, ...children) => node("span", { className: `ka-${name}` }, ...children);
    const result = shown ? [line("result", "= ", node("b", {}, `${shown} ${unit}`)), line("rounding", "Rounding: ", rounding)] : [];
    return node("li", {}, node("b", {}, label), line("formula", formula), line("numbers", numbers), ...result);
  }

  show(result, said, panels) {
    const title = heading("Your figures and the steps", `${this.prefix}-results`);
    const check = node("button", { ...OWN_KEYS, type: "button", className: "ka-button" }, "Cover the steps for the double check");
    check.addEventListener("click", () => this.cover(result));
    const csv = node("button", { ...OWN_KEYS, type: "button", className: "ka-button ka-quiet" }, "Download the steps (CSV)");
    csv.addEventListener("click", () => this.working(() => this.download(result)));
    this.verdict = node("div", {});
    this.results.replaceChildren(title, notice(), this.verdict, this.compared(said.compared), ...panels,
      heading("The steps"), node("ol", { className: "ka-steps" }, ...result.steps.map((each) => this.step(each))),
      node("p", { className: "ka-buttons" }, check, csv));
    this.results.setAttribute("role", "group");
    this.results.setAttribute("aria-labelledby", title.id);
    this.uncover();
  }

  uncover() {
    this.checking.hidden = true;
    this.first.hidden = false;
    this.results.hidden = false;
    this.results.tabIndex = -1;
    this.results.focus();
  }

  // ---------------------------------------------------------------- the second person

  cover(result) {
    this.results.hidden = true;
    this.first.hidden = true;
    const title = heading("Independent double check", `${this.prefix}-checking`);
    const back = node("button", { ...OWN_KEYS, type: "button", className: "ka-button ka-quiet" }, "Back to the steps, without comparing");
    back.addEventListener("click", () => {
      this.uncover();
      this.say("The steps are shown again. No double check was made.");
    });
    const form = node("form", { noValidate: true },
      node("fieldset", {}, node("legend", {}, "The second person's figures"),
        node("div", { className: "ka-fields" }, ...SECOND.map((name) => this.figure(name, this.second)))),
      node("p", { className: "ka-buttons" }, node("button", { ...OWN_KEYS, type: "submit", className: "ka-button" }, "Compare both people's figures"), back));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.working(() => this.doubleCheck(result));
    });
    this.checking.replaceChildren(title, notice(),
      node("p", {}, `The steps are covered. A second person works from the order above and the label of the vial (${result.order.vial_mg_per_ml} mg/mL), without the first person's figures.`), form);
    this.checking.setAttribute("role", "group");
    this.checking.setAttribute("aria-labelledby", title.id);
    this.checking.hidden = false;
    this.checking.tabIndex = -1;
    this.checking.focus();
    this.say("The steps are covered for the second person.");
  }

  async doubleCheck(result) {
    const { current } = this;
    const second = this.entered(this.second);
    const missing = await this.ask("figure_problems", second, SECOND);
    if (!current() || this.refuse(missing, { fields: this.second, found: missing })) return;
    const first = Object.fromEntries(SECOND.map((name) => [name, result.figures[name]]));
    const said = await this.ask("double_check", first, second);
    if (!current()) return;
    const level = said.agree ? "note" : "stop";
    const panel = node("div", { className: `ka-panel ka-${level}` }, icon(level), node("p", {}, node("b", {}, said.agree ? "Both agree: " : "Stop: "), said.text));
    this.verdict.replaceChildren(heading("The double check"), panel, this.compared(said.compared), heading("Your own figures"));
    this.uncover();
    this.say(said.agree ? "The double check agrees." : "The double check found a difference.");
  }

  async download(result) {
    const text = await this.ask("practice_csv", result);
    // The mark at the start tells a spreadsheet that this is UTF-8.
    const href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
    node("a", { href, download: "infusion-practice-only.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
    this.say("The steps were downloaded. Practice only, not for patient care.");
  }
}

export function render(host) {
  const calculator = new Calculator(host);
  return () => {
    calculator.asked += 1;
    calculator.root.remove();
  };
}
