// The calendar: which days are shown, reading them, and what the pointer does there. See calendar_events.js for what is drawn.
(() => {
  const place = document.getElementById("calendar");
  const { words, toEvents, byRoom, content, label, shift } = window.calendarEvents;
  const dialogs = window.calendarDialogs;
  const { days, here, month, locale } = place.dataset;
  const mayEdit = "mayEdit" in place.dataset;
  const narrow = matchMedia("(max-width: 767.98px)");
  const select = document.getElementById("cal-who");
  const DAY = 86400000, TICK_MS = 20000, TOGETHER_MS = 150, AGAIN_MS = 3000;

  const clock = JSON.parse(document.getElementById("calendar-clock").textContent);
  const state = { view: place.dataset.view, date: place.dataset.date, who: place.dataset.who, cancelled: false };
  let ahead = clock.now - Date.now(); // the salon's clock against the browser's, which may be wrong or elsewhere
  let zone = clock.zone;
  let feed = null, range = null, asked = 0, timer = 0, seq = 0;
  let isDragging = false, awaited = 0; // a drag under way, or one whose answer is awaited: nothing is drawn meanwhile
  let isOld = false, focused = "", shown = new Map();

  if (!state.view) state.view = narrow.matches ? "list" : "day";

  /* --- the salon's clock -------------------------------------------------------------------------------------- */

  function nowWall() {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    }).formatToParts(Date.now() + ahead);
    const of = Object.fromEntries(parts.map((one) => [one.type, one.value]));
    return `${of.year}-${of.month}-${of.day}T${of.hour}:${of.minute}`;
  }
  const today = () => nowWall().slice(0, 10);
  const nowLine = () => {
    const start = nowWall();
    return {
      id: "now", start, end: shift(start, 1), display: "background", classNames: ["cal-now"], title: words.now,
      resourceIds: people().map((one) => one.id), extendedProps: { kind: "now" },
    };
  };

  const isHeld = () => isDragging || awaited > 0;

  /* --- what is shown ------------------------------------------------------------------------------------------ */

  const isList = () => state.view === "list";
  const columns = () => state.view === "day";
  const libraryView = () => ({ day: "resourceTimeGridDay", week: "timeGridWeek", list: narrow.matches ? "listDay" : "listWeek" })[state.view];

  const isRooms = () => state.who === "rooms" && Boolean(feed?.rooms.length);

  /** Columns: all, the chosen one, and on a phone one at a time. */
  function people() {
    if (isRooms()) return feed.rooms;
    const all = feed?.resources ?? [];
    const chosen = all.filter((one) => one.id === state.who);
    if (chosen.length) return chosen;
    return narrow.matches && columns() ? all.filter((one) => one.mine).concat(all).slice(0, 1) : all;
  }
  const who = () => (isRooms() ? "" : columns() && people().length === 1 ? people()[0].id : state.who);

  function events() {
    // A chair is changed with the visit, not by pulling.
    const [drawn, may] = isRooms() ? [byRoom(feed), false] : [feed, mayEdit];
    const list = toEvents(drawn, { who: who(), columns: columns(), isList: isList(), mayEdit: may });
    if (!isList()) list.push(nowLine());
    return list;
  }
  function resources() {
    return people().map((one) => ({ id: one.id, title: one.name, extendedProps: one }));
  }

  const calendar = EventCalendar.create(place, {
    view: libraryView(), date: state.date, locale, firstDay: Number(place.dataset.firstDay),
    // Wall-clock times of the salon are given and taken as they are; no zone is known here (see the server).
    timeZone: "UTC",
    headerToolbar: { start: "", center: "", end: "" },
    resources: [], events: [], allDaySlot: false, columnWidth: "minmax(7.5rem, 1fr)",
    slotDuration: "00:15:00", slotHeight: 18, slotLabelInterval: "01:00:00", snapDuration: "00:15:00", flexibleSlotTimeLimits: true,
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "numeric" },
    nowIndicator: false, selectable: mayEdit, longPressDelay: 350, unselectAuto: true, unselectCancel: "dialog",
    highlightedDates: [today()], theme: (theme) => ({ ...theme, today: "" }),
    noEventsContent: words.empty,
    eventContent: ({ event }) => content(event, isList()),
    eventDidMount({ event, el }) {
      el.dataset.id = event.id;
      if (event.extendedProps.kind === "visit" || event.extendedProps.kind === "block") el.setAttribute("aria-label", label(event));
      else el.setAttribute("aria-hidden", "true");
      if (event.id === focused && document.activeElement === document.body) el.focus({ preventScroll: true });
    },
    resourceLabelContent: ({ resource }) => ({ domNodes: [head(resource)] }),
    datesSet: ({ startStr, endStr }) => {
      range = [startStr.slice(0, 10), endStr.slice(0, 10)];
      load();
    },
    eventClick: ({ event }) => openEvent(event),
    dateClick: ({ dateStr, resource }) => openNew(dateStr, "", resource),
    select: ({ startStr, endStr, resource }) => openNew(startStr, endStr, resource),
    eventDragStart: () => { isDragging = true; },
    eventResizeStart: () => { isDragging = true; },
    eventDrop: (info) => moved(info),
    eventResize: (info) => moved(info),
  });

  function head(resource) {
    const one = resource.extendedProps;
    const name = document.createElement("span");
    name.className = "cal-head";
    if (one.colour) name.style.setProperty("--who", one.colour);
    name.textContent = resource.title;
    return name;
  }

  /* The library calls its grid a table whose cells hold no visit. What it draws is a group of buttons, and each says in
     words what its place says to the eye. */
  const GRID = ".ec[role=table], .ec [role=row], .ec [role=rowgroup], .ec [role=cell], .ec [role=columnheader], .ec aside:not([role])";
  function tidy() {
    for (const one of place.querySelectorAll(GRID)) {
      one.setAttribute("role", one.classList.contains("ec") ? "group" : "presentation");
      one.removeAttribute("aria-colindex");
    }
    for (const one of place.querySelectorAll(".ec h4:not([role])")) {
      one.setAttribute("role", "heading");
      one.setAttribute("aria-level", "3");
    }
    place.querySelector(".ec[role=group]:not([aria-labelledby])")?.setAttribute("aria-labelledby", "cal-title");
    // A day without visits has nothing to focus, and is scrolled by keys all the same.
    place.querySelector(".ec-main:not([tabindex])")?.setAttribute("tabindex", "0");
  }
  new MutationObserver(tidy).observe(place, { childList: true, subtree: true });
  tidy();

  /* --- reading ------------------------------------------------------------------------------------------------- */

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(load, TOGETHER_MS);
  }

  async function load() {
    if (!range) return;
    const mine = ++asked, wanted = range.join();
    clearTimeout(timer);
    const query = new URLSearchParams({ from: range[0], to: range[1], ...(state.cancelled ? { cancelled: "1" } : {}) });
    let fresh = null;
    try {
      // As a part of the page: then a lost log-in is said, and not a way to another host.
      const answer = await fetch(`${days}?${query}`, { headers: { Accept: "application/json", "HX-Request": "true" } });
      if (answer.status === 401 || answer.status === 403) return location.reload();
      if (answer.ok) fresh = await answer.json();
    } catch { /* offline; tried again below */ }
    if (mine !== asked) return;
    if (!fresh) {
      say(words.unread, "danger", "cal-unread");
      timer = setTimeout(load, AGAIN_MS);
      return;
    }
    document.getElementById("cal-unread")?.remove();
    feed = fresh;
    ahead = feed.now - Date.now();
    zone = feed.zone;
    seq = Math.max(seq, feed.seq);
    draw(wanted);
  }

  let drawnFor = "";
  /** Put what is known onto the screen: only what differs, so that nothing under the pointer or the focus is torn away. */
  function draw(wanted) {
    if (!feed) return;
    if (isHeld()) { isOld = true; return; }
    isOld = false;
    const list = events();
    const columnsNow = JSON.stringify(resources());
    if (columnsNow !== drawnColumns) {
      drawnColumns = columnsNow;
      calendar.setOption("resources", resources());
    }
    const hours = feed.hours.map(asClock).join();
    if (hours !== drawnHours) {
      drawnHours = hours;
      calendar.setOption("slotMinTime", asClock(feed.hours[0]));
      calendar.setOption("slotMaxTime", asClock(feed.hours[1]));
    }
    const fresh = new Map(list.map((one) => [one.id, JSON.stringify(one)]));
    const key = `${wanted}|${state.view}|${who()}|${isRooms()}`;
    if (key !== drawnFor) calendar.setOption("events", list);
    else {
      for (const id of shown.keys()) if (!fresh.has(id)) calendar.removeEventById(id);
      for (const one of list) {
        if (!shown.has(one.id)) calendar.addEvent(one);
        else if (shown.get(one.id) !== fresh.get(one.id)) calendar.updateEvent(one);
      }
    }
    if (key !== drawnFor) {
      drawnFor = key;
      calendar.setOption("scrollTime", scrollTime());
    }
    shown = fresh;
    place.removeAttribute("aria-busy");
    place.querySelector(".skeleton")?.remove();
    headline();
  }
  let drawnColumns = "", drawnHours = "";
  const asClock = (many) => `${String(Math.floor(many / 60)).padStart(2, "0")}:${String(many % 60).padStart(2, "0")}:00`;
  function scrollTime() {
    const now = nowWall(), at = Number(now.slice(11, 13)) * 60 + Number(now.slice(14)) - 60;
    const isHere = now.slice(0, 10) >= range[0] && now.slice(0, 10) < range[1];
    return asClock(isHere ? Math.min(Math.max(at, feed.hours[0]), feed.hours[1]) : feed.hours[0] + 60);
  }
  function settle() {
    if (!isHeld() && isOld) draw(range.join());
  }
  setInterval(() => {
    if (!feed || isHeld() || isList() || !shown.has("now")) return;
    calendar.updateEvent(nowLine());
    calendar.setOption("highlightedDates", [today()]);
  }, TICK_MS);

  document.addEventListener("live:calendar", ({ detail }) => {
    if ("seq" in detail && detail.seq <= seq) return; // the socket is open, and nothing was missed
    soon();
  });
  document.addEventListener("calendar-changed", soon);

  /* --- moving -------------------------------------------------------------------------------------------------- */

  async function moved(info) {
    const one = info.event.extendedProps;
    const by = (duration) => (duration ? duration.days * 1440 + duration.seconds / 60 : 0);
    const start = shift(one.start, by(info.delta) + by(info.startDelta));
    const end = shift(one.end, by(info.delta) + by(info.endDelta));
    if (start === one.start && end === one.end && !info.newResource) return; // put back where it was taken
    const given = { start, end, version: one.version };
    if (one.kind === "visit") given.position = one.position;
    if (info.newResource) given.professional = info.newResource.id;
    if (!info.delta) given.resize = "1";
    focused = info.event.id;
    awaited += 1;
    find(info.event.id)?.setAttribute("aria-busy", "true");
    const url = one.kind === "visit" ? `${here}bookings/${one.booking}/move/` : `${here}times/${one.id}/`;
    let answer = null, told = {};
    try {
      answer = await fetch(url, {
        method: "POST", body: new URLSearchParams(given),
        headers: { Accept: "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) },
      });
      told = await answer.json();
    } catch { /* said below */ }
    awaited -= 1;
    if (answer?.ok) {
      say(told.text, "success", "cal-moved", told.undo);
    } else {
      info.revert();
      if (told.html) explain(told.html);
      else say(told.reason ?? words.failed, "danger", "cal-moved");
    }
    isOld = false;
    load();
  }

  function explain(html) {
    const dialog = dialogs.dialog();
    dialog.innerHTML = html;
    htmx.process(dialog);
    if (!dialog.open) dialog.showModal();
  }
  function say(words_, kind, id, undo = "") {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: words_, kind, id, undo } }));
  }

  /* --- opening ------------------------------------------------------------------------------------------------- */

  const find = (id) => place.querySelector(`[data-id="${CSS.escape(id)}"]`);
  window.calendarFocus = () => find(focused);

  function openEvent(event) {
    focused = event.id;
    const one = event.extendedProps;
    if (one.kind === "visit" && one.booking) dialogs.open(`${here}bookings/${one.booking}/`, dialogs.drawer());
    if (one.kind === "block") dialogs.open(`${here}times/${one.id}/`);
  }
  function openNew(start, end, resource) {
    if (!mayEdit) return;
    focused = "";
    const query = new URLSearchParams({ start: start.slice(0, 16), end: end.slice(0, 16), professional: isRooms() ? "" : resource?.id ?? who() });
    dialogs.open(`${here}new/?${query}`).then(() => calendar.unselect());
  }
  // The buttons of the head, for the day and the professional that are shown.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(link.href);
    if ("withDay" in link.dataset) {
      address.searchParams.set("day", state.date);
      if (who()) address.searchParams.set("professional", who());
    }
    dialogs.open(address.pathname + address.search);
  });
  place.addEventListener("focusin", (event) => { focused = event.target.closest("[data-id]")?.dataset.id ?? focused; });
  // The library says nothing where a drag is broken off.
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => setTimeout(() => { isDragging = false; settle(); }));
  }

  /* --- the tools above ------------------------------------------------------------------------------------------ */

  function headline() {
    const form = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    const first = new Date(`${range[0]}T00:00Z`), last = new Date(Date.parse(`${range[1]}T00:00Z`) - DAY);
    const long = { weekday: "short", day: "numeric", month: "long", year: "numeric" };
    const title = first.getTime() === last.getTime()
      ? form(long).format(first) : form({ day: "numeric", month: "short", year: "numeric" }).formatRange(first, last);
    document.getElementById("cal-title").textContent = title;
    document.querySelector(".cal-print-title").textContent = `${title} · ${select.selectedOptions[0].textContent}`;
    document.getElementById("cal-date").value = state.date;
    if (isRooms()) select.value = "rooms";
    else select.value = who() && [...select.options].some((one) => one.value === who()) ? who() : "";
    for (const one of document.querySelectorAll("[data-view]:not(#calendar)")) one.setAttribute("aria-pressed", String(one.dataset.view === state.view));
    document.getElementById("cal-month").href = `${month}?${new URLSearchParams({ month: state.date.slice(0, 7), who: state.who })}`;
    const query = new URLSearchParams({ view: state.view, date: state.date, ...(state.who ? { who: state.who } : {}) });
    history.replaceState(history.state, "", `${here}?${query}`);
  }
  function step(by) {
    const many = libraryView().endsWith("Week") ? 7 : 1;
    go(new Date(Date.parse(`${state.date}T00:00Z`) + by * many * DAY).toISOString().slice(0, 10));
  }
  function go(date) {
    state.date = date;
    calendar.setOption("date", date);
    settled();
  }
  function settled() {
    // The library says datesSet where the days are others; else they are drawn from what is known.
    if (feed && range && drawnFor) draw(range.join());
  }
  document.querySelector(".cal-tools").addEventListener("click", (event) => {
    const way = event.target.closest("[data-go]")?.dataset.go;
    if (way) way === "today" ? go(today()) : step(way === "prev" ? -1 : 1);
    const view = event.target.closest("[data-view]")?.dataset.view;
    if (view) {
      state.view = view;
      calendar.setOption("view", libraryView());
      settled();
    }
    if (event.target.closest("[data-print]")) window.print();
  });
  document.getElementById("cal-date").addEventListener("change", ({ target }) => { if (target.value && target.validity.valid) go(target.value); });
  select.addEventListener("change", () => { state.who = select.value; settled(); });
  document.getElementById("cal-cancelled").addEventListener("change", ({ target }) => { state.cancelled = target.checked; load(); });
  narrow.addEventListener("change", () => { calendar.setOption("view", libraryView()); settled(); });
})();
