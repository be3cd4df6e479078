// What the server says of some days, as the calendar library wants it; and what is written into each visit.
(() => {
  const MINUTE = 60000;
  const words = JSON.parse(document.getElementById("calendar-words").textContent);
  const MOVABLE = ["held", "booked", "confirmed", "arrived"];

  /** Times are what the salon's clock shows, as text; they are counted as if they were UTC, so that no zone interferes. */
  const number = (wall) => Date.parse(`${wall}:00Z`);
  const text = (at) => new Date(at).toISOString().slice(0, 16);
  const shift = (wall, minutes) => text(number(wall) + minutes * MINUTE);
  const minutes = (from, until) => (number(until) - number(from)) / MINUTE;

  /** The library's events: `who` is one professional or "", `columns` whether each has a column. */
  function toEvents(feed, { who, columns, isList, mayEdit }) {
    const mine = (one) => !who || one.who === who;
    const colours = new Map(feed.resources.map((one) => [one.id, one.colour]));
    const names = new Map(feed.resources.map((one) => [one.id, one.name]));
    const found = [];
    for (const one of feed.visits.filter(mine)) {
      const isBusy = one.state === "busy";
      const isFree = one.state === "cancelled" || one.state === "no_show";
      const editable = mayEdit && MOVABLE.includes(one.state);
      found.push({
        id: one.id, resourceIds: [one.who], start: one.start, end: one.end, title: isBusy ? words.busy : one.guest,
        startEditable: editable, durationEditable: editable, classNames: ["cal-event", `cal-event--${one.state}`],
        styles: colours.get(one.who) ? [`--who: ${colours.get(one.who)}`] : [],
        extendedProps: { ...one, kind: "visit", name: names.get(one.who), isFree },
      });
      if (isList || isFree || isBusy || !(columns || who)) continue; // with everybody in one column they would hide the others
      if (one.before) found.push(stripe(one, "before", shift(one.start, -one.before), one.start));
      if (one.after) found.push(stripe(one, "after", one.end, shift(one.end, one.after)));
    }
    for (const one of feed.blocked.filter(mine)) {
      found.push({
        id: `block.${one.id}`, resourceIds: [one.who], start: one.start, end: one.end, title: one.reason || words[one.kind],
        startEditable: mayEdit, durationEditable: mayEdit, classNames: ["cal-event", `cal-event--${one.kind}`],
        extendedProps: { ...one, kind: "block", state: one.kind, name: names.get(one.who) },
      });
    }
    if (isList) return found;
    // With everybody's visits in one column only the salon's own hours say something.
    for (const [place, one] of feed.closed.entries()) {
      if (columns ? !one.who : (who || null) !== one.who) continue;
      if (columns && !mine(one)) continue;
      found.push({
        id: `closed.${place}.${one.start}`, resourceIds: one.who ? [one.who] : [], start: one.start, end: one.end, display: "background",
        title: words[one.kind], classNames: [`cal-closed`, `cal-closed--${one.kind}`], extendedProps: { kind: "closed" },
      });
    }
    return found;
  }

  /** The same days with chairs and rooms for columns: who does it stands beside the service. */
  function byRoom(feed) {
    const names = new Map(feed.resources.map((one) => [one.id, one.name]));
    const visits = feed.visits.flatMap((one) => one.uses.map((room) => ({
      ...one, id: `${one.id}@${room}`, who: room, service: one.service && `${one.service} · ${names.get(one.who)}`, before: 0, after: 0, processing: [],
    })));
    return { ...feed, resources: feed.rooms, visits, blocked: [], closed: [] };
  }

  const stripe = (one, which, start, end) => ({
    id: `${one.id}.${which}`, resourceIds: [one.who], start, end, display: "background", classNames: ["cal-buffer"],
    extendedProps: { kind: "buffer" },
  });

  const clock = (wall) => wall.slice(11, 16);

  function make(tag, className, content) {
    const one = document.createElement(tag);
    one.className = className;
    if (content) one.textContent = content;
    return one;
  }

  /** What stands in a visit: time, guest, service; stripes where the professional is free meanwhile. */
  function content(event, isList) {
    const one = event.extendedProps;
    if (one.kind === "closed" || one.kind === "buffer" || one.kind === "now" || !one.kind) return { domNodes: [] };
    const body = make("span", "cal-event__body");
    body.append(make("span", "cal-event__time", `${clock(one.start)}–${clock(one.end)}${one.offset ? ` ${one.offset}` : ""}`));
    body.append(make("span", "cal-event__title", event.title));
    if (one.service) body.append(make("span", "cal-event__what", isList ? `${one.service} · ${one.name}` : one.service));
    else if (isList) body.append(make("span", "cal-event__what", one.name));
    const signs = [one.series && "↻", one.deposit === "due" && "$", one.note && "✎", one.review && "!"].filter(Boolean);
    if (signs.length) body.append(make("span", "cal-event__signs", signs.join(" ")));
    if (isList) body.append(make("span", `badge cal-state cal-state--${one.state}`, words.states[one.state] ?? words[one.state]));
    const nodes = [body];
    const length = minutes(one.start, one.end);
    for (const [from, many] of isList ? [] : one.processing ?? []) {
      const free = make("span", "cal-event__processing");
      free.style.top = `${(from / length) * 100}%`;
      free.style.height = `${(many / length) * 100}%`;
      nodes.unshift(free);
    }
    return { domNodes: nodes };
  }

  /** The same in words, for who does not see colours and places. */
  function label(event) {
    const one = event.extendedProps;
    if (one.kind === "block") return [`${clock(one.start)}–${clock(one.end)}`, words[one.state], one.reason, one.name].filter(Boolean).join(", ");
    return [
      `${clock(one.start)}–${clock(one.end)}${one.offset ? ` (${one.offset})` : ""}`, event.title, one.service, one.name, words.states[one.state],
      one.until && words.until.replace("%s", clock(one.until)), one.series && words.series, one.deposit === "due" && words.deposit,
      one.note && words.note, one.review && words.review,
    ].filter(Boolean).join(", ");
  }

  window.calendarEvents = { words, toEvents, byRoom, content, label, number, text, shift, minutes };
})();
