// The inbox: marks the open conversation, keeps the newest message in sight, Enter sends.
(() => {
  const NEAR_PX = 60;

  const openTalk = () => document.querySelector(".talk");
  const scrollBox = () => document.querySelector("[data-scroll-end]");
  const toEnd = () => { const box = scrollBox(); if (box) box.scrollTop = box.scrollHeight; };
  const nearEnd = () => { const box = scrollBox(); return box && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX; };

  function markOpen() {
    const open = document.querySelector(".talk")?.dataset.open;
    for (const link of document.querySelectorAll("[data-conversation]")) {
      if (link.dataset.conversation === open) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // Whoever is at the end stays there while pictures come, the composer grows or the screen turns.
  let atEnd = true;
  const sizes = new ResizeObserver(() => { if (atEnd) toEnd(); });
  function watchSizes() {
    const box = scrollBox();
    sizes.disconnect();
    if (!box) return;
    atEnd = true;
    sizes.observe(box);
    sizes.observe(box.querySelector(".bubbles"));
    let top = box.scrollTop;
    box.addEventListener("scroll", () => {
      // What grows below moves nobody away from the end: only going up does.
      if (box.scrollTop < top) atEnd = nearEnd();
      else atEnd ||= nearEnd();
      top = box.scrollTop;
    }, { passive: true });
  }

  document.addEventListener("DOMContentLoaded", () => { markOpen(); toEnd(); watchSizes(); });

  document.addEventListener("htmx:afterSettle", (event) => {
    markOpen();
    if (event.detail.target?.id !== "talk") return;
    toEnd();
    watchSizes();
    document.title = document.querySelector(".talk").dataset.title;
  });

  // Older messages are put above: what one was reading must not move.
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    const box = target?.matches?.(".bubbles__newer") ? null : target?.closest("[data-scroll-end]");
    before = box ? { height: box.scrollHeight, top: box.scrollTop } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const box = scrollBox();
    if (box && before) box.scrollTop = before.top + box.scrollHeight - before.height;
    before = null;
  });

  // A live message scrolls only a reader who is at the end already.
  let follow = false;
  document.addEventListener("live:before-messages", () => { follow = nearEnd(); });

  document.addEventListener("live:messages", () => { if (follow) toEnd(); });
  // Lines are put into the list elsewhere (inbox_list.js).
  document.addEventListener("inbox:rows", markOpen);

  // Who may write, and who answers, has changed: only then is the head read again, and the composer only with cause.
  document.addEventListener("live:messages", ({ detail }) => {
    const head = document.getElementById("talk-head");
    const now = detail.states?.[openTalk()?.dataset.open];
    if (!head || !now || head.dataset.state === now) return;
    const writing = (state) => state.split("/")[0];
    if (writing(now) !== writing(head.dataset.state)) htmx.trigger(document.body, "composer-changed");
    htmx.trigger(document.body, "talk-changed");
  });

  // What was sent appears by the socket; where that is down, the messages are read again.
  let connected = false;
  document.addEventListener("live:state", ({ detail }) => { connected = detail.connected; });
  document.addEventListener("message-sent", () => {
    if (!connected) htmx.trigger(document.querySelector(".talk .bubbles"), "reload");
  });

  // Read aloud what a guest writes into the open conversation.
  document.addEventListener("live:messages", ({ detail }) => {
    if (!detail.arrived.includes(openTalk()?.dataset.open)) return;
    const texts = document.querySelectorAll(".talk .bubble--in .bubble__box");
    const words = [...(texts[texts.length - 1]?.children ?? [])].filter((part) => !part.matches(".bubble__foot"));
    document.getElementById("announcer").textContent =
      `${openTalk().dataset.title}: ${words.map((part) => part.textContent.trim()).join(" ")}`;
  });

  // What the guest writes into the open conversation is read, if someone is looking.
  document.addEventListener("live:messages", ({ detail }) => {
    const talk = document.querySelector(".talk");
    if (talk && !document.hidden && detail.arrived.includes(talk.dataset.open)) htmx.trigger(talk, "guest-wrote");
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-send-on-enter]") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
})();
