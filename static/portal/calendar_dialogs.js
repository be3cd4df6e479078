// The dialogs of the calendar and the drawer with one visit: on the calendar, on a visit's own page.
(() => {
  const dialog = () => document.getElementById("calendar-dialog");
  const drawer = () => document.getElementById("calendar-drawer");
  const isDrawer = () => drawer()?.tagName === "DIALOG";
  const visit = () => document.getElementById("visit");
  let opener = null;

  /** Show what an address answers in the dialog, or in the drawer. */
  function open(address, into = dialog()) {
    opener = document.activeElement;
    return htmx.ajax("GET", address, { target: into, swap: "innerHTML" });
  }

  function close(one) {
    if (!one?.open) return;
    one.close();
    one.replaceChildren();
    const back = opener?.isConnected ? opener : window.calendarFocus?.();
    if (one === dialog() && drawer()?.open) drawer().querySelector("[data-act]:not(:disabled), #drawer-title")?.focus();
    else back?.focus?.({ preventScroll: true });
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const { target, xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Reswap") === "none") return;
    if (target === dialog() && dialog().showModal && !dialog().open && dialog().childElementCount) dialog().showModal();
    if (target === dialog()) dialog().querySelector("[role=alert]")?.scrollIntoView({ block: "nearest" });
    if (target === drawer() && isDrawer() && drawer().childElementCount && !drawer().open) {
      drawer().show(); // the calendar beside it stays in use
      drawer().querySelector("#drawer-title")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const to = event.target;
    if (to.closest("[data-close-dialog]")) dialog().open ? close(dialog()) : history.back();
    else if (to === dialog()) close(dialog()); // beside the form
    else if (to.closest("[data-close-drawer]")) close(drawer());
    const link = to.closest("a[data-drawer]");
    if (link && isDrawer() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link.href, drawer());
    }
    // A time that would do: into the fields of its form, which then look again.
    const slot = to.closest("[data-slot]");
    if (slot) choose(slot);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isDrawer() && drawer().open && !dialog()?.open) close(drawer());
  });
  // Escape in a modal dialog.
  document.addEventListener("close", (event) => { if (event.target === dialog()) dialog().replaceChildren(); }, true);

  function choose(slot) {
    const form = slot.closest("form");
    const [day, time] = slot.dataset.slot.split("T");
    form.elements.day.value = day;
    form.elements.time.value = time.slice(0, 5);
    if (form.elements.exact) form.elements.exact.value = time.length > 5 ? slot.dataset.slot : "";
    // Whoever is free then, where the form asks of one service only with whom.
    const who = [...form.querySelectorAll("select[name^=who-]")];
    if (slot.dataset.slotWho && who.length === 1 && [...who[0].options].some((one) => one.value === slot.dataset.slotWho)) {
      if (who[0].value) who[0].value = slot.dataset.slotWho; // "anyone" stays anyone
    }
    form.elements.time.dispatchEvent(new Event("change", { bubbles: true }));
    form.elements.time.focus();
  }
  // Whoever types another time does not mean the one that was chosen before.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.isTrusted && form?.elements.exact && ["day", "time"].includes(event.target.name)) form.elements.exact.value = "";
  }, true);

  // What was chosen while an answer was under way is not drawn over: the next one is asked for already.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target } = event.detail;
    const form = target?.closest?.("#visit-form");
    if (!form || !["visit-lines", "visit-look"].includes(target.id)) return;
    const now = new FormData(form), sent = requestConfig.parameters;
    const names = [...new Set(now.keys())].filter((one) => /^(service|who|addon)-\d+$|^(day|time|every|unit|count|but)$/.test(one));
    const added = ["more", "less"].some((one) => sent.has?.(one) ?? one in sent);
    if (!added && names.some((one) => String(now.getAll(one)) !== String(sent.getAll?.(one) ?? sent[one]))) event.detail.shouldSwap = false;
  });

  /* --- what has changed ------------------------------------------------------------------------------------- */

  function isDirty() {
    return [...(visit()?.querySelectorAll("textarea, input:not([type=hidden])") ?? [])].some((one) => one.value !== one.defaultValue);
  }
  function refresh() {
    const place = drawer();
    if (!visit() || (isDrawer() && !place.open)) return;
    const held = document.activeElement?.closest("#visit") ? document.activeElement.id : "";
    htmx.ajax("GET", visit().dataset.refresh, { target: place, swap: "innerHTML" }).then(() => {
      if (held) document.getElementById(held)?.focus({ preventScroll: true });
    });
  }
  document.addEventListener("calendar-changed", ({ detail }) => {
    if (dialog() && !dialog().showModal) {
      // The form is a page of its own: on to what it was about.
      location.assign(`${dialog().dataset.here}${detail?.booking ? `bookings/${detail.booking}/` : ""}`);
      return;
    }
    close(dialog());
    // An answer that brings the drawer itself is put in its place first.
    setTimeout(() => seen(detail), 60);
  });
  function seen(detail) {
    if (visit() && (!detail?.booking || detail.booking === visit().dataset.booking)) {
      if (Number(visit().dataset.version) !== detail?.version) refresh();
    }
  }
  document.addEventListener("live:calendar", ({ detail }) => {
    if (!visit() || isDirty() || "seq" in detail) return;
    const own = detail.changed.find(([id]) => id === visit().dataset.booking);
    if (own ? own[1] > Number(visit().dataset.version) : !detail.changed.length) refresh();
  });

  window.calendarDialogs = { open, close, dialog, drawer };
})();
