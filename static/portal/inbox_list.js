// The list of the inbox: live lines in their places, filters, marking several, and the small chips that count down.
(() => {
  const TICK_MS = 30_000;
  const SOON_S = 2 * 3600;
  const COUNTS_MS = 10_000;
  const FLAGS = [["unread", (row) => Number(row.dataset.unread) > 0], ["attention", (row) => row.dataset.attention !== ""]];

  const list = () => document.getElementById("conversations");
  const wanted = () => JSON.parse(list().dataset.filter);
  const lines = () => [...list().querySelectorAll(":scope > .row-item")];

  /** Whether a line belongs to the list as it is narrowed; what only the server knows is not asked here. */
  function fits(row, filter) {
    const data = row.dataset;
    if (filter.state && data.state !== filter.state) return false;
    if (filter.who === "nobody" ? data.assignee : filter.who && data.assignee !== filter.who) return false;
    if (filter.team && data.team !== filter.team) return false;
    if (filter.number && data.number !== String(filter.number)) return false;
    if (filter.answers && data.answers !== filter.answers) return false;
    if (filter.waiting && !data.since) return false;
    if (filter.closing) {
      const left = Number(row.querySelector("[data-row-left]")?.dataset.rowLeft ?? 0);
      if (left <= 0 || left > SOON_S) return false;
    }
    return FLAGS.every(([name, has]) => !filter[name] || has(row));
  }

  /** Where it stands in the list's order; undefined lies below what is loaded. */
  function placeOf(row, filter) {
    const [key, sign] = filter.sort === "waiting" ? ["since", 1] : ["at", -1];
    const own = sign * Number(row.dataset[key] ?? 0);
    const next = lines().find((one) => one.id !== row.id && sign * Number(one.dataset[key] ?? 0) > own);
    if (next) return next;
    return list().querySelector(".load-more [href*='before=']") ? undefined : null;
  }

  function put(row) {
    const old = document.getElementById(row.id);
    const filter = wanted();
    if (old) {
      row.classList.toggle("has-draft", old.classList.contains("has-draft"));
      const box = old.querySelector("[data-pick]");
      if (box?.checked) row.querySelector("[data-pick]").checked = true;
    }
    if (filter.opaque) return old ? swap(old, row) : undefined;
    if (!fits(row, filter)) return old?.remove();
    const next = placeOf(row, filter);
    if (next === undefined) return old?.remove();
    const held = old?.contains(document.activeElement);
    if (old && (next ? next.previousElementSibling === old : old.nextElementSibling === null)) return swap(old, row);
    old?.remove();
    list().insertBefore(row, next ?? list().querySelector(":scope > li:not(.row-item)"));
    settle(row, held);
  }

  function swap(old, row) {
    const held = old.contains(document.activeElement);
    old.replaceWith(row);
    settle(row, held);
  }

  function settle(row, held) {
    htmx.process(row);
    if (held) row.querySelector(".row-item__link").focus({ preventScroll: true });
  }

  let lastCounts = 0;
  let countsTimer = null;
  function countSoon() {
    if (countsTimer || !document.querySelector("[data-count]")) return;
    countsTimer = setTimeout(async () => {
      countsTimer = null;
      if (document.hidden) return;
      lastCounts = Date.now();
      const answer = await fetch(document.querySelector("[data-counts-url]").dataset.countsUrl).catch(() => null);
      if (!answer?.ok) return;
      for (const [name, count] of Object.entries(await answer.json())) {
        const place = document.querySelector(`[data-count="${name}"]`);
        if (place) place.textContent = count === "0" ? "" : count;
      }
    }, Math.max(500, COUNTS_MS - (Date.now() - lastCounts)));
  }

  document.addEventListener("live:messages", ({ detail }) => {
    if (!list() || !(detail.rows || detail.gone?.length)) return;
    for (const id of detail.gone ?? []) {
      document.getElementById(`conversation-${id}`)?.remove();
      // It was given to somebody else, and is none of ours any more.
      if (document.querySelector(".talk")?.dataset.open === id) location.assign("/inbox/");
    }
    const parts = document.createElement("template");
    parts.innerHTML = detail.rows;
    const had = lines().length;
    for (const row of [...parts.content.querySelectorAll(".row-item")]) put(row);
    if (lines().length) list().querySelector(".rows__empty")?.remove();
    else if (had) htmx.trigger(list(), "reload");
    marked();
    countSoon();
    document.dispatchEvent(new CustomEvent("inbox:rows"));
  });

  // A draft is one's own, so live lines know nothing of it: the composer says it.
  document.addEventListener("inbox:draft", ({ detail }) => {
    document.getElementById(`conversation-${detail.conversation}`)?.classList.toggle("has-draft", detail.has);
  });

  // Chips count down from what the server said, whatever this machine's clock says.
  const endsAt = new WeakMap();
  function countDown() {
    for (const chip of document.querySelectorAll("[data-row-left]")) {
      if (!endsAt.has(chip)) endsAt.set(chip, Date.now() + Number(chip.dataset.rowLeft) * 1000);
      const left = Math.floor((endsAt.get(chip) - Date.now()) / 1000);
      if (left <= 0) { chip.remove(); continue; }
      const hours = Math.floor(left / 3600);
      chip.querySelector("[data-words]").textContent = hours ? `${hours} h` : `${Math.floor(left / 60)} min`;
      chip.dataset.rowLeft = left;
      endsAt.set(chip, Date.now() + left * 1000);
      chip.classList.toggle("sign--soon", left < SOON_S);
    }
  }
  setInterval(countDown, TICK_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) countDown(); });

  // Filters: what is as always is left out of the address.
  document.addEventListener("click", ({ target }) => {
    const sheet = target.closest("[data-apply]")?.closest("[data-filters]");
    if (!sheet) return;
    const query = new URLSearchParams();
    for (const field of sheet.querySelectorAll("[data-name]")) {
      const value = field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
      if (value && !(field.dataset.name === "show" && value === "open")) query.set(field.dataset.name, value);
    }
    if (![...query].length) query.set("show", "open");
    const url = `${sheet.dataset.url}?${query}`;
    history.pushState({}, "", url);
    htmx.ajax("GET", `${url}&part=list`, { target: "#inbox-list", swap: "outerHTML" });
  });
  document.addEventListener("keydown", (event) => {
    // Enter in a field of the sheet means these filters, not the search around them.
    if (event.key !== "Enter" || !event.target.closest("[data-filters]") || event.target.matches("button, a")) return;
    event.preventDefault();
    event.target.closest("[data-filters]").querySelector("[data-apply]").click();
  });

  // Marking several.
  const bulk = () => document.getElementById("bulk");
  const picked = () => [...document.querySelectorAll("[data-pick]:checked")];
  function marked() {
    if (!bulk()) return;
    const count = picked().length;
    bulk().hidden = !count;
    const words = bulk().querySelector("[data-bulk-count]");
    words.textContent = words.dataset.words.replace("{count}", count);
  }
  function marking(on) {
    document.getElementById("inbox-list").classList.toggle("is-marking", on);
    document.querySelector("[data-mark]")?.setAttribute("aria-pressed", String(on));
    if (!on) for (const box of picked()) box.checked = false;
    marked();
  }
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-mark]");
    if (button) marking(button.getAttribute("aria-pressed") !== "true");
  });
  document.addEventListener("change", ({ target }) => { if (target.matches("[data-pick]")) marked(); });
  document.addEventListener("bulk-done", () => marking(false));
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id === "inbox-list" || detail.target?.id === "inbox-scroll") { marked(); document.dispatchEvent(new CustomEvent("inbox:rows")); }
    // The sign of the socket is new with the list.
    if (detail.target?.id === "inbox-list") document.dispatchEvent(new CustomEvent("live:show"));
  });
})();
