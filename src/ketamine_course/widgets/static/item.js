// One item of a bank, of any type, as a learner meets it: the same in the graded quiz and in the self-check.
//
// It knows a key only while `mark` shows one. Native inputs wherever there are any; what can be dragged
// can be done with buttons too; what moves is said in the item's one status line.

// On whatever can have the focus: JupyterLab would take arrow keys, and D twice would delete the cell.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
const TYPING_PAUSE_MS = 500;
const VERDICTS = { right: ["✓", "Right"], wrong: ["✗", "Wrong"], missed: ["○", "Missed"], partly: ["◐", "Partly right"] };

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// A start for ids. Not counted: JupyterLab gives each widget a copy of its module, and each would count from one.
export function ownPrefix(name) {
  return `${name}-${Math.random().toString(36).slice(2, 10)}`;
}

function drawn(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// Sign and word; colour only repeats them.
function badge(kind, id = "") {
  const [sign, word] = VERDICTS[kind];
  return element("span", { className: `kq-verdict kq-${kind}`, ...(id && { id }) }, element("span", { "aria-hidden": "true" }, sign), ` ${word}`);
}

// A verdict with its reason; an option that was rightly left alone has a reason only.
function reason(kind, why, id = "") {
  const line = element("p", { className: "kq-reason", ...(id && { id }) });
  if (kind) line.append(badge(kind), " ");
  line.append(why ?? "");
  return line;
}

function kindOf(chosen, correct) {
  if (chosen) return correct ? "right" : "wrong";
  return correct ? "missed" : "";
}

function button(text, properties = {}) {
  return element("button", { ...OWN_KEYS, type: "button", className: "kq-small", ...properties }, text);
}

// The pointer's way to what the buttons do. Only the grip drags, so that a finger can scroll on the rest.
function draggable(grip, box, { over, drop }) {
  grip.addEventListener("pointerdown", (down) => {
    if (down.button || box.closest(".kq-still")) return;
    down.preventDefault();
    grip.setPointerCapture(down.pointerId);
    box.classList.add("kq-dragged");
    const move = (event) => {
      box.style.transform = `translate(${event.clientX - down.clientX}px, ${event.clientY - down.clientY}px)`;
      over(event);
    };
    const stop = (event) => {
      for (const [name, listener] of listeners) grip.removeEventListener(name, listener);
      box.classList.remove("kq-dragged");
      box.style.transform = "";
      over(null);
      if (event.type === "pointerup") drop(event);
    };
    const listeners = [["pointermove", move], ["pointerup", stop], ["pointercancel", stop]];
    for (const [name, listener] of listeners) grip.addEventListener(name, listener);
  });
}

function grip() {
  return element("span", { className: "kq-grip", "aria-hidden": "true" }, "⠿");
}

// Each field below has: nodes; draft (what can be kept: null if there is nothing, undefined if it has no meaning
// yet); complete (whether a draft is all that was asked for); hint (what is missing); show(answer);
// mark(key, rationales); clear().

class Choice {
  constructor(item, { id, changed }) {
    this.item = item;
    this.single = item.type === "single";
    this.options = item.options.map((option) => {
      const input = element("input", {
        ...OWN_KEYS, type: this.single ? "radio" : "checkbox", name: id, value: option.id, id: `${id}-${option.id}`,
      });
      input.addEventListener("change", () => changed(0));
      const label = element("label", { className: "kq-option", htmlFor: input.id }, input, element("span", {}, option.text));
      return { id: option.id, input, box: element("div", {}, label) };
    });
    this.nodes = this.options.map(({ box }) => box);
  }

  get chosen() {
    return this.options.filter(({ input }) => input.checked).map(({ id }) => id);
  }

  get draft() {
    const { chosen } = this;
    if (this.single) return chosen[0] ?? null;
    if (chosen.length === 0) return null;
    return chosen.length > this.item.select ? undefined : chosen;
  }

  get complete() {
    return !this.item.select || this.chosen.length === this.item.select;
  }

  get hint() {
    const { select } = this.item;
    return `Choose exactly ${select} (you chose ${this.chosen.length})`;
  }

  show(answer) {
    const chosen = [answer ?? []].flat();
    for (const { id, input } of this.options) input.checked = chosen.includes(id);
  }

  mark({ correct }, rationales) {
    for (const { id, input, box } of this.options) {
      const line = reason(kindOf(input.checked, correct.includes(id)), rationales(id), `${input.id}-verdict`);
      box.append(line);
      input.setAttribute("aria-describedby", line.id);
    }
  }

  clear() {
    for (const { input, box } of this.options) {
      box.querySelector(".kq-reason")?.remove();
      input.removeAttribute("aria-describedby");
    }
  }
}

// Roles are written out, because the narrow layout takes the table's display away, and with it the native roles.
class Matrix {
  constructor({ rows, columns, several }, { id, changed, stem }) {
    this.several = several;
    this.columns = columns;
    this.id = id;
    const head = element("tr", { role: "row" }, element("td", { role: "cell" }), ...columns.map(({ text }) =>
      element("th", { role: "columnheader", scope: "col" }, text)));
    this.rows = rows.map((row) => {
      const header = element("th", { role: "rowheader", scope: "row", id: `${id}-${row.id}` }, row.text);
      const cells = columns.map((column) => {
        const name = element("span", { className: "kq-column", id: `${id}-${row.id}-${column.id}-name` }, column.text);
        const input = element("input", {
          ...OWN_KEYS, type: several ? "checkbox" : "radio", name: `${id}-${row.id}`, value: column.id,
          id: `${id}-${row.id}-${column.id}`, "aria-labelledby": `${header.id} ${name.id}`,
        });
        input.addEventListener("change", () => changed(0));
        return { id: column.id, input, cell: element("td", { role: "cell" }, element("label", { className: "kq-option" }, input, name)) };
      });
      return { id: row.id, text: row.text, cells, node: element("tr", { role: "row" }, header, ...cells.map(({ cell }) => cell)) };
    });
    this.table = element("table", { className: "kq-matrix", role: "table", "aria-labelledby": stem },
      element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...this.rows.map(({ node }) => node)));
    this.nodes = [this.table];
  }

  get answered() {
    return this.rows.filter(({ cells }) => cells.some(({ input }) => input.checked));
  }

  get complete() {
    return this.several || this.answered.length === this.rows.length;
  }

  get draft() {
    const { answered } = this;
    if (answered.length === 0) return null;
    return Object.fromEntries(answered.map(({ id, cells }) => {
      const chosen = cells.filter(({ input }) => input.checked).map((cell) => cell.id);
      return [id, this.several ? chosen : chosen[0]];
    }));
  }

  get hint() {
    return `Answer all rows (${this.answered.length} of ${this.rows.length} so far)`;
  }

  show(answer) {
    for (const { id, cells } of this.rows) {
      const chosen = [answer?.[id] ?? []].flat();
      for (const { id: column, input } of cells) input.checked = chosen.includes(column);
    }
  }

  mark({ correct }, rationales) {
    const lines = this.rows.map(({ id, text, cells }) => {
      const right = [correct[id] ?? []].flat();
      for (const { id: column, input, cell } of cells) {
        const kind = kindOf(input.checked, right.includes(column));
        if (!kind) continue;
        cell.append(badge(kind, `${input.id}-verdict`));
        input.setAttribute("aria-describedby", `${input.id}-verdict`);
      }
      const fits = cells.every(({ id: column, input }) => input.checked === right.includes(column));
      const chosen = cells.some(({ input }) => input.checked);
      const names = this.columns.filter((column) => right.includes(column.id)).map((column) => column.text).join(", ");
      return element("li", {}, element("b", {}, text), `: ${names || "none"}. `, badge(fits ? "right" : chosen ? "wrong" : "missed"), ` ${rationales(id) ?? ""}`);
    });
    this.reasons = element("ul", { className: "kq-reasons" }, ...lines);
    this.table.after(this.reasons);
  }

  clear() {
    this.reasons?.remove();
    for (const { cells } of this.rows) {
      for (const { input, cell } of cells) {
        cell.querySelector(".kq-verdict")?.remove();
        input.removeAttribute("aria-describedby");
      }
    }
  }
}

const GAP = /\[\[([^\]]+)\]\]/;

// The words next to a gap, so that its name says where it stands.
function words(text, fromEnd) {
  const plain = text.replaceAll(new RegExp(GAP, "g"), "blank").trim().split(/\s+/).filter(Boolean);
  const few = fromEnd ? plain.slice(-5) : plain.slice(0, 5);
  const more = few.length < plain.length ? "…" : "";
  return fromEnd ? more + few.join(" ") : few.join(" ") + more;
}

class Cloze {
  constructor(item, { id, changed, stem }) {
    this.id = id;
    this.changed = changed;
    this.selects = new Map();
    this.texts = new Map();
    this.total = Object.keys(item.gaps).length;
    this.gaps = item.gaps;
    if (item.table) {
      const { head, rows } = item.table;
      // The first column has its place on the left of every other: its cells head their rows.
      const cells = (row) => row.map((text, column) => {
        const place = [row[0], head[column]].filter((each) => each && !GAP.test(each)).join(", ");
        return element(column || GAP.test(text) ? "td" : "th", column || GAP.test(text) ? { role: "cell" } : { role: "rowheader", scope: "row" },
          element("span", { className: "kq-column", "aria-hidden": "true" }, column ? head[column] : ""), element("span", {}, ...this.line(text, place)));
      });
      this.nodes = [element("table", { className: "kq-table", role: "table", "aria-labelledby": stem },
        element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head.map((text) => text
          ? element("th", { role: "columnheader", scope: "col" }, text) : element("td", { role: "cell" })))),
        element("tbody", { role: "rowgroup" }, ...rows.map((row) => element("tr", { role: "row" }, ...cells(row)))))];
    } else {
      this.nodes = item.text.trim().split(/\n\s*\n/).map((text) => element("p", { className: "kq-gapped" }, ...this.line(text)));
    }
  }

  line(text, place = "") {
    const parts = text.split(new RegExp(GAP, "g"));
    return parts.flatMap((part, index) => {
      if (index % 2 === 0) return part ? [part] : [];
      const around = place || `${words(parts.slice(0, index).map((each, at) => (at % 2 ? "blank" : each)).join(""), true)} blank `
        + words(parts.slice(index + 1).map((each, at) => (at % 2 ? "blank" : each)).join(""), false);
      return [this.select(part, around)];
    });
  }

  select(gap, around) {
    const number = this.selects.size + 1;
    const select = element("select", {
      ...OWN_KEYS, id: `${this.id}-${gap}`, "aria-label": `Gap ${number} of ${this.total}: ${around.trim()}`,
    }, element("option", { value: "" }, "choose"), ...this.gaps[gap].map((option) => element("option", { value: option.id }, option.text)));
    select.addEventListener("change", () => this.changed(0));
    this.selects.set(gap, select);
    return element("span", { className: "kq-gap" }, select);
  }

  get filled() {
    return [...this.selects].filter(([, { value }]) => value);
  }

  get draft() {
    const { filled } = this;
    return filled.length ? Object.fromEntries(filled.map(([gap, { value }]) => [gap, value])) : null;
  }

  get complete() {
    return this.filled.length === this.total;
  }

  get hint() {
    return `Fill all gaps (${this.filled.length} of ${this.total} so far)`;
  }

  show(answer) {
    for (const [gap, select] of this.selects) select.value = answer?.[gap] ?? "";
  }

  mark({ correct }, rationales) {
    const lines = [...this.selects].map(([gap, select], index) => {
      const right = [correct[gap]].flat()[0];
      const kind = select.value ? kindOf(true, select.value === right) : "missed";
      const sign = badge(kind, `${select.id}-verdict`);
      select.after(sign);
      select.setAttribute("aria-describedby", sign.id);
      const text = (option) => this.gaps[gap].find(({ id }) => id === option)?.text ?? "";
      const line = element("li", {}, element("b", {}, `Gap ${index + 1}: `), badge(kind), " ");
      if (select.value && select.value !== right) line.append(`“${text(select.value)}”: ${rationales(select.value, gap) ?? "not here."} `);
      line.append(kind === "right" ? "" : "It is ", `“${text(right)}”: ${rationales(right, gap) ?? ""}`);
      return line;
    });
    this.reasons = element("ul", { className: "kq-reasons" }, ...lines);
    this.nodes.at(-1).after(this.reasons);
  }

  clear() {
    this.reasons?.remove();
    for (const select of this.selects.values()) {
      select.parentElement.querySelector(".kq-verdict")?.remove();
      select.removeAttribute("aria-describedby");
    }
  }
}

class Ordered {
  constructor({ options }, { id, changed, announce, stem }) {
    this.changed = changed;
    this.announce = announce;
    this.list = element("ol", { className: "kq-order", "aria-labelledby": stem });
    this.rows = options.map((option) => this.row(option));
    this.shown = options.map((option) => option.id); // the order that nobody chose
    this.list.append(...this.rows.map(({ node }) => node));
    this.keep = button("This order is my answer", { id: `${id}-keep`, "aria-pressed": "false" });
    this.keep.addEventListener("click", () => {
      this.touched = !this.touched;
      changed(0);
    });
    this.nodes = [this.list, this.keep];
    this.touched = false;
  }

  set touched(yes) {
    this.keep.setAttribute("aria-pressed", String(yes));
  }

  get touched() {
    return this.keep.getAttribute("aria-pressed") === "true";
  }

  row({ id, text }) {
    const row = { id, text, up: button("Move up", { "aria-label": `Move up: ${text}` }), down: button("Move down", { "aria-label": `Move down: ${text}` }) };
    const handle = grip();
    const said = element("span", { className: "kq-text" }, text);
    row.node = element("li", {}, element("div", { className: "kq-row" }, handle, said, element("span", { className: "kq-moves" }, row.up, row.down)));
    row.up.addEventListener("click", () => this.move(row, this.rows.indexOf(row) - 1, row.up));
    row.down.addEventListener("click", () => this.move(row, this.rows.indexOf(row) + 1, row.down));
    draggable(handle, row.node, {
      over: (event) => {
        const target = event ? this.place(row, event) : -1;
        const others = this.rows.filter((each) => each !== row);
        for (const [index, each] of others.entries()) {
          each.node.classList.toggle("kq-before", index === target);
          each.node.classList.toggle("kq-after", index === target - 1 && target === others.length);
        }
      },
      drop: (event) => {
        const target = this.place(row, event);
        if (target !== this.rows.indexOf(row)) this.move(row, target);
      },
    });
    return row;
  }

  // How many of the other rows lie above the pointer.
  place(row, { clientY }) {
    return this.rows.filter((each) => each !== row).filter(({ node }) => {
      const { top, height } = node.getBoundingClientRect();
      return top + height / 2 < clientY;
    }).length;
  }

  move(row, target, control) {
    const { length } = this.rows;
    if (target < 0 || target >= length) {
      this.announce(`“${row.text}” is ${target < 0 ? "first" : "last"} already.`);
      return;
    }
    this.arrange([...this.rows.filter((each) => each !== row).slice(0, target), row, ...this.rows.filter((each) => each !== row).slice(target)]);
    control?.focus(); // which a node that moves loses
    this.touched = true;
    this.changed(0);
    this.announce(`“${row.text}” is now ${target + 1} of ${length}.`);
  }

  arrange(rows) {
    this.rows = rows;
    this.list.append(...rows.map(({ node }) => node));
  }

  get draft() {
    return this.touched ? this.rows.map(({ id }) => id) : null;
  }

  show(answer) {
    const order = answer ?? this.shown;
    this.arrange([...this.rows].sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id)));
    this.touched = answer !== null && answer !== undefined;
  }

  mark({ correct }, rationales) {
    for (const [index, { id, node, up, down }] of this.rows.entries()) {
      const place = correct.indexOf(id);
      const line = reason(place === index ? "right" : "wrong", `${place === index ? "" : `Belongs in place ${place + 1}. `}${rationales(id) ?? ""}`);
      node.append(line);
      up.hidden = down.hidden = true;
    }
    this.keep.hidden = true;
  }

  clear() {
    for (const { node, up, down } of this.rows) {
      node.querySelector(".kq-reason")?.remove();
      up.hidden = down.hidden = false;
    }
    this.keep.hidden = false;
  }
}

// Marked words stay in the line as text does, which a native button would not: its text cannot break across lines.
class Highlight {
  constructor({ passage }, { id, changed }) {
    this.id = id;
    this.spans = [];
    const parts = passage.map((part) => {
      if (typeof part === "string") return part;
      const node = element("span", { ...OWN_KEYS, role: "button", tabIndex: 0, className: "kq-span", id: `${id}-${part.id}`, "aria-pressed": "false" }, part.text);
      const toggle = () => {
        if (node.getAttribute("aria-disabled")) return;
        node.setAttribute("aria-pressed", String(node.getAttribute("aria-pressed") !== "true"));
        changed(0);
      };
      node.addEventListener("click", toggle);
      node.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        if (!event.repeat) toggle();
      });
      this.spans.push({ id: part.id, text: part.text, node });
      return node;
    });
    // Where the bank left no blank between two pieces, there is one on the screen all the same.
    const spaced = parts.flatMap((part, index) => {
      const [left, right] = [parts[index - 1], part].map((each) => each?.textContent ?? each);
      return index && /[^\s(]$/.test(left) && /^[^\s.,;:!?)]/.test(right) ? [" ", part] : [part];
    });
    this.passage = element("p", { className: "kq-passage" }, ...spaced);
    this.nodes = [this.passage];
  }

  pressed(node) {
    return node.getAttribute("aria-pressed") === "true";
  }

  get draft() {
    const chosen = this.spans.filter(({ node }) => this.pressed(node)).map(({ id }) => id);
    return chosen.length ? chosen : null;
  }

  show(answer) {
    for (const { id, node } of this.spans) node.setAttribute("aria-pressed", String((answer ?? []).includes(id)));
  }

  mark({ correct }, rationales) {
    const lines = this.spans.map(({ id, text, node }) => {
      const kind = kindOf(this.pressed(node), correct.includes(id));
      if (kind) {
        const sign = badge(kind, `${node.id}-verdict`);
        node.after(" ", sign);
        node.setAttribute("aria-describedby", sign.id);
      }
      return element("li", {}, element("b", {}, `“${text}”`), " ", ...(kind ? [badge(kind), " "] : ["Rightly left alone. "]), rationales(id) ?? "");
    });
    this.reasons = element("ul", { className: "kq-reasons" }, ...lines);
    this.passage.after(this.reasons);
  }

  clear() {
    this.reasons?.remove();
    for (const { node } of this.spans) {
      node.removeAttribute("aria-describedby");
      const sign = this.passage.querySelector(`[id="${node.id}-verdict"]`);
      sign?.previousSibling.remove();
      sign?.remove();
    }
  }
}

const COLUMNS = [["actions", "Actions to take", 2], ["conditions", "Condition", 1], ["monitor", "Parameters to monitor", 2]];

class BowTie {
  constructor(item, { id, changed, announce }) {
    this.changed = changed;
    this.announce = announce;
    this.columns = COLUMNS.map(([name, title, places]) => this.column(item[name], name, title, places, id));
    this.nodes = [element("div", { className: "kq-bow-tie" }, ...this.columns.map(({ node }) => node))];
  }

  column(options, name, title, places, id) {
    const column = { name, title, places, chosen: [] };
    const key = `${id}-${name}`;
    column.count = element("span", { className: "kq-count", id: `${key}-count` });
    column.target = element("ul", { className: "kq-target", "aria-label": `${title}: your choice` });
    column.pool = element("ul", { className: "kq-pool", "aria-label": `${title}: to choose from` });
    column.node = element("div", { className: "kq-wing", role: "group", "aria-labelledby": `${key}-title ${key}-count` },
      element("p", { className: "kq-wing-title", id: `${key}-title` }, title), column.count, column.target,
      element("p", { className: "kq-wing-from", "aria-hidden": "true" }, "To choose from"), column.pool);
    column.options = options.map((option) => this.option(column, option));
    this.lay(column);
    return column;
  }

  option(column, { id, text }) {
    const control = button("", {});
    const handle = grip();
    const each = { id, text, control, node: element("li", {}, handle, element("span", { className: "kq-text" }, text), control) };
    control.addEventListener("click", () => {
      if (column.chosen.includes(each)) this.takeOut(column, each);
      else this.putIn(column, each);
      control.focus();
    });
    const target = (event) => {
      const { left, right, top, bottom } = column.target.getBoundingClientRect();
      return event.clientX > left && event.clientX < right && event.clientY > top && event.clientY < bottom;
    };
    draggable(handle, each.node, {
      over: (event) => column.target.classList.toggle("kq-over", event !== null && target(event)),
      drop: (event) => {
        if (target(event) && !column.chosen.includes(each)) this.putIn(column, each);
        else if (!target(event) && column.chosen.includes(each)) this.takeOut(column, each);
      },
    });
    return each;
  }

  putIn(column, each) {
    if (column.chosen.length === column.places) {
      this.announce(`${column.title} is full: ${column.places} of ${column.places}. Take one out first.`);
      return;
    }
    column.chosen.push(each);
    this.moved(column, `“${each.text}” is in`);
  }

  takeOut(column, each) {
    column.chosen.splice(column.chosen.indexOf(each), 1);
    this.moved(column, `“${each.text}” is out`);
  }

  moved(column, said) {
    this.lay(column);
    this.changed(0);
    this.announce(`${said}. ${column.title}: ${column.chosen.length} of ${column.places}.`);
  }

  lay({ title, places, chosen, options, target, pool, count }) {
    count.textContent = `${chosen.length} of ${places}`;
    const free = Array.from({ length: places - chosen.length }, () => element("li", { className: "kq-free" }, "Empty place"));
    target.replaceChildren(...chosen.map(({ node }) => node), ...free);
    pool.replaceChildren(...options.filter((each) => !chosen.includes(each)).map(({ node }) => node));
    pool.hidden = !pool.children.length;
    for (const each of options) {
      const inside = chosen.includes(each);
      each.control.textContent = inside ? "Take out" : "Put in";
      each.control.setAttribute("aria-label", `${each.control.textContent}: ${each.text} (${title})`);
    }
  }

  get filled() {
    return this.columns.reduce((sum, { chosen }) => sum + chosen.length, 0);
  }

  get draft() {
    if (this.filled === 0) return null;
    const [actions, [condition], monitor] = this.columns.map(({ chosen }) => chosen.map(({ id }) => id));
    return { ...(actions.length && { actions }), ...(condition && { condition }), ...(monitor.length && { monitor }) };
  }

  get complete() {
    return this.columns.every(({ chosen, places }) => chosen.length === places);
  }

  get hint() {
    return `Fill all places (${this.filled} of 5 so far)`;
  }

  show(answer) {
    for (const column of this.columns) {
      const ids = [(column.name === "conditions" ? answer?.condition : answer?.[column.name]) ?? []].flat();
      column.chosen = ids.map((id) => column.options.find((each) => each.id === id)).filter(Boolean);
      this.lay(column);
    }
  }

  mark(key, rationales) {
    const correct = key.correct ?? key;
    for (const { name, options, chosen } of this.columns) {
      const right = [(name === "conditions" ? correct.condition : correct[name]) ?? []].flat();
      for (const each of options) {
        each.node.append(reason(kindOf(chosen.includes(each), right.includes(each.id)), rationales(each.id, name === "conditions" ? "condition" : name)));
        each.control.hidden = true;
      }
    }
  }

  clear() {
    for (const { node, control } of this.columns.flatMap(({ options }) => options)) {
      node.querySelector(".kq-reason")?.remove();
      control.hidden = false;
    }
  }
}

class Numeric {
  constructor({ units }, { id, changed }) {
    this.value = element("input", { ...OWN_KEYS, type: "text", inputMode: "decimal", id: `${id}-value`, autocomplete: "off" });
    this.unit = element("select", { ...OWN_KEYS, id: `${id}-unit` },
      element("option", { value: "" }, "choose a unit"), ...units.map((name) => element("option", { value: name }, name)));
    this.value.addEventListener("input", () => changed(TYPING_PAUSE_MS));
    this.unit.addEventListener("change", () => changed(0));
    this.box = element("div", { className: "kq-numeric" },
      element("span", {}, element("label", { htmlFor: this.value.id }, "Number"), this.value),
      element("span", {}, element("label", { htmlFor: this.unit.id }, "Unit"), this.unit));
    this.nodes = [this.box];
  }

  get number() {
    const typed = this.value.value.trim();
    return typed ? Number(typed.replace(",", ".").replace("−", "-")) : Number.NaN;
  }

  get draft() {
    if (!this.value.value.trim() && !this.unit.value) return null;
    if (!Number.isFinite(this.number) || !this.unit.value) return undefined;
    return { value: this.number, unit: this.unit.value };
  }

  get hint() {
    return Number.isFinite(this.number) ? "Choose a unit too" : "Write a number, such as 7.9";
  }

  show(answer) {
    this.value.value = answer?.value ?? "";
    this.unit.value = answer?.unit ?? "";
  }

  mark({ value, unit, tolerance }, rationales, { earned, possible }) {
    const about = tolerance ? ` (${tolerance} more or less counts too)` : "";
    const line = reason(earned === possible ? "right" : "wrong", `The answer is ${value} ${unit}${about}.`, `${this.value.id}-verdict`);
    this.box.after(line);
    for (const control of [this.value, this.unit]) control.setAttribute("aria-describedby", line.id);
    this.line = line;
  }

  clear() {
    this.line?.remove();
    for (const control of [this.value, this.unit]) control.removeAttribute("aria-describedby");
  }
}

class FreeText {
  constructor(_item, { id, changed, stem }) {
    this.text = element("textarea", { ...OWN_KEYS, id: `${id}-text`, rows: 6, maxLength: 20000, "aria-labelledby": stem });
    this.text.addEventListener("input", () => changed(TYPING_PAUSE_MS));
    this.nodes = [this.text];
  }

  get draft() {
    return this.text.value || null;
  }

  show(answer) {
    this.text.value = answer ?? "";
  }

  // Nobody but a person can say whether it is right: the points of the rubric stand beside it.
  mark({ rubric = [] }) {
    this.points = element("div", {}, element("p", {}, "Compare your text with these points:"),
      element("ul", { className: "kq-reasons" }, ...rubric.map((line) => element("li", {}, `${line.for} (${counted(line.points, "point")})`))));
    this.text.after(this.points);
  }

  clear() {
    this.points?.remove();
  }
}

const FIELDS = {
  single: Choice, multiple: Choice, matrix: Matrix, cloze: Cloze, rationale: Cloze, ordered: Ordered,
  highlight: Highlight, bow_tie: BowTie, numeric: Numeric, free_text: FreeText,
};

// What must be done beyond choosing one, in the line of the points.
function task(item, practice) {
  const asked = item.ask ?? item;
  if (asked.type === "multiple") return asked.select ? `. Choose exactly ${asked.select}.` : ", select all that apply";
  return {
    numeric: ", give number and unit",
    free_text: practice ? ", in your own words" : ", graded by a person",
    matrix: asked.several ? ", select all that apply in each row" : ", choose one in each row",
    cloze: ", fill each gap",
    rationale: ", fill each gap",
    ordered: ", put into order",
    highlight: ", mark all that apply in the text",
    bow_tie: ", choose two actions, one condition and two parameters",
  }[asked.type] ?? "";
}

// ---- The line chart of an exhibit: each unit has a panel of its own, each series a marker of its own.

const MARKERS = [
  (x, y) => drawn("circle", { cx: x, cy: y, r: 4 }),
  (x, y) => drawn("rect", { x: x - 3.7, y: y - 3.7, width: 7.4, height: 7.4 }),
  (x, y) => drawn("path", { d: `M${x} ${y - 5}l4.8 8.4h-9.6z` }),
  (x, y) => drawn("path", { d: `M${x} ${y - 5.4}l5.4 5.4l-5.4 5.4l-5.4-5.4z` }),
];

function ticks(values, most) {
  const low = Math.min(...values), high = Math.max(...values);
  const rough = (high - low || Math.abs(high) || 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.floor(low / step), last = Math.ceil(high / step);
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

// Readings are minutes apart: an axis of time is divided as a clock is.
function clockTicks(values, most) {
  const high = Math.max(...values);
  const step = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440].find((each) => high / each <= most);
  return step ? Array.from({ length: Math.ceil(high / step) + 1 }, (_, index) => index * step) : ticks([0, high], most);
}

function plain(number) {
  return String(number).replace("-", "−");
}

// A reading from a variant's text has the minus sign of prose.
function reading(value) {
  return Number(String(value).replace("−", "-"));
}

function panel(unit, series, times, timeUnit, width) {
  const height = 190, left = 44, right = 12, top = 22, bottom = 40;
  const across = clockTicks(times, width < 380 ? 4 : 8);
  const up = ticks(series.flatMap(({ values }) => values), 4);
  const x = (time) => left + ((time - across[0]) / (across.at(-1) - across[0])) * (width - left - right);
  const y = (value) => height - bottom - ((value - up[0]) / (up.at(-1) - up[0])) * (height - top - bottom);
  const svg = drawn("svg", {
    class: "kq-chart", role: "img", viewBox: `0 0 ${width} ${height}`, width, height,
    "aria-label": `Line chart of ${series.map(({ name }) => name).join(" and ")} in ${unit} over ${plain(Math.max(...times))} ${timeUnit}. The table below has every reading.`,
  });
  for (const value of up) {
    svg.append(drawn("line", { class: "kq-grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      drawn("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, plain(value)));
  }
  for (const time of across) {
    svg.append(drawn("line", { class: "kq-axis", x1: x(time), x2: x(time), y1: height - bottom, y2: height - bottom + 5 }),
      drawn("text", { x: x(time), y: height - bottom + 18, "text-anchor": "middle" }, plain(time)));
  }
  svg.append(drawn("line", { class: "kq-axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    drawn("line", { class: "kq-axis", x1: left, x2: left, y1: top, y2: height - bottom }),
    drawn("text", { x: 4, y: 13, class: "kq-axis-title" }, unit),
    drawn("text", { x: (left + width - right) / 2, y: height - 5, "text-anchor": "middle", class: "kq-axis-title" }, `Time (${timeUnit})`));
  for (const { times: at, values, index } of series) {
    const points = at.map((time, place) => [x(time), y(values[place])]);
    svg.append(drawn("g", { class: `kq-series kq-series-${index % MARKERS.length}` },
      drawn("polyline", { points: points.map((point) => point.join(",")).join(" ") }), ...points.map((point) => MARKERS[index % MARKERS.length](...point))));
  }
  return svg;
}

class Exhibit {
  constructor({ title, time_unit: timeUnit = "min", series, made_up: madeUp }, id) {
    this.timeUnit = timeUnit;
    this.series = series.map((each, index) => ({ ...each, values: each.values.map(reading), times: each.times.map(reading), index }));
    this.times = [...new Set(this.series.flatMap(({ times }) => times))].sort((one, other) => one - other);
    this.charts = element("div", { className: "kq-charts" });
    const keys = this.series.map(({ name, unit, index }) => element("li", {},
      drawn("svg", { class: "kq-sign", width: 30, height: 14, "aria-hidden": "true" },
        drawn("g", { class: `kq-series kq-series-${index % MARKERS.length}` }, drawn("polyline", { points: "1,7 29,7" }), MARKERS[index % MARKERS.length](15, 7))),
      ` ${name} (${unit})`));
    this.node = element("figure", { className: "kq-exhibit", "aria-labelledby": `${id}-exhibit` },
      element("figcaption", { id: `${id}-exhibit` }, element("b", {}, title), ...(madeUp ? [element("small", {}, "Made-up readings for practice")] : [])),
      this.charts, element("ul", { className: "kq-keys" }, ...keys), this.table(title));
    this.draw(460);
    // The chart is drawn for the width that it has, so that its letters stay letters on a phone.
    new ResizeObserver(([{ contentRect: { width } }]) => {
      if (width && Math.abs(width - this.width) > 1) this.draw(Math.min(width, 560));
    }).observe(this.charts);
  }

  draw(width) {
    this.width = width;
    const units = [...new Set(this.series.map(({ unit }) => unit))];
    this.charts.replaceChildren(...units.map((unit) =>
      panel(unit, this.series.filter((each) => each.unit === unit), this.times, this.timeUnit, Math.max(width, 200))));
  }

  table(title) {
    const rows = this.times.map((time) => element("tr", {}, element("th", { scope: "row" }, plain(time)),
      ...this.series.map(({ times, values }) => element("td", {}, times.includes(time) ? plain(values[times.indexOf(time)]) : "–"))));
    return element("details", {}, element("summary", { ...OWN_KEYS }, "Readings as a table"),
      element("div", { ...OWN_KEYS, className: "kq-scroll", tabIndex: 0, role: "region", "aria-label": `Table: ${title}` },
        element("table", { className: "kq-readings" }, element("caption", {}, title),
          element("thead", {}, element("tr", {}, element("th", { scope: "col" }, `Time (${this.timeUnit})`),
            ...this.series.map(({ name, unit }) => element("th", { scope: "col" }, `${name} (${unit})`)))),
          element("tbody", {}, ...rows))));
  }
}

function scenario({ title, number, of, scenario: texts }) {
  const last = texts.length - 1;
  return element("section", { className: "kq-case", "aria-label": `Case: ${title}, question ${number} of ${of}` },
    element("p", { className: "kq-case-title" }, element("b", {}, `Case: ${title}`), ` Question ${number} of ${of}`),
    ...texts.map((text, index) => (index < last ? element("p", {}, text)
      : element("p", { className: "kq-new" }, element("b", {}, "New information"), " ", text))));
}

export class ItemView {
  // changed(view, pause): the answer is another one; pause is how long to wait for more of it, in milliseconds.
  // practice: nobody grades it.
  constructor(item, { id, number, changed = () => {}, practice = false }) {
    this.item = item;
    this.number = number;
    this.said = element("span", { className: "kq-said" });
    this.told = element("span", { className: "kq-told" });
    // Not atomic: what is said of the saving and what is told of a move are read one after the other.
    this.status = element("p", { className: "kq-status", role: "status", "aria-atomic": "false" }, this.said, this.told);
    const stem = [element("b", {}, `${number}. `), item.stem];
    const points = element("p", { className: "kq-points" }, `${counted(item.points, "point")}${task(item, practice)}`);
    const context = {
      id,
      stem: `${id}-stem`,
      changed: (pause) => {
        this.announce("");
        changed(this, pause);
      },
      announce: (text) => this.announce(text),
    };
    const asked = item.ask ?? item;
    this.field = new FIELDS[asked.type](asked, context);
    const exhibit = item.exhibit ? [new Exhibit(item.exhibit, id).node] : [];
    this.body = element("div", { className: "kq-body" }, ...exhibit, ...this.field.nodes);
    // A scenario is read before its question, and a legend would have to come first.
    this.node = item.case
      ? element("fieldset", { "aria-labelledby": `${id}-stem` }, scenario(item.case), element("p", { id: `${id}-stem`, className: "kq-stem" }, ...stem))
      : element("fieldset", {}, element("legend", { id: `${id}-stem`, className: "kq-stem" }, ...stem));
    this.node.append(points, this.body, this.status);
    for (const [name, value] of Object.entries({ ...OWN_KEYS, class: "kq-item", id, tabindex: -1 })) this.node.setAttribute(name, value);
  }

  // The answer as it stands in the window; null if there is none; undefined if it is not complete yet.
  get answer() {
    const { draft, complete = true } = this.field;
    return draft === null || complete ? draft : undefined;
  }

  // The same with what there is of an unfinished answer, so that none of it need be lost.
  get draft() {
    return this.field.draft;
  }

  // What to do while the answer is undefined: a sentence for the learner, without its full stop.
  get hint() {
    return this.answer === undefined ? this.field.hint : "";
  }

  show(answer) {
    this.announce("");
    this.field.show(answer);
  }

  // How it stands with the answer as a whole: saved, not saved, incomplete.
  say(text, failed = false) {
    if (this.said.textContent !== text) this.said.textContent = text; // else it would be read out again
    this.status.classList.toggle("kq-failed", failed && text !== "");
  }

  // What just happened inside: moved, put in, taken out.
  announce(text) {
    this.told.textContent = text && ` ${text}`;
  }

  // result: {earned, possible, key, rationales, why, where: {href, label}, references: [{label, href}]};
  // without `possible` nobody scored it. Rationales go by the part's id, in a gap or a side by "group.id".
  mark(result) {
    this.clear();
    this.announce("");
    const { rationales = {}, key, earned, possible } = result;
    this.field.mark(key, (part, group) => rationales[group ? `${group}.${part}` : part], result);
    this.result = element("div", { ...OWN_KEYS, className: "kq-result", tabIndex: -1, role: "group", "aria-label": "Result" });
    if (possible !== undefined) {
      const kind = earned === possible ? "right" : earned > 0 ? "partly" : "wrong";
      this.result.append(element("p", {}, badge(kind), `: ${plain(Number(earned.toFixed(2)))} of ${counted(possible, "point")}.`));
    }
    if (result.why) this.result.append(element("p", {}, element("b", {}, "Why: "), result.why));
    const link = ({ href, label }) => (href ? element("a", { ...OWN_KEYS, href }, label) : label);
    if (result.where?.label) this.result.append(element("p", {}, element("b", {}, "Read again: "), link(result.where)));
    if (result.references?.length) {
      this.result.append(element("p", { className: "kq-references" }, element("b", {}, "Sources: "),
        ...result.references.flatMap((each, index) => (index ? ["; ", link(each)] : [link(each)]))));
    }
    this.status.after(this.result);
  }

  clear() {
    if (!this.result) return;
    this.field.clear();
    this.result.remove();
    this.result = undefined;
  }

  disable(yes) {
    this.node.classList.toggle("kq-still", yes);
    for (const control of this.body.querySelectorAll("input, select, textarea, button")) control.disabled = yes;
    for (const control of this.body.querySelectorAll('span[role="button"]')) {
      control.toggleAttribute("aria-disabled", yes);
      if (yes) control.setAttribute("aria-disabled", "true");
      control.tabIndex = yes ? -1 : 0;
    }
  }
}
