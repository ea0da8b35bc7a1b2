// Connects the calculator with whoever runs its Python: the kernel in JupyterLab, MicroPython in the page.

import * as calculator from "./calculator.js";

function render({ model, el, experimental }) {
  const { presets, limits, sources } = JSON.parse(model.get("payload"));
  if (!el.querySelector(".kc-calculator")) el.innerHTML = model.get("html");
  const compute = async (name, args) => {
    const request = { function: `infusion_arithmetic.${name}`, arguments: args };
    // A kernel answers only once the cells before are done; anywidget would give up after three seconds.
    const [reply] = await experimental.invoke("compute", request, { signal: AbortSignal.timeout(60_000) });
    return reply.error ? { error: reply.error } : reply.result;
  };
  const element = el.querySelector(".kc-calculator");
  element.replaceChildren();
  return calculator.render({ element, compute, presets, limits, cite: (row) => sources[row] });
}

export default { render };
