// Gives a figure of the published page the few parts of an anywidget host that its module uses.

import figure from "./figure.js";

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
  const controls = JSON.parse(payload).controls;
  const model = hostModel({
    payload,
    plotly_url: new URL("./plotly-basic.min.js", import.meta.url).href,
    choices: Object.fromEntries(controls.map(({ name, options }) => [name, options[0].value])),
  });
  figure.render({ model, el: script.parentElement });
}
