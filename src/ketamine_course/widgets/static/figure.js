// Brings a figure to life: the same module in JupyterLab (anywidget) and in the published page.
//
// It decides nothing about the data. Every state was computed in Python; this module shows
// native inputs, looks up the state that they name, and hands its traces to plotly.js. The states of a
// figure with `live` are computed while it is looked at, by the Python of core: in JupyterLab in the
// kernel, in the page in MicroPython. Both hosts answer experimental.invoke("compute", request).

const CONFIG = {
  displayModeBar: false, // its buttons cannot be reached by keyboard
  showSendToCloud: false, // would upload the chart to a third party
  plotlyServerURL: "",
  displaylogo: false,
  scrollZoom: false,
  responsive: false, // a ResizeObserver serves both hosts
};
// A kernel answers only once the cells before are done; anywidget would give up after three seconds.
const patience = () => ({ signal: AbortSignal.timeout(60_000) });
const NARROW_PX = 520;
const SMALLEST_PX = 300;

let made = 0;
let plotlyLoading;

function runScript(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = resolve;
    script.onerror = () => reject(new Error("the drawing library could not be loaded"));
    document.head.append(script);
  });
}

async function fetchPlotly(model, experimental) {
  const url = model.get("plotly_url");
  if (url) {
    await runScript(url);
  } else {
    const [, [gzipped]] = await experimental.invoke("plotly", {}, patience());
    const unzipped = new Blob([gzipped]).stream().pipeThrough(new DecompressionStream("gzip"));
    const source = await new Response(unzipped).blob();
    await runScript(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  }
  return globalThis.Plotly;
}

function loadPlotly(model, experimental) {
  plotlyLoading ??= globalThis.Plotly ? Promise.resolve(globalThis.Plotly) : fetchPlotly(model, experimental);
  plotlyLoading.catch(() => { plotlyLoading = undefined; });
  return plotlyLoading;
}

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// JupyterLab takes arrow keys away from an input unless the input itself opts out.
const INPUT = { "data-lm-suppress-shortcuts": "true" };

// Replaces every "var(--name)" of a plotly dictionary by the colour that it has here and now.
function withColours(node, styles) {
  if (typeof node === "string") {
    return node.startsWith("var(") ? styles.getPropertyValue(node.slice(4, -1)).trim() : node;
  }
  if (Array.isArray(node)) return node.map((item) => withColours(item, styles));
  if (node && typeof node === "object") {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withColours(value, styles)]));
  }
  return node;
}

function themed(layout, styles, width) {
  const narrow = width < NARROW_PX;
  const ink = styles.getPropertyValue("--kc-ink").trim();
  const rule = styles.getPropertyValue("--kc-rule").trim();
  const font = { family: styles.fontFamily, size: narrow ? 12 : 13, color: ink };
  const themedLayout = {
    ...layout,
    width,
    font,
    autosize: false,
    showlegend: false,
    dragmode: false,
    hovermode: "closest",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: { bgcolor: styles.getPropertyValue("--kc-ground").trim(), bordercolor: rule, font, align: "left" },
    margin: { l: layout.yaxis.visible === false ? 12 : narrow ? 44 : 64, r: narrow ? 8 : 24, t: 28, b: narrow ? 84 : 64 },
  };
  themedLayout.shapes = layout.shapes.map((shape) => shape.type === "line"
    ? { xref: "x", yref: "paper", y0: 0, y1: 1, ...shape, line: { color: ink, width: 1, dash: "dash" } } : shape);
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    themedLayout[name] = { ...axis, gridcolor: rule, linecolor: rule, tickcolor: rule, zerolinecolor: ink };
    if (narrow) themedLayout[name].tickfont = { size: width < SMALLEST_PX ? 9 : 10 };
    if (axis.title) themedLayout[name].title = { ...axis.title, font, standoff: narrow ? 4 : 10 };
  }
  return themedLayout;
}

function guessShapes(guesses, styles) {
  return guesses.map(({ name, value }) => ({
    type: "line", xref: "x", yref: "paper", x0: value, x1: value, y0: 0, y1: 1,
    line: { color: styles.getPropertyValue(`--kc-${name}`).trim(), width: 2, dash: "dot" },
  }));
}

class Figure {
  constructor(model, el, experimental) {
    if (!el.querySelector(".kc-figure")) el.innerHTML = model.get("html");
    this.model = model;
    this.experimental = experimental;
    this.root = el.querySelector(".kc-figure");
    this.payload = JSON.parse(model.get("payload"));
    this.prefix = `kc-${++made}`;
    this.live = this.root.querySelector(".kc-live");
    this.rows = [...this.root.querySelectorAll("tr[data-row]")];
    this.sources = [...this.root.querySelectorAll(".kc-sources li")];
    this.guesses = [];
    this.stops = [];
    this.asked = 0;
    this.root.classList.add("kc-js");
    if (this.payload.live) this.firstTable = this.readTable();
    this.controls = this.buildControls();
    if (this.payload.prediction) this.askPrediction();
    else this.reveal();
    this.listen();
  }

  get view() {
    if (this.payload.live) return this.computed ?? this.firstView;
    return this.stated(this.viewOf(this.model.get("choices")));
  }

  get firstView() {
    return { ...this.stated(this.payload.views[this.payload.index[0]]), computed: this.firstTable };
  }

  // The table of the first state, which the page holds as text.
  readTable() {
    const cells = (row) => [...row.cells].map((cell) => cell.textContent);
    const part = this.root.querySelector(".kc-computed");
    return { columns: cells(part.querySelector("thead tr")), rows: [...part.querySelectorAll("tbody tr")].map(cells) };
  }

  // A view names its traces and its layout; a state that was computed holds them.
  stated(view) {
    const { traces, layouts } = this.payload;
    return { ...view, traces: view.traces.map((name) => traces[name]), layout: layouts[view.layout] };
  }

  // Asks Python for the state of the choices. A learner who moves a slider asks often: only the last answer counts.
  async compute() {
    const { function: name, context } = this.payload.live;
    const asked = ++this.asked;
    const request = { function: name, arguments: [this.model.get("choices")], context };
    let reply;
    try {
      [reply] = await this.experimental.invoke("compute", request, patience());
    } catch (error) {
      reply = { error: `The figure cannot be computed here: ${error.message}. It shows its first state.` };
    }
    if (asked !== this.asked) return false;
    this.computed = reply.result;
    this.warning = reply.error ?? reply.result.warning;
    return true;
  }

  // The place of a combination in the index: the last control counts fastest.
  viewOf(choices) {
    const { controls, views, index } = this.payload;
    const place = controls.reduce(
      (sum, { name, options }) => sum * options.length + options.findIndex(({ value }) => value === choices[name]), 0);
    return views[index[place]];
  }

  choose(name, value) {
    this.model.set("choices", { ...this.model.get("choices"), [name]: value });
    this.model.save_changes();
  }

  buildControls() {
    const box = this.root.querySelector(".kc-controls");
    const inputs = new Map();
    const many = this.payload.controls.filter(({ options }) => options.length > 2).length > 2;
    for (const { name, label, options, help } of this.payload.controls) {
      const id = `${this.prefix}-${name}`;
      const row = element("div", { className: "kc-control" });
      if (this.payload.controls.find((each) => each.name === name).slider) {
        row.append(...this.buildSlider(id, name, label, options, inputs));
        row.classList.add("kc-slider");
      } else if (options.length === 2) {
        const input = element("input", { ...INPUT, type: "checkbox", id, name });
        input.addEventListener("change", () => this.choose(name, options[input.checked ? 1 : 0].value));
        inputs.set(name, (value) => { input.checked = value === options[1].value; });
        row.append(input, element("label", { htmlFor: id }, label));
        if (help) {
          input.setAttribute("aria-describedby", `${id}-help`);
          row.append(element("small", { id: `${id}-help` }, help));
        }
      } else {
        const select = element("select", { ...INPUT, id, name });
        select.append(...options.map((option) => element("option", { value: option.value }, option.label)));
        select.addEventListener("change", () => this.choose(name, select.value));
        inputs.set(name, (value) => { select.value = value; });
        row.classList.add(many && inputs.size > 1 ? "kc-half" : "kc-wide");
        row.append(element("label", { htmlFor: id }, label), select);
      }
      box.append(row);
    }
    const studies = new Set(Object.values(this.payload.traces).map(({ meta }) => meta?.study).filter(Boolean));
    if (studies.size > 1) box.append(this.buildHighlight([...studies].sort()));
    box.hidden = true;
    return { box, inputs };
  }

  buildSlider(id, name, label, options, inputs) {
    const ordered = [...options].sort((a, b) => Number(a.value) - Number(b.value));
    const output = element("output", { htmlFor: id });
    const input = element("input", { ...INPUT, type: "range", id, name, min: 0, max: ordered.length - 1, step: 1 });
    inputs.set(name, (value) => {
      const place = ordered.findIndex((option) => option.value === value);
      input.value = place;
      output.value = ordered[place].label;
      input.setAttribute("aria-valuetext", ordered[place].label);
    });
    input.addEventListener("input", () => this.choose(name, ordered[Number(input.value)].value));
    return [element("label", { htmlFor: id }, label), output, input];
  }

  // Fades every study but one: where points lie on each other, that tells them apart.
  buildHighlight(studies) {
    const id = `${this.prefix}-highlight`;
    const select = element("select", { ...INPUT, id, name: "highlight" });
    select.append(...["", ...studies].map((study) => element("option", { value: study }, study || "All studies")));
    select.addEventListener("change", () => { this.highlight = select.value; this.draw(); });
    return element("div", { className: "kc-control kc-wide" }, element("label", { htmlFor: id }, "Highlight"), select);
  }

  faded(trace) {
    return this.highlight && trace.meta?.study && trace.meta.study !== this.highlight ? { ...trace, opacity: 0.15 } : trace;
  }

  askPrediction() {
    const { prompt, questions } = this.payload.prediction;
    this.root.classList.add("kc-unrevealed");
    const form = element("form", { className: "kc-predict" });
    const field = element("fieldset", {}, element("legend", {}, prompt));
    // The last value is nobody's published answer, so that the start gives nothing away.
    const start = questions[0].values.length - 1;
    this.guesses = questions.map(({ name, values }) => ({ name, value: values[start], index: start }));
    questions.forEach((question, number) => {
      const id = `${this.prefix}-predict-${question.name}`;
      const output = element("output", { htmlFor: id });
      const range = element("input", {
        ...INPUT, type: "range", id, name: question.name, min: 0, max: start, step: 1, value: start,
      });
      const mark = () => {
        const index = Number(range.value);
        output.value = question.labels[index];
        range.setAttribute("aria-valuetext", question.labels[index]);
        this.guesses[number] = { name: question.name, value: question.values[index], index };
        this.markPicture();
      };
      range.addEventListener("input", mark);
      field.append(element("div", { className: "kc-question" }, element("label", { htmlFor: id }, question.label), output, range));
      mark();
    });
    const skip = element("button", { type: "button", className: "kc-button kc-quiet", name: "skip" }, "Show me without predicting");
    skip.addEventListener("click", () => { this.guesses = []; this.markPicture(); this.answer(form); });
    form.append(field, element("button", { type: "submit", className: "kc-button", name: "reveal" }, "Reveal the data"), skip);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.answer(form); });
    this.root.querySelector(".kc-plot").before(form);
  }

  // Draws the predictions into the still picture, whose ticks carry their values.
  markPicture() {
    const layer = this.root.querySelector(".kc-guesses");
    const ticks = [...this.root.querySelectorAll(".kc-picture .kc-tick")];
    layer.replaceChildren(...this.guesses.map(({ name, index }) => {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const x = ticks[index].getAttribute("x1");
      const { top, bottom } = layer.dataset;
      for (const [key, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom })) line.setAttribute(key, value);
      line.style.stroke = `var(--kc-${name})`;
      return line;
    }));
  }

  answer(form) {
    const said = this.guesses.map(({ index }, number) => this.payload.prediction.questions[number].feedback[index]);
    const again = element("button", { type: "button", className: "kc-button kc-quiet", name: "again" }, "Predict again");
    const feedback = element("div", { className: "kc-feedback", tabIndex: -1, role: "group", "aria-label": "Your prediction" },
      ...said.map((sentence) => element("p", {}, sentence)), again);
    again.addEventListener("click", () => {
      feedback.remove();
      this.controls.box.hidden = true;
      this.root.classList.remove("kc-awake");
      this.askPrediction();
      this.root.querySelector(".kc-predict input").focus();
    });
    form.replaceWith(feedback);
    feedback.focus();
    this.reveal();
  }

  reveal() {
    this.root.classList.remove("kc-unrevealed");
    this.controls.box.hidden = this.payload.controls.length === 0;
    this.whenSeen(() => this.update());
  }

  whenSeen(then) {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        observer.disconnect();
        then();
      }
    }, { rootMargin: "200px" });
    observer.observe(this.root);
    this.stops.push(() => observer.disconnect());
  }

  async update() {
    if (this.root.classList.contains("kc-unrevealed")) return;
    const choices = this.model.get("choices");
    for (const [name, set] of this.controls.inputs) set(choices[name]);
    if (this.payload.live && !(await this.compute())) return;
    this.describe(this.view, this.warning);
    await this.draw();
  }

  describe({ finding, notes, row_ids, computed }, warning) {
    if (computed) this.tabulate(computed);
    if (this.payload.live) this.root.querySelector(".kc-warning").textContent = warning ?? "";
    this.root.querySelector(".kc-finding span").textContent = finding;
    this.root.querySelector(".kc-notes").replaceChildren(...notes.map((note) => element("li", {}, note)));
    const shown = new Set(row_ids);
    const cited = new Set();
    for (const row of this.rows) {
      row.classList.toggle("kc-other", !shown.has(row.dataset.row));
      if (shown.has(row.dataset.row)) cited.add(row.dataset.reference);
    }
    for (const source of this.sources) source.classList.toggle("kc-other", !cited.has(source.dataset.reference));
    this.root.querySelector(".kc-count").textContent = shown.size;
  }

  // What was computed as a table, and as a file whose first line says what it is not for.
  tabulate({ columns, rows }) {
    const part = this.root.querySelector(".kc-computed");
    part.querySelector("thead tr").replaceChildren(...columns.map((name) => element("th", { scope: "col" }, name)));
    part.querySelector("tbody").replaceChildren(
      ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell)))));
    const cells = (row) => row.map((cell) => `"${cell}"`).join(",");
    const text = [cells([this.payload.live.notice]), cells(columns), ...rows.map(cells)].join("\r\n");
    const link = part.querySelector("a") ?? element("a", { className: "kc-csv" }, "Download what is computed (CSV)");
    link.download = `${this.payload.name}.csv`;
    link.href = `data:text/csv;charset=utf-8,${encodeURIComponent(text)}`;
    part.append(link);
  }

  async draw() {
    let Plotly;
    try {
      Plotly = await loadPlotly(this.model, this.experimental);
    } catch (error) {
      this.root.querySelector(".kc-notes").append(element("li", {}, `The picture stays still: ${error.message}. The table has every number.`));
      return;
    }
    if (this.root.classList.contains("kc-unrevealed")) return;
    const styles = getComputedStyle(this.root);
    const { traces, layout, finding } = this.view;
    const width = this.root.querySelector(".kc-plot").clientWidth;
    const drawn = themed(withColours(layout, styles), styles, width);
    if (drawn.xaxis.ticktext && drawn.xaxis.type) drawn.shapes = [...drawn.shapes, ...guessShapes(this.guesses, styles)];
    this.live.setAttribute("role", "img");
    this.live.setAttribute("aria-label", finding);
    // plotly.js stumbles (NaN in its paths) over panels that go while the last trace goes: start those anew.
    const panels = Object.keys(drawn).filter((name) => name.startsWith("yaxis")).length;
    const paint = panels === this.panels ? Plotly.react : Plotly.newPlot;
    this.panels = panels;
    await paint(this.live, traces.map((trace) => this.faded(withColours(trace, styles))), drawn, CONFIG);
    this.root.classList.add("kc-awake");
    await this.keepLabelsInside(Plotly, drawn.annotations);
    this.root.dispatchEvent(new CustomEvent("kc-drawn", { bubbles: true }));
  }

  // Moves each label that the edge of a narrow figure would cut.
  async keepLabelsInside(Plotly, annotations) {
    const { left, right } = this.live.getBoundingClientRect();
    const moved = {};
    for (const node of this.live.querySelectorAll(".annotation")) {
      const box = node.getBoundingClientRect();
      const shift = Math.ceil(Math.max(left - box.left, 0)) - Math.ceil(Math.max(box.right - right, 0));
      const { index } = node.dataset;
      if (shift) moved[`annotations[${index}].xshift`] = (annotations[index].xshift ?? 0) + shift;
    }
    if (Object.keys(moved).length) await Plotly.relayout(this.live, moved);
  }

  listen() {
    const redraw = () => { if (this.root.classList.contains("kc-awake")) this.draw(); };
    const changed = () => this.update();
    this.model.on("change:choices", changed);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    let width = 0;
    const size = new ResizeObserver(([{ contentRect }]) => {
      if (width && Math.abs(contentRect.width - width) > 1) redraw();
      width = contentRect.width;
    });
    size.observe(this.root.querySelector(".kc-plot"));
    const details = this.root.querySelector(".kc-data");
    const start = this.firstView;
    // Paper gets the still picture, which is of the first view: words and rows must be that view's.
    const toPaper = () => { details.dataset.was = details.open; details.open = true; this.describe(start); };
    const fromPaper = () => { details.open = details.dataset.was === "true"; this.describe(this.view, this.warning); };
    addEventListener("beforeprint", toPaper);
    addEventListener("afterprint", fromPaper);
    this.stops.push(
      () => this.model.off("change:choices", changed),
      () => theme.disconnect(),
      () => size.disconnect(),
      () => removeEventListener("beforeprint", toPaper),
      () => removeEventListener("afterprint", fromPaper),
    );
  }

  stop() {
    for (const stop of this.stops) stop();
    globalThis.Plotly?.purge(this.live);
  }
}

function render({ model, el, experimental }) {
  const figure = new Figure(model, el, experimental);
  return () => figure.stop();
}

export default { render };
