// The pages of services, professionals and hours: rows that come and go, lists that are put in order.
(() => {
  const DAY = 1440;
  const FAR_PX = 4;
  const EDGE_PX = 72;

  /* --- rows of a form ------------------------------------------------------------------------------------------- */

  const rowsOf = (group) => [...group.querySelectorAll(":scope > [data-rows] > [data-row]")];
  const group = (one) => one.closest("[data-segments], [data-ranges]");

  /** One row more at the end; the row. */
  function add(to) {
    const made = to.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
    to.querySelector(":scope > [data-rows]").append(made);
    return made;
  }

  const minutes = (text) => {
    const [hour, minute] = text.split(":").map(Number);
    return hour * 60 + minute;
  };
  const clock = (minute) => `${String(Math.floor((minute % DAY) / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

  /** What a new time may be: lunch for a break, after the one before it for hours. */
  function suggest(to, made) {
    const [from, until] = made.querySelectorAll("input");
    const before = rowsOf(to).at(-2)?.querySelectorAll("input")[1]?.value;
    const isBreak = to.dataset.part === "breaks";
    const start = before ? Math.min(minutes(before) + 60, 22 * 60) : isBreak ? 720 : 540;
    from.value = clock(start);
    until.value = clock(isBreak ? start + 60 : before ? Math.min(start + 240, DAY - 60) : 1080);
  }

  function show(one) {
    const rows = rowsOf(one);
    one.querySelector("[data-none]")?.toggleAttribute("hidden", rows.length > 0);
    if (!("segments" in one.dataset)) return;
    if (rows.length === 1) rows[0].querySelector("select").value = "busy"; // one that only waits is none
    const parts = rows.map((row) => [row.querySelector("select").value, Number(row.querySelector("input").value) || 0]);
    const sum = (list) => list.reduce((all, [, count]) => all + count, 0);
    const busy = sum(parts.filter(([kind]) => kind === "busy"));
    const words = one.dataset.words.replace("{all}", sum(parts)).replace("{busy}", busy);
    one.querySelector("[data-total]").textContent = rows.length > 1 ? words : "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-remove], [data-copy-week]");
    if (!button) return;
    if ("copyWeek" in button.dataset) return copyWeek(button.closest("form"));
    const of = group(button);
    if (!of) return;
    if ("remove" in button.dataset) {
      button.closest("[data-row]").remove();
      of.querySelector("[data-add]").focus();
    } else if ("segments" in of.dataset) {
      // After processing comes work again.
      for (const kind of button.dataset.add === "processing" ? ["processing", "busy"] : ["busy"]) {
        add(of).querySelector("select").value = kind;
      }
      rowsOf(of).at(button.dataset.add === "processing" ? -2 : -1).querySelector("input").focus();
    } else {
      const made = add(of);
      suggest(of, made);
      made.querySelector("input").focus();
    }
    show(of);
  });
  document.addEventListener("input", (event) => {
    const of = group(event.target);
    if (of) show(of);
    // Who has a time or a price of their own does it.
    const row = event.target.closest(".does__row");
    if (row && event.target.type !== "checkbox" && event.target.value) row.querySelector("[type=checkbox]").checked = true;
    reveal(event.target.form);
    // Most time off is a day.
    const { form, name, value } = event.target;
    if (name === "from_date" && form.elements.until_date && form.elements.until_date.value < value) form.elements.until_date.value = value;
  });

  function copyWeek(form) {
    const days = [...form.querySelectorAll("[data-of]")];
    for (const part of days[0].querySelectorAll("[data-part]")) {
      for (const day of days.slice(1)) {
        const to = day.querySelector(`[data-part="${part.dataset.part}"]`);
        for (const row of rowsOf(to)) row.remove();
        for (const row of rowsOf(part)) {
          const given = row.querySelectorAll("input");
          add(to).querySelectorAll("input").forEach((input, place) => { input.value = given[place].value; });
        }
        show(to);
      }
    }
  }

  /** What matters only where something else is chosen. */
  function reveal(form) {
    for (const part of form?.querySelectorAll("[data-shown-by]") ?? []) {
      const by = form.elements[part.dataset.shownBy];
      const value = by.type === "checkbox" ? (by.checked ? "on" : "") : by.value;
      part.hidden = part.dataset.shownFor ? !part.dataset.shownFor.split(" ").includes(value) : !value;
    }
  }

  function start() {
    for (const one of document.querySelectorAll("[data-segments], [data-ranges]")) show(one);
    for (const form of document.querySelectorAll("form[data-offer-form]")) reveal(form);
    document.querySelector("[autofocus][role=alert]")?.focus();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();

  /* --- lists ---------------------------------------------------------------------------------------------------- */

  let held = null;

  const items = (list) => [...list.children].filter((one) => one.dataset.move);

  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest?.("[data-grip]")?.closest("[data-move]");
    if (!row || event.button !== 0) return;
    event.preventDefault();
    held = { row, list: row.parentElement, was: row.nextElementSibling, y: event.clientY, moving: false, pointer: event.pointerId };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    if (!held.moving && Math.abs(event.clientY - held.y) < FAR_PX) return;
    held.moving = true;
    held.row.classList.add("offer-row--held");
    const after = items(held.list).filter((one) => one !== held.row).find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    if (after !== held.row.nextElementSibling) held.list.insertBefore(held.row, after ?? null);
    if (event.clientY < EDGE_PX) scrollBy(0, -12);
    else if (event.clientY > innerHeight - EDGE_PX) scrollBy(0, 12);
  });
  const drop = (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { row, list, was, moving } = held;
    held = null;
    row.classList.remove("offer-row--held");
    if (!moving || row.nextElementSibling === was) return;
    if (event.type === "pointercancel") return list.insertBefore(row, was);
    htmx.ajax("POST", row.dataset.move, { values: { before: row.nextElementSibling?.dataset.id ?? "" }, swap: "none", source: row })
      .catch(() => list.insertBefore(row, was));
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held) return;
    held.list.insertBefore(held.row, held.was);
    held.row.classList.remove("offer-row--held");
    held = null;
  });
  // What was refused stands where it was.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.elt?.closest?.("[data-drag]")) document.body.dispatchEvent(new CustomEvent("offers-changed"));
  });
})();
