// Brings each self-check of a page to life, in the place of what stands there without JavaScript.

import { mount } from "./selfcheck.js";

for (const script of document.querySelectorAll("script.kc-selfcheck")) {
  mount(script.parentElement, JSON.parse(script.textContent));
}
