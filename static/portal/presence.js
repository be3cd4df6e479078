// Colleagues in the same conversation: who has it open, and who is answering. Said over the inbox's socket, kept nowhere.
//   we say  {"kind": "watch", "conversation": id | null}   {"kind": "typing", "conversation": id}
//   we hear {"kind": "presence", "conversation": id, "people": [{"id", "name", "typing"}]}
(() => {
  const AGAIN_MS = 15_000;
  const TYPING_MS = 2_000;
  const present = new Map();

  const inbox = () => document.getElementById("inbox");
  const open = () => document.querySelector(".talk")?.dataset.open ?? null;
  const say = (detail) => inbox()?.dispatchEvent(new CustomEvent("live:send", { detail }));

  let watched = null;
  function watch(force) {
    const now = document.hidden ? null : open();
    if (now === watched && !force) return;
    watched = now;
    say({ kind: "watch", conversation: now });
  }
  document.addEventListener("live:state", ({ detail }) => { if (detail.connected) watch(true); });
  document.addEventListener("htmx:afterSettle", () => watch(false));
  document.addEventListener("visibilitychange", () => watch(false));
  // What is not said again is forgotten: a closed lid leaves nobody standing in a conversation.
  setInterval(() => { if (watched) watch(true); }, AGAIN_MS);

  let told = 0;
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "composer-text" || !open() || Date.now() - told < TYPING_MS) return;
    told = Date.now();
    say({ kind: "typing", conversation: open() });
  });

  const others = (conversation) => (present.get(conversation) ?? []).filter((one) => one.id !== inbox()?.dataset.me);
  function show() {
    const place = document.querySelector("[data-talk-presence]");
    if (place) {
      const people = others(open());
      const writer = people.find((one) => one.typing);
      const words = writer ? place.dataset.typing : people.length === 1 ? place.dataset.one : place.dataset.several;
      const names = writer ? writer.name : people.map((one) => one.name).join(", ");
      const text = people.length ? words.replace("{names}", names) : "";
      if (place.textContent !== text) place.textContent = text;
      place.hidden = !people.length;
      place.classList.toggle("is-typing", Boolean(writer));
    }
    for (const sign of document.querySelectorAll("[data-presence]")) {
      const people = others(sign.closest("[data-row]").dataset.row);
      const text = people.map((one) => one.name + (one.typing ? " …" : "")).join(", ");
      if (sign.textContent !== text) sign.textContent = text;
      sign.hidden = !people.length;
    }
  }
  document.addEventListener("live:presence", ({ detail }) => {
    if (detail.people.length) present.set(detail.conversation, detail.people);
    else present.delete(detail.conversation);
    show();
  });
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("inbox:rows", show);
})();
