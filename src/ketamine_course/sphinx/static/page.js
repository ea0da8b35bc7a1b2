// Gives a figure of the published page the few parts of an anywidget host that its module uses.

import figure from "./figure.js";

// The core is fetched when the first figure asks: MicroPython, its sources, and the figure's context.
const experimental = {
  async invoke(name, request) {
    if (name !== "compute") throw new Error(`${name} is not known here`);
    const { compute } = await import("./core_host.js");
    return [await compute(request)];
  },
};

function hostModel(values) {
  const listeners = new Map();
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    save_changes() {},
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(event, listener) {
      listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener));
    },
  };
}

for (const script of document.querySelectorAll("script.kc-payload")) {
  const payload = script.textContent;
  const { kind, controls = [] } = JSON.parse(payload);
  const model = hostModel({
    payload,
    plotly_url: new URL("./plotly-basic.min.js", import.meta.url).href,
    choices: Object.fromEntries(controls.map(({ name, options }) => [name, options[0].value])),
  });
  if (kind === "calculator") {
    import("./calculator_host.js").then((host) => host.default.render({ model, el: script.parentElement, experimental }));
  } else {
    figure.render({ model, el: script.parentElement, experimental });
  }
}
