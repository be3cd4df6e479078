// The inbox: marks the open conversation, keeps the newest message in sight, Enter sends.
(() => {
  const NEAR_PX = 120;

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

  document.addEventListener("DOMContentLoaded", () => { markOpen(); toEnd(); });

  document.addEventListener("htmx:afterSettle", (event) => {
    markOpen();
    if (event.detail.target?.id !== "talk") return;
    toEnd();
    document.title = document.querySelector(".talk").dataset.title;
  });

  // Older messages are put above: what one was reading must not move.
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = event.detail.target?.closest("[data-scroll-end]");
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

  // New lines are put into the open ones only; a filtered list is read again, as only the server knows what belongs to it.
  document.addEventListener("live:messages", () => {
    const list = document.getElementById("conversations");
    if (list && list.dataset.show !== "open") htmx.trigger("#inbox-scroll", "reload");
    else if (list?.querySelector(".row-item")) list.querySelector(".rows__empty")?.remove();
    markOpen();
    if (follow) toEnd();
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
