// The board: cards that are moved by mouse, finger or key, and that move when others move them.
(() => {
  const FAR_PX = 6; // a hand that trembles moves nothing
  const HOLD_MS = 300; // a finger that rests takes the card; one that goes on scrolls
  const EDGE_PX = 56;
  const SCROLL_PX = 7; // in each frame, near an edge
  const MOST_CARDS = 30; // more than these are not mended one by one
  const board = () => document.getElementById("board");
  const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

  /* --- a card's place ------------------------------------------------------------------------------------------ */

  const cardsOf = (column) => [...column.querySelectorAll("[data-deal]")];
  const columnOf = (card) => card.closest("[data-stage]");
  const columns = () => [...board().querySelectorAll("[data-stage]")];
  const find = (id) => board()?.querySelector(`[data-deal="${CSS.escape(id)}"]`);
  const wayToMore = (column) => column.querySelector("[data-more]");

  function near(card, step) {
    for (let one = card[step]; one; one = one[step]) if (one.dataset.deal) return one;
    return null;
  }

  /** In a column, over another card; without one at its end, before the way to more of them. */
  function put(card, column, before) {
    const focus = card.contains(document.activeElement) ? document.activeElement : null;
    column.querySelector("[data-cards]").insertBefore(card, before || wayToMore(column));
    focus?.focus({ preventScroll: true });
  }

  const placeOf = (card) => ({ column: columnOf(card), before: near(card, "nextElementSibling") });

  const isOver = (one, other) => {
    const [a, b] = [Number(one.dataset.place), Number(other.dataset.place)];
    return a === b ? one.dataset.deal < other.dataset.deal : a < b;
  };

  /** Tell the server where a card stands now; back to `was` if it may not stay. */
  async function settle(card, was) {
    const id = card.dataset.deal;
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
      answer = await fetch(`${card.dataset.move}${board().dataset.query}`, { method: "POST", headers, body });
      told = await answer.json();
    } catch { /* no connection, or no JSON: it did not work */ }
    card.removeAttribute("aria-busy");
    if (!answer?.ok) {
      // The board may have been read anew meanwhile.
      if (card.isConnected && was.column.isConnected) put(card, was.column, was.before?.isConnected ? was.before : null);
      say({ text: told.reason || board().dataset.movedFailed, kind: "danger" });
      // Somebody else was there first: show how it is.
      if (answer) touch(id);
      return;
    }
    mend(told, [id], true);
    say({ text: told.text, undo: told.undo, id: "deal-moved" });
  }

  /* --- by mouse and by finger ---------------------------------------------------------------------------------- */

  let held = null;
  let frame = 0;

  document.addEventListener("pointerdown", (event) => {
    const card = event.target.closest?.("[data-may-move] [data-deal]");
    if (!card || held || event.button !== 0 || event.target.closest("button") || card.hasAttribute("aria-busy")) return;
    held = {
      card, was: placeOf(card), x: event.clientX, y: event.clientY, at: event, box: card.getBoundingClientRect(), moving: false,
      isFinger: event.pointerType === "touch",
    };
    if (held.isFinger) held.wait = setTimeout(lift, HOLD_MS);
  });
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-may-move] [data-deal]")) event.preventDefault();
  });
  // The link of a card has a menu of its own on a phone.
  document.addEventListener("contextmenu", (event) => { if (held?.isFinger) event.preventDefault(); });
  document.addEventListener("touchmove", (event) => { if (held?.moving) event.preventDefault(); }, { passive: false });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.at = event;
    const isFar = Math.hypot(event.clientX - held.x, event.clientY - held.y) >= FAR_PX;
    if (!held.moving && !isFar) return;
    if (!held.moving && held.isFinger) return drop(); // it scrolls
    if (!held.moving) lift();
    event.preventDefault();
    follow();
  });

  function lift() {
    held.moving = true;
    held.box = held.card.getBoundingClientRect();
    held.card.classList.add("deal--held");
    board().classList.add("board--moving");
    getSelection().removeAllRanges();
    if (held.isFinger) navigator.vibrate?.(15);
    frame = requestAnimationFrame(scroll);
  }

  /** Near an edge, what lies beyond it comes. */
  function scroll() {
    if (!held?.moving) return;
    const { clientX, clientY } = held.at;
    const across = board().querySelector(".board__columns");
    const wide = across.getBoundingClientRect();
    const down = document.elementFromPoint(clientX, clientY)?.closest("[data-stage]")?.querySelector("[data-cards]");
    const before = [across.scrollLeft, down?.scrollTop];
    if (clientX > Math.min(wide.right, innerWidth) - EDGE_PX) across.scrollLeft += SCROLL_PX;
    if (clientX < Math.max(wide.left, 0) + EDGE_PX) across.scrollLeft -= SCROLL_PX;
    if (down) {
      const high = down.getBoundingClientRect();
      if (clientY > high.bottom - EDGE_PX) down.scrollTop += SCROLL_PX;
      if (clientY < high.top + EDGE_PX / 2) down.scrollTop -= SCROLL_PX;
    }
    if (before[0] !== across.scrollLeft || before[1] !== down?.scrollTop) follow();
    frame = requestAnimationFrame(scroll);
  }

  function follow() {
    const { card, box, x, y, at } = held;
    const under = document.elementFromPoint(at.clientX, at.clientY)?.closest("[data-stage]");
    if (under) {
      const after = cardsOf(under).filter((one) => one !== card).find((one) => {
        const there = one.getBoundingClientRect();
        return at.clientY < there.top + there.height / 2;
      });
      if (columnOf(card) !== under || near(card, "nextElementSibling") !== (after || null)) put(card, under, after);
    }
    // It lies in the list where it would stay, and is drawn under the pointer.
    card.style.transform = "none";
    const here = card.getBoundingClientRect();
    card.style.transform = `translate(${box.left + at.clientX - x - here.left}px, ${box.top + at.clientY - y - here.top}px)`;
  }

  function drop() {
    clearTimeout(held.wait);
    cancelAnimationFrame(frame);
    held = null;
  }

  function release(stays) {
    if (!held) return;
    const { card, was, moving } = held;
    drop();
    if (!moving) return;
    card.classList.remove("deal--held");
    card.style.transform = "";
    board().classList.remove("board--moving");
    if (stays) settle(card, was);
    else put(card, was.column, was.before);
    // The click that ends a drag opens nothing.
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    document.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 50);
  }
  document.addEventListener("pointerup", () => release(true));
  document.addEventListener("pointercancel", () => release(false));

  /* --- by key -------------------------------------------------------------------------------------------------- */

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let focused = "";

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

  /* --- what others do ------------------------------------------------------------------------------------------ */

  const touched = new Map(); // deal → the version it has at least
  let timer = 0;
  let isOld = false;

  function touch(id, version = 0) {
    touched.set(id, Math.max(version, touched.get(id) ?? 0));
    soon();
  }

  // Spread out, so that fifty boards do not ask at once.
  function soon() { timer ||= setTimeout(ask, 60 + Math.random() * 140); }

  async function ask() {
    timer = 0;
    if (!board()) return;
    // While a card is in the hand or on its way, the board stays as it is.
    if (held?.moving || board().querySelector('[aria-busy="true"]')) return soon();
    for (const [id, version] of touched) if (version && Number(find(id)?.dataset.version) >= version) touched.delete(id);
    const ids = [...touched.keys()];
    touched.clear();
    if (isOld || ids.length > MOST_CARDS) {
      isOld = false;
      document.body.dispatchEvent(new CustomEvent("boards-changed"));
    } else if (ids.length) {
      const query = new URLSearchParams(board().dataset.query);
      for (const id of ids) query.append("id", id);
      try {
        const answer = await fetch(`${board().dataset.cards}?${query}`, { headers: { Accept: "application/json" } });
        if (answer.ok) mend(await answer.json(), ids);
      } catch { /* no connection: the socket tells when it is there again */ }
    }
  }

  /** Cards as the server has them now: those it does not tell of are not on this board any more. */
  function mend({ cards, totals }, ids, isMine = false) {
    if (!board()) return;
    for (const id of ids) {
      const old = find(id);
      if (held?.moving && held.card === old) { touch(id); continue; }
      const holder = document.createElement("template");
      holder.innerHTML = cards[id] ?? "";
      const fresh = holder.content.firstElementChild;
      const column = fresh && columns().find((one) => one.dataset.stage === fresh.dataset.in);
      if (!column) { old?.remove(); continue; }
      const hadFocus = old?.contains(document.activeElement);
      const next = cardsOf(column).find((one) => one !== old && isOver(fresh, one));
      if (!next && wayToMore(column) && !isMine) { old?.remove(); continue; } // among those that are not shown yet
      const isNews = !isMine && old?.dataset.version !== fresh.dataset.version;
      if (old && columnOf(old) === column && near(old, "nextElementSibling") === (next ?? null)) old.replaceWith(fresh);
      else { old?.remove(); put(fresh, column, next); }
      htmx.process(fresh);
      fresh.classList.toggle("deal--news", isNews);
      if (hadFocus) fresh.querySelector("[data-card]").focus({ preventScroll: true });
    }
    for (const [stage, [count, total]] of Object.entries(totals)) {
      for (const one of board().querySelectorAll(`[data-count="${stage}"]`)) one.textContent = count;
      for (const one of board().querySelectorAll(`[data-total="${stage}"]`)) one.textContent = total;
    }
  }

  document.addEventListener("live:deals", ({ detail }) => {
    for (const [id, version, pipeline] of detail.deals) {
      const card = find(id);
      // One from elsewhere, or one that this page has just moved itself.
      if (card ? version && Number(card.dataset.version) >= version : pipeline !== board()?.dataset.pipeline) continue;
      touch(id, version);
    }
  });
  document.addEventListener("live:boards", () => { isOld = true; soon(); });
  document.addEventListener("deals-changed", ({ detail }) => {
    if (detail?.deal) return touch(detail.deal);
    isOld = true;
    soon();
  });

  /* --- a board that is drawn anew ------------------------------------------------------------------------------ */

  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.("#board [data-deal]");
    if (card) focused = card.dataset.deal;
    else if (!event.target.closest?.("dialog")) focused = "";
  });
  let places = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "board") return;
    places = { left: board().querySelector(".board__columns").scrollLeft };
    for (const column of columns()) places[column.id] = column.querySelector("[data-cards]").scrollTop;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!board()) return;
    if (places) {
      board().querySelector(".board__columns").scrollLeft = places.left;
      for (const column of columns()) column.querySelector("[data-cards]").scrollTop = places[column.id] ?? 0;
      places = null;
    }
    // One that was put at the end by hand comes again with the next ones.
    const known = new Map();
    for (const card of board().querySelectorAll("[data-deal]")) {
      known.get(card.dataset.deal)?.remove();
      known.set(card.dataset.deal, card);
    }
    if (focused && document.activeElement === document.body) {
      find(focused)?.querySelector("[data-card]")?.focus({ preventScroll: true });
    }
  });
})();
