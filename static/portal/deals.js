// The board: cards that are moved by pointer or by key, and the dialogs of deals and tasks.
(() => {
  const FAR_PX = 6; // a hand that trembles moves nothing
  const EDGE_PX = 48;
  const board = () => document.getElementById("board");
  const dialog = () => document.getElementById("deal-dialog");
  const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));
  let focused = "";

  /* --- dialogs ------------------------------------------------------------------------------------------------- */

  document.addEventListener("htmx:afterSettle", (event) => {
    // An answer that changes nothing here has just closed it.
    if (event.detail.target !== dialog() || event.detail.xhr.getResponseHeader("HX-Reswap") === "none") return;
    if (!dialog().open) dialog().showModal();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]")) dialog()?.open ? dialog().close() : history.back();
    else if (event.target === dialog()) dialog().close(); // beside the form
  });
  const changed = (event) => {
    if (!dialog()) return;
    const reload = event.type === "deals-changed" && "thenReload" in dialog().dataset;
    if (dialog().open) dialog().close();
    if (reload) location.reload();
  };
  document.addEventListener("deals-changed", changed);
  document.addEventListener("tasks-changed", changed);

  /* --- a card's place ------------------------------------------------------------------------------------------ */

  const cardsOf = (column) => [...column.querySelectorAll("[data-deal]")];
  const columnOf = (card) => card.closest("[data-stage]");
  const columns = () => [...board().querySelectorAll("[data-stage]")];

  function near(card, step) {
    for (let one = card[step]; one; one = one[step]) if (one.dataset.deal) return one;
    return null;
  }

  function put(card, column, before) {
    const list = column.querySelector("[data-cards]");
    // What lies after the last card is the way to more of them.
    const end = [...list.children].find((one) => !one.dataset.deal && one.querySelector(".load-more"));
    list.insertBefore(card, before || end || null);
  }

  const placeOf = (card) => ({ column: columnOf(card), before: near(card, "nextElementSibling") });

  /** Tell the server where a card stands now; back to `was` if it may not stay. */
  async function settle(card, was) {
    const column = columnOf(card);
    const above = near(card, "previousElementSibling");
    const below = near(card, "nextElementSibling");
    if (column === was.column && below === was.before) return;
    if (column !== was.column && column.dataset.kind === "lost") {
      put(card, was.column, was.before);
      htmx.ajax("GET", `${card.dataset.move}?stage=${column.dataset.stage}`, { target: "#deal-dialog", swap: "innerHTML" });
      return;
    }
    const body = new URLSearchParams({ stage: column.dataset.stage, version: card.dataset.version });
    if (above) body.set("above", above.dataset.deal);
    if (below) body.set("below", below.dataset.deal);
    card.setAttribute("aria-busy", "true");
    let answer = null;
    let told = {};
    try {
      const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), Accept: "application/json" };
      answer = await fetch(card.dataset.move, { method: "POST", headers, body });
      told = await answer.json();
    } catch { /* no connection, or no JSON: it did not work */ }
    card.removeAttribute("aria-busy");
    if (!answer?.ok) {
      put(card, was.column, was.before);
      say({ text: told.reason || board().dataset.movedFailed, kind: "danger" });
      // Somebody else was there first: show how it is.
      if (answer?.status === 409) document.body.dispatchEvent(new CustomEvent("deals-changed", { bubbles: true }));
      return;
    }
    card.dataset.version = told.version;
    if (column !== was.column) card.classList.remove("deal--rotten");
    for (const [stage, [count, total]] of Object.entries(told.totals)) {
      for (const one of board().querySelectorAll(`[data-count="${stage}"]`)) one.textContent = count;
      for (const one of board().querySelectorAll(`[data-total="${stage}"]`)) one.textContent = total;
    }
    say({ text: told.text, undo: told.undo, id: "deal-moved" });
  }

  /* --- by pointer ---------------------------------------------------------------------------------------------- */

  let held = null;

  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest?.("[data-may-move] [data-deal]");
    // A finger scrolls; it moves cards by their menu.
    if (!card || event.button !== 0 || event.pointerType === "touch" || event.target.closest("button")) return;
    held = { card, was: placeOf(card), x: event.clientX, y: event.clientY, box: card.getBoundingClientRect(), moving: false };
  });
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-may-move] [data-deal]")) event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.moving) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR_PX) return;
      held.moving = true;
      held.card.classList.add("deal--held");
      board().classList.add("board--moving");
      getSelection().removeAllRanges();
    }
    event.preventDefault();
    follow(event);
  });

  function follow(event) {
    const { card, box, x, y } = held;
    const scroller = board().querySelector(".board__columns");
    const frame = scroller.getBoundingClientRect();
    if (event.clientX > frame.right - EDGE_PX) scroller.scrollLeft += 16;
    if (event.clientX < frame.left + EDGE_PX) scroller.scrollLeft -= 16;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-stage]");
    if (under) {
      const after = cardsOf(under).filter((one) => one !== card).find((one) => {
        const there = one.getBoundingClientRect();
        return event.clientY < there.top + there.height / 2;
      });
      if (columnOf(card) !== under || near(card, "nextElementSibling") !== (after || null)) put(card, under, after);
    }
    // It lies in the list where it would stay, and is drawn under the pointer.
    card.style.transform = "none";
    const here = card.getBoundingClientRect();
    card.style.transform = `translate(${box.left + event.clientX - x - here.left}px, ${box.top + event.clientY - y - here.top}px)`;
  }

  function release(drops) {
    if (!held) return;
    const { card, was, moving } = held;
    held = null;
    if (!moving) return;
    card.classList.remove("deal--held");
    card.style.transform = "";
    board().classList.remove("board--moving");
    if (drops) settle(card, was);
    else put(card, was.column, was.before);
    // The click that ends a drag opens nothing.
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
  }
  document.addEventListener("pointerup", () => release(true));
  document.addEventListener("pointercancel", () => release(false));

  /* --- by key -------------------------------------------------------------------------------------------------- */

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") release(false);
    const card = event.target.closest?.("#board [data-deal]");
    const way = ARROWS[event.key];
    if (!card || !way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!event.altKey) return go(card, way);
    if (!("mayMove" in board().dataset) || card.hasAttribute("aria-busy")) return;
    const was = placeOf(card);
    if (way[0]) {
      const column = columns()[columns().indexOf(was.column) + way[0]];
      if (!column) return;
      put(card, column, cardsOf(column)[0]);
    } else {
      const other = near(card, way[1] < 0 ? "previousElementSibling" : "nextElementSibling");
      if (!other) return;
      put(card, was.column, way[1] < 0 ? other : near(other, "nextElementSibling"));
    }
    card.querySelector("[data-card]").focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    settle(card, was);
  });

  function go(card, [aside, down]) {
    let next = null;
    if (down) next = near(card, down < 0 ? "previousElementSibling" : "nextElementSibling");
    const all = columns();
    const place = cardsOf(columnOf(card)).indexOf(card);
    for (let at = all.indexOf(columnOf(card)) + aside; aside && !next && all[at]; at += aside) {
      const there = cardsOf(all[at]);
      next = there[Math.min(place, there.length - 1)];
    }
    next?.querySelector("[data-card]").focus();
  }

  /* --- a board that is drawn anew ------------------------------------------------------------------------------ */

  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.("#board [data-deal]");
    if (card) focused = card.dataset.deal;
    else if (!event.target.closest?.("dialog")) focused = "";
  });
  let left = 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "board") left = event.detail.target.querySelector(".board__columns").scrollLeft;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!board()) return;
    if (left) board().querySelector(".board__columns").scrollLeft = left;
    left = 0;
    if (focused && document.activeElement === document.body) {
      board().querySelector(`[data-deal="${focused}"] [data-card]`)?.focus({ preventScroll: true });
    }
  });
})();
