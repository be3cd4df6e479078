// What the booking page has beside its HTML: a countdown, a look whether the guest has confirmed, and one press is one.
(() => {
  const hold = document.getElementById("hold");
  if (hold) {
    const shown = hold.querySelector(".hold__left");
    const ends = performance.now() + Number(hold.dataset.left) * 1000;
    const left = () => Math.max(0, Math.round((ends - performance.now()) / 1000));
    const tick = () => {
      const seconds = left();
      shown.querySelector("b").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      shown.hidden = false;
      if (seconds > 0) setTimeout(tick, 1000);
    };
    let next;
    const look = async () => {
      clearTimeout(next);
      try {
        const answer = await fetch(hold.dataset.look, { credentials: "omit", cache: "no-store" });
        if (answer.ok && (await answer.json()).stage !== hold.dataset.stage) return location.assign(hold.dataset.page);
      } catch { /* away for a moment: asked again */ }
      if (!document.hidden) next = setTimeout(look, 4000);
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    tick();
    next = setTimeout(look, 4000);
  }
  // The pressed button goes with its form, so it is not disabled: a second press is only not sent.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
    event.target.setAttribute("aria-busy", "true");
  });
  // A page that comes back from the browser's memory may be sent again: the server knows its form.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("[data-once]")) { sent.delete(form); form.removeAttribute("aria-busy"); }
  });
})();
