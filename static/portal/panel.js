// What is known of the guest: a third pane where there is room (shown or not as one left it), a sheet over the page elsewhere.
(() => {
  const ROOM = matchMedia("(min-width: 1200px)");
  const KEY = "inbox-panel";

  const panel = () => document.getElementById("talk-panel");
  const inbox = () => document.getElementById("inbox");
  const kept = () => { try { return localStorage.getItem(KEY) !== "off"; } catch { return true; } };
  const keep = (on) => { try { localStorage.setItem(KEY, on ? "on" : "off"); } catch { /* for this page only, then */ } };

  let wanted = kept();
  let sheet = false;
  let from = null;
  const isShown = () => Boolean(panel()) && (ROOM.matches ? wanted : sheet);

  function show() {
    if (!inbox()) return;
    const on = isShown();
    inbox().classList.toggle("has-panel", on && ROOM.matches);
    inbox().classList.toggle("has-sheet", on && !ROOM.matches);
    for (const button of document.querySelectorAll("[data-panel-switch]")) button.setAttribute("aria-expanded", String(on));
    // What lies below a sheet is out of reach.
    for (const part of document.querySelectorAll(".talk, .inbox__list, .frame-side, .frame-top, .frame-bottom")) part.inert = on && !ROOM.matches;
    if (on) htmx.trigger(panel().querySelector(".talk-panel__body"), "panel-seen");
  }

  function turn(on) {
    if (ROOM.matches) { wanted = on; keep(on); } else {
      if (on) from = document.activeElement;
      sheet = on;
    }
    show();
    if (ROOM.matches) return;
    if (on) panel().focus();
    else (document.contains(from) ? from : document.querySelector("[data-panel-open]"))?.focus();
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    const link = target.closest("[data-panel-open]");
    if (link && panel() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      // Where the panel stands open already, the name leads to all that is known.
      if (ROOM.matches && wanted) return;
      event.preventDefault();
      turn(true);
    } else if (target.closest("[data-panel-switch]")) turn(!isShown());
    else if (target.closest("[data-panel-shut]")) turn(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || ROOM.matches || !isShown() || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    turn(false);
  });
  document.addEventListener("inbox:panel", () => { if (panel()) turn(!isShown()); });

  // Another conversation begins without the sheet; the head that is read again learns how the panel stands.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id === "talk") sheet = false;
    if (detail.target?.id === "talk" || document.querySelector("[data-panel-switch]")?.getAttribute("aria-expanded") !== String(isShown())) show();
  });
  ROOM.addEventListener("change", () => { sheet = false; show(); });
  document.addEventListener("DOMContentLoaded", show);
})();
