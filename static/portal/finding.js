// From a search result to its message: it is scrolled to and lit, wherever in the conversation it stands.
(() => {
  let wanted = null;

  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target.dataset?.place) wanted = target.dataset.place;
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const list = detail.target?.closest?.(".bubbles") ?? document.querySelector(".talk .bubbles");
    if (!list) return;
    // What came live while one read the past is there twice once one has read on.
    const seen = new Set();
    for (const bubble of list.querySelectorAll(":scope > .bubble")) {
      if (seen.has(bubble.id)) bubble.remove();
      seen.add(bubble.id);
    }
    const bubble = wanted && document.getElementById(wanted);
    if (!bubble || detail.target !== list) return;
    wanted = null;
    document.getElementById("talk-find")?.hidePopover();
    bubble.scrollIntoView({ block: "center" });
    bubble.focus({ preventScroll: true });
    bubble.classList.add("bubble--found");
    setTimeout(() => bubble.classList.remove("bubble--found"), 2000);
  });
})();
