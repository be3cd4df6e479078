// What every page does: toasts, menus that close, and a word when a request fails.
(() => {
  const TOAST_MS = 8000;
  const area = () => document.getElementById("toasts");

  function button(className, text, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    if (text) made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    return made;
  }

  /**
   * Show one sentence; `undo` is an address to POST to, `link` one to go to, `id` takes the place of what had it before.
   * Stays while the pointer or the focus is on it.
   */
  function toast({ text, kind = "success", undo = "", link = "", linkText = "", id = "" }) {
    if (id) document.getElementById(id)?.remove();
    const note = document.createElement("div");
    note.className = `toast-note toast-note--${kind}`;
    if (id) note.id = id;
    const words = document.createElement("span");
    words.textContent = text;
    note.append(words);
    if (link) {
      const way = document.createElement("a");
      way.className = "btn btn-sm";
      way.href = link;
      way.textContent = linkText;
      note.append(way);
    }
    if (undo) {
      const back = button("btn btn-sm", area().dataset.undo);
      back.addEventListener("click", () => { note.remove(); htmx.ajax("POST", undo, { swap: "none" }); });
      note.append(back);
    }
    const close = button("btn-close", "", area().dataset.close);
    close.addEventListener("click", () => note.remove());
    note.append(close);
    area().append(note);
    const fade = () => (note.matches(":hover, :focus-within") ? setTimeout(fade, 1000) : note.remove());
    if (kind !== "danger") setTimeout(fade, TOAST_MS); // an error stays until it was read
  }

  document.addEventListener("toast", (event) => toast(event.detail));
  document.addEventListener("htmx:sendError", () => toast({ text: area().dataset.offline, kind: "danger" }));
  document.addEventListener("htmx:responseError", (event) => {
    // An answer that brings its own words needs none of ours.
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")) toast({ text: area().dataset.failed, kind: "danger" });
  });

  document.addEventListener("click", (event) => {
    event.target.closest("[data-toast-close]")?.parentElement.remove();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A second click must not send the form twice.
  document.addEventListener("submit", (event) => {
    const sent = event.target.closest("form[data-once]")?.querySelectorAll("button:not([type=button])") ?? [];
    // After the form was read: a disabled button is not sent.
    setTimeout(() => { for (const one of sent) one.disabled = true; });
  });
  window.addEventListener("pageshow", () => {
    for (const kept of document.querySelectorAll("form[data-once] button:disabled")) kept.disabled = false;
  });
})();
