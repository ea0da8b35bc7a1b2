// The PHQ-9 to fill in: in the published page and, as an anywidget, in JupyterLab.
//
// Answers live in the inputs and nowhere else: nothing is stored, nothing is sent. The bands of all totals and the
// crisis lines come from Python. Help in a crisis depends on one item alone, never on a total.

// On whatever can have the focus: JupyterLab would take arrow keys for itself.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Not counted: JupyterLab gives each widget a copy of its module, and each would count from one.
function ownPrefix() {
  return `kp-${Math.random().toString(36).slice(2, 10)}`;
}

function lineOf({ country, service, ways, hours, emergency }) {
  const node = element("li", {}, element("b", {}, `${country}:`), ` ${service}, `);
  ways.forEach(({ before, text, href }, index) => {
    node.append(index ? " or " : "", before);
    if (text) node.append(element("a", { ...OWN_KEYS, href }, text));
  });
  node.append(hours ? `, ${hours}.` : ".", emergency ? ` ${emergency}` : "");
  return node;
}

function helpList({ lines, checked }) {
  return [element("ul", {}, ...lines.map(lineOf)), element("p", { className: "kp-small" }, checked)];
}

class Scorer {
  constructor(el, payload) {
    this.payload = payload;
    this.prefix = ownPrefix();
    this.groups = payload.items.map((text, index) => this.group(text, index));
    this.build(el);
    // A page that the browser kept whole for its back button is reloaded in effect: it forgets, too.
    this.forgetKept = (event) => { if (event.persisted) this.clear(); };
    addEventListener("pageshow", this.forgetKept);
  }

  group(text, index) {
    const name = `${this.prefix}-${index + 1}`;
    const inputs = this.payload.answers.map((_, value) => {
      const input = element("input", { ...OWN_KEYS, type: "radio", name, id: `${name}-${value}`, value, autocomplete: "off" });
      input.addEventListener("change", () => this.tell());
      return input;
    });
    const labels = this.payload.answers.map((answer, value) => element("label", { className: "kp-answer", htmlFor: `${name}-${value}` },
      inputs[value], element("span", {}, `${answer} (${value})`)));
    const box = element("fieldset", { className: "kp-item" }, element("legend", {}, `${index + 1}. ${text}`),
      element("div", { className: "kp-answers" }, ...labels));
    return { box, inputs };
  }

  build(el) {
    const { payload, prefix } = this;
    this.crisis = element("section", { className: "kp-crisis", hidden: true, "aria-labelledby": `${prefix}-crisis` },
      element("p", { className: "kp-heading", id: `${prefix}-crisis` }, payload.crisis.title),
      element("p", {}, payload.crisis.text), ...helpList(payload.crisis));
    // It is there from the start and empty: only what changes in such a region is read out.
    this.alarm = element("p", { className: "kp-hidden", role: "alert" });
    this.result = element("p", { className: "kp-result", role: "status" });
    this.progress = element("p", { className: "kp-progress" });
    const clear = element("button", { ...OWN_KEYS, type: "button", className: "kp-button", name: "clear" }, "Clear my answers");
    clear.addEventListener("click", () => {
      this.clear();
      this.groups[0].inputs[0].focus();
    });
    const help = element("details", { className: "kp-help" }, element("summary", { ...OWN_KEYS }, "Crisis help, by country"), ...helpList(payload.crisis));
    const bands = element("table", { className: "kp-bands" }, element("caption", {}, "What the totals are called"),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Total"), element("th", { scope: "col" }, "Called"))),
      element("tbody", {}, ...payload.bands.map(({ low, high, name }) => element("tr", {}, element("th", { scope: "row" }, `${low} to ${high}`), element("td", {}, name)))));
    this.root = element("section", { className: "kp", "aria-labelledby": `${prefix}-title` },
      element("p", { className: "kp-title", id: `${prefix}-title` }, "PHQ-9: add up the answers"),
      element("p", {}, element("b", {}, payload.not_a_diagnosis)), element("p", {}, payload.before), help,
      element("p", { className: "kp-introduction" }, payload.introduction),
      ...this.groups.map(({ box }) => box), this.alarm, this.crisis,
      this.progress, this.result, clear, bands, element("p", { className: "kp-small" }, payload.function_item));
    el.replaceChildren(this.root);
    this.tell();
  }

  get answers() {
    return this.groups.map(({ inputs }) => {
      const chosen = inputs.findIndex(({ checked }) => checked);
      return chosen < 0 ? null : chosen;
    });
  }

  tell() {
    const { answers, payload } = this;
    const alarming = answers[payload.crisis_item - 1] > 0;
    this.crisis.hidden = !alarming;
    const called = alarming ? `${payload.crisis.title}. Crisis help is shown after item ${payload.crisis_item}.` : "";
    if (this.alarm.textContent !== called) this.alarm.textContent = called;
    const given = answers.filter((answer) => answer !== null).length;
    this.progress.textContent = `${given} of ${answers.length} items answered.`;
    const total = answers.reduce((sum, answer) => sum + answer, 0);
    const said = given < answers.length ? ""
      : `Total ${total} of ${payload.highest}: ${payload.band_of[total]}. A total is not a diagnosis.`;
    if (this.result.textContent !== said) this.result.textContent = said;
  }

  clear() {
    for (const { inputs } of this.groups) for (const input of inputs) input.checked = false;
    this.tell();
  }

  stop() {
    removeEventListener("pageshow", this.forgetKept);
  }
}

export function mount(el, payload) {
  return new Scorer(el, payload);
}

function render({ model, el }) {
  const scorer = mount(el, JSON.parse(model.get("payload")));
  return () => scorer.stop();
}

export default { render };
