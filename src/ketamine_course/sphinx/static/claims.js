// Filters the claim register: each select hides the claims that have another value.
// Where a learner judges first, the course's verdict appears after the learner's.

for (const register of document.querySelectorAll(".kc-claims")) {
  const form = register.querySelector(".kc-claim-filters");
  if (!form) continue;
  const claims = [...register.querySelectorAll(".kc-claim")];
  const selects = [...form.querySelectorAll("select")];
  const filter = () => {
    let shown = 0;
    for (const claim of claims) {
      claim.hidden = selects.some(({ name, value }) => value && claim.dataset[name] !== value);
      if (!claim.hidden) shown += 1;
    }
    form.querySelector(".kc-claim-count").textContent = shown;
  };
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  // A link to one claim shows it, whatever was filtered; a browser that comes back keeps its choices.
  addEventListener("hashchange", () => {
    if (claims.some(({ id, hidden }) => hidden && `#${id}` === location.hash)) {
      form.reset();
      filter();
      document.querySelector(location.hash).scrollIntoView();
    }
  });
  filter();
}

for (const judge of document.querySelectorAll(".kc-claim-judge")) {
  const claim = judge.closest(".kc-claim");
  const answer = claim.querySelector(".kc-claim-answer");
  const word = (verdict) => judge.querySelector(`input[value="${verdict}"]`).parentElement.textContent.trim();
  const show = (chosen) => {
    const { verdict } = claim.dataset;
    claim.querySelector(".kc-claim-judged").textContent = chosen === verdict
      ? `You chose “${word(chosen)}”, as this course does. Do your reasons agree too?`
      : `You chose “${word(chosen)}”; this course says “${word(verdict)}”. Which row or source do you read differently?`;
    answer.hidden = false;
    answer.open = true;
  };
  answer.hidden = true;
  // Paper has no buttons: there the verdict stands below its claim.
  addEventListener("beforeprint", () => Object.assign(answer, { hidden: false, open: true }));
  addEventListener("afterprint", () => { answer.hidden = !judge.querySelector("input:checked"); });
  judge.addEventListener("change", ({ target }) => show(target.value));
  // A browser that comes back keeps the choice.
  const kept = judge.querySelector("input:checked");
  if (kept) show(kept.value);
}
