// A new salon's form: the address follows from the name until it is typed, and the time zone is the browser's.
(() => {
  const slug = document.querySelector("[data-salon-slug]");
  const name = document.querySelector("[data-salon-name]");
  if (!slug || !name) return;
  const zone = document.querySelector("[data-time-zone]");
  if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

  const made = (text) =>
    text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-+|-+$/g, "");

  let follows = !slug.value || slug.value === made(name.value);
  function set(value) {
    slug.value = value;
    slug.dispatchEvent(new Event("input", { bubbles: true }));
  }
  slug.addEventListener("input", (event) => {
    if (event.isTrusted) follows = !slug.value;
  });
  name.addEventListener("input", () => {
    if (follows) set(made(name.value));
  });
  document.addEventListener("click", (event) => {
    const taken = event.target.closest("[data-take-slug]");
    if (!taken) return;
    follows = false;
    set(taken.dataset.takeSlug);
    slug.focus();
  });
})();
