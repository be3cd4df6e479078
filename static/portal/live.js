// The page's WebSockets: that of its alerts, and one of what it shows. Nothing is polled: the server sends what is new, and after a lost socket what was missed.
//
// An element opens it:  <div data-live="/ws/inbox/" data-live-after="42">
// The socket's address gets ?after=<number of the newest message the page has>, and at first &since=<data-live-since>, the
// moment at which the page was made, where that matters. The server sends JSON objects:
//   {"seq": 43, "kind": "step", …}    the number is the newest the page has now; parts have ids, so twice is harmless
//   {"kind": "gap"}                   what was missed cannot be sent: the page reads itself again
//   "html": "<template …>"            in any of them: rendered parts, each with its place (see put)
// The page may say things too: an event live:send on the element, with the object as detail; lost while the socket is down.
// The page hears them on the element, bubbling: live:<kind> with the message as detail, live:before-<kind> before its parts are
// put in place, and live:state with {connected}; the state of one with data-live-quiet is nobody's concern.
(() => {
  const FIRST_WAIT_MS = 500;
  const LONGEST_WAIT_MS = 15000;
  const LONGEST_PRESS_MS = 5000; // a release that nobody heard
  const FOCUSABLE = "a, button, summary";

  /**
   * Put rendered parts where they belong: <template data-into="#list" data-at="end|start"> adds its element, or moves the one
   * with its id there; <template data-at="place"> replaces the element with its id. A place that is not `within` is skipped.
   */
  function put(html, within = document.documentElement) {
    const parts = document.createElement("template");
    parts.innerHTML = html;
    for (const part of parts.content.querySelectorAll("template")) {
      const fresh = part.content.firstElementChild;
      const old = document.getElementById(fresh.id);
      const place = part.dataset.at === "place" ? old : document.querySelector(part.dataset.into);
      if (!place || !within.contains(place)) continue;
      const held = [...(old?.querySelectorAll(FOCUSABLE) ?? [])].indexOf(document.activeElement);
      if (place === old) old.replaceWith(fresh);
      else {
        old?.remove();
        place[part.dataset.at === "start" ? "prepend" : "append"](fresh);
      }
      htmx.process(fresh);
      // Who stood on the old one by keyboard stands on the new one.
      if (held >= 0) fresh.querySelectorAll(FOCUSABLE)[held]?.focus({ preventScroll: true });
    }
  }

  // What comes while a piece of the page is on its way may be newer than that piece: it is put in place once more, after it.
  const recent = [];
  const askedAt = new WeakMap();
  const RECENT_MS = 60000;
  function keep(html) {
    const now = performance.now();
    while (recent.length && recent[0].at < now - RECENT_MS) recent.shift();
    recent.push({ at: now, html });
  }
  document.addEventListener("htmx:beforeSend", ({ detail }) => askedAt.set(detail.xhr, performance.now()));
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    for (const one of recent) if (one.at >= askedAt.get(detail.xhr)) put(one.html, detail.elt);
  });

  // A click must not miss its line because a newer one took its place between press and release: what comes waits so long.
  const held = [];
  let isPressed = false;
  let lost = null;
  function released() {
    clearTimeout(lost);
    isPressed = false;
    // After the click that follows.
    setTimeout(() => { for (const go of held.splice(0)) go(); });
  }
  document.addEventListener("pointerdown", () => {
    clearTimeout(lost);
    isPressed = true;
    lost = setTimeout(released, LONGEST_PRESS_MS);
  }, true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, released, true);

  class Live {
    constructor(element) {
      this.element = element;
      this.after = Number(element.dataset.liveAfter ?? 0);
      this.wait = FIRST_WAIT_MS;
      this.wasOpen = false;
      element.addEventListener("live:send", ({ detail }) => this.say(detail));
      this.connect();
    }

    connect() {
      clearTimeout(this.timer);
      const address = new URL(this.element.dataset.live, location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      address.searchParams.set("after", this.after);
      if (this.wasOpen) address.searchParams.set("again", "1");
      else if (this.element.dataset.liveSince) address.searchParams.set("since", this.element.dataset.liveSince);
      this.socket = new WebSocket(address);
      this.socket.onopen = () => this.opened();
      this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
      this.socket.onclose = () => this.closed();
    }

    opened() {
      this.wait = FIRST_WAIT_MS;
      this.wasOpen = true;
      this.tell("state", { connected: true });
    }

    closed() {
      this.tell("state", { connected: false });
      if (!this.element.isConnected) return;
      // Spread out, so that a restarted server is not met by every page at once.
      this.timer = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    }

    /** Try at once: the machine woke up or came back online. */
    hurry() {
      if (this.socket.readyState !== WebSocket.CLOSED) return;
      this.wait = FIRST_WAIT_MS;
      this.connect();
    }

    hear(message) {
      if (isPressed || held.length) held.push(() => this.take(message));
      else this.take(message);
    }

    take(message) {
      // Work done side by side commits out of order: a lower number may come late, and is shown all the same.
      this.after = Math.max(this.after, message.seq ?? 0);
      this.tell(`before-${message.kind}`, message);
      if (message.html) { keep(message.html); put(message.html); }
      this.tell(message.kind, message);
    }

    say(message) {
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    }

    tell(kind, detail) {
      if (kind === "state" && "liveQuiet" in this.element.dataset) return;
      this.element.dispatchEvent(new CustomEvent(`live:${kind}`, { bubbles: true, detail }));
    }
  }

  let connected = false;
  function showState() {
    for (const sign of document.querySelectorAll("[data-live-state]")) {
      sign.classList.toggle("is-live", connected);
      sign.querySelector("[data-words]").textContent = connected ? sign.dataset.on : sign.dataset.off;
    }
  }
  document.addEventListener("live:state", ({ detail }) => { connected = detail.connected; showState(); });
  // A part of the page with the sign in it was read anew.
  document.addEventListener("live:show", showState);

  document.addEventListener("DOMContentLoaded", () => {
    const all = [...document.querySelectorAll("[data-live]")].map((element) => new Live(element));
    const hurry = () => { for (const live of all) live.hurry(); };
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
  });
})();
