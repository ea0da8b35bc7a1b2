// Brings the PHQ-9 scorer of a page to life, in the place of what stands there without JavaScript.

import { mount } from "./phq9.js";

for (const script of document.querySelectorAll("script.kc-phq9")) {
  mount(script.parentElement, JSON.parse(script.textContent));
}
