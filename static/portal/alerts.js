// Alerts, on every page: a toast for each that is raised while one looks. The bell is put in place by live.js.
(() => {
  const KINDS = { critical: "danger", warning: "warning", info: "info" };
  const idOf = (alert) => `alert-toast-${alert.id}`;

  document.addEventListener("live:alert", ({ detail }) => {
    document.dispatchEvent(new CustomEvent("toast", { detail: {
      id: idOf(detail), text: detail.title, kind: KINDS[detail.level], link: detail.link, linkText: detail.link_text,
    } }));
  });

  // What is over needs no words any more.
  document.addEventListener("live:cleared", ({ detail }) => document.getElementById(idOf(detail))?.remove());

  // The list of alerts, where it is open, is read again: only the server knows what its filter shows.
  const readAgain = ({ target }) => { if (target.id === "alerts-live") htmx.trigger(document.body, "alerts-raised"); };
  for (const kind of ["alert", "cleared", "count"]) document.addEventListener(`live:${kind}`, readAgain);

  // And where it has one that was over before the socket was open.
  document.addEventListener("live:open", (event) => {
    const open = new Set((event.detail.alerts ?? []).map((alert) => `alert-${alert.id}`));
    if ([...document.querySelectorAll("#alerts[data-show=open] .alert-row")].some((row) => !open.has(row.id))) readAgain(event);
  });
})();
