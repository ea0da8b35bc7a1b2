// Filters the claim register: each select hides the claims that have another value.

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
