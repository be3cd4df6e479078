// The share dialog: opened by its button, closed by its cross, Escape, or beside it.
(() => {
  const dialog = () => document.getElementById("share-dialog");
  const ERRORS = new Set([409, 422]);
  let opener = null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    const from = event.detail.elt;
    if (event.detail.target === dialog() && !dialog().contains(from)) opener = from;
  });
  // What was refused says why in the dialog itself.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === dialog() && ERRORS.has(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const one = dialog();
    if (!one?.showModal || event.detail.target !== one || !one.childElementCount) return;
    if (!one.open) one.showModal();
    (one.querySelector("[role=alert], .is-invalid") ?? one.querySelector(".share__title"))?.scrollIntoView({ block: "nearest" });
    (one.querySelector(".is-invalid") ?? one.querySelector(".share__title"))?.focus();
  });
  document.addEventListener("click", (event) => {
    const one = dialog();
    if (!one) return;
    if (event.target.closest("[data-close-share]")) one.open ? one.close() : history.back();
    else if (event.target === one && one.showModal) one.close();
  });
  document.addEventListener("close", (event) => {
    if (event.target !== dialog()) return;
    dialog().replaceChildren();
    opener?.focus();
  }, true);
})();
