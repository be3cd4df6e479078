// How long open offers last: counted down from what the server said, so that no clock but the salon's matters.
(() => {
  const begun = new WeakMap();

  function tick() {
    for (const place of document.querySelectorAll("[data-countdown]")) {
      if (!begun.has(place)) begun.set(place, performance.now());
      const left = Math.floor(Number(place.dataset.countdown) - (performance.now() - begun.get(place)) / 1000);
      const minutes = Math.floor(left / 60);
      place.textContent = left > 0 ? `${minutes}:${String(left % 60).padStart(2, "0")}` : place.dataset.over;
    }
  }

  if (document.querySelector("[data-countdown], #waitlist")) {
    tick();
    setInterval(tick, 1000);
    document.addEventListener("htmx:afterSettle", tick);
  }
})();
