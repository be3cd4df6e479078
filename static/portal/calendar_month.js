// The month at a glance: its fields act at once, and its numbers follow what anybody books.
(() => {
  const form = document.getElementById("month-tools");
  form.addEventListener("change", () => { if (form.reportValidity()) form.submit(); });

  let timer = 0;
  let first = true;
  document.addEventListener("live:calendar", ({ detail }) => {
    // The word that the socket is open; after a lost one it may tell of what was missed.
    if ("seq" in detail && first) { first = false; return; }
    clearTimeout(timer);
    timer = setTimeout(() => {
      const held = document.activeElement?.closest("#month a")?.getAttribute("href");
      htmx.ajax("GET", location.href, { target: "#month", select: "#month", swap: "outerHTML" }).then(() => {
        if (held) document.querySelector(`#month a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
      });
    }, 400);
  });
})();
