// A quoted message is one click away: if it lies on an older page, the older ones are loaded until it is there.
(() => {
  const MOST_PAGES = 40;

  function show(bubble) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    bubble.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    bubble.focus({ preventScroll: true });
    bubble.classList.add("bubble--found");
    setTimeout(() => bubble.classList.remove("bubble--found"), 2000);
  }

  function jump(id, list, pages) {
    const bubble = document.getElementById(id);
    if (bubble) return show(bubble);
    const older = list.querySelector(".bubbles__older [hx-get]");
    if (!older || !pages) return;
    list.addEventListener("htmx:afterSettle", () => jump(id, list, pages - 1), { once: true });
    older.click();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-jump]");
    const list = link?.closest(".bubbles");
    if (!list) return;
    event.preventDefault();
    jump(link.dataset.jump, list, MOST_PAGES);
  });
})();
