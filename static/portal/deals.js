// The dialogs of deals and tasks: on the board, on a deal's page, on a guest's and beside a conversation.
(() => {
  const dialog = () => document.getElementById("deal-dialog");

  document.addEventListener("htmx:afterSettle", (event) => {
    // An answer that changes nothing here has just closed it.
    if (!dialog() || event.detail.target !== dialog() || event.detail.xhr.getResponseHeader("HX-Reswap") === "none") return;
    if (!dialog().open) dialog().showModal();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]")) dialog()?.open ? dialog().close() : history.back();
    else if (dialog() && event.target === dialog()) dialog().close(); // beside the form
  });
  const changed = (event) => {
    if (!dialog()) return;
    const reload = event.type === "deals-changed" && "thenReload" in dialog().dataset;
    if (dialog().open) dialog().close();
    if (reload) location.reload();
  };
  document.addEventListener("deals-changed", changed);
  document.addEventListener("tasks-changed", changed);
})();
