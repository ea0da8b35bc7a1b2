// Escape puts the meaning of a term away until it is left; a meaning opens upwards where there is more room.

const SHOWN = ":hover, :focus-within";

for (const term of document.querySelectorAll(".kc-term")) {
  const meaning = term.querySelector(".kc-meaning");
  const place = () => {
    term.classList.remove("kc-above");
    term.style.removeProperty("--kc-shift");
    const [link] = term.querySelector("a").getClientRects();
    const line = meaning.getBoundingClientRect();
    const text = meaning.firstElementChild.getBoundingClientRect();
    const shift = Math.min(link.left - line.left - 8, line.width - text.width);
    term.style.setProperty("--kc-shift", `${Math.max(0, shift)}px`);
    if (line.bottom > innerHeight && link.top > line.height) {
      // From where it is beneath the term's last line to above its first.
      term.style.setProperty("--kc-line", `${line.top - link.top}px`);
      term.classList.add("kc-above");
    }
  };
  const leave = () => {
    // In a moment, because the pointer or the focus may still be in it.
    requestAnimationFrame(() => {
      if (!term.matches(SHOWN)) term.classList.remove("kc-dismissed", "kc-above");
    });
  };
  term.addEventListener("pointerenter", place);
  term.addEventListener("focusin", place);
  term.addEventListener("pointerleave", leave);
  term.addEventListener("focusout", leave);
}

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const term of document.querySelectorAll(".kc-term")) {
    if (term.matches(SHOWN)) term.classList.add("kc-dismissed");
  }
});
