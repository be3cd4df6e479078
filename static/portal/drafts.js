// What a person writes is saved a second after they stop, and waits for them on each of their devices. What is not saved yet is
// also kept in this tab, so that neither a look at another conversation nor a lost connection loses it.
(() => {
  const WAIT_MS = 1000;
  const AGAIN_MS = 5000;

  const field = () => document.getElementById("composer-text");
  const formNow = () => document.querySelector("#composer[data-draft]");
  const replyTo = (form) => form.querySelector("[name=reply_to]")?.value ?? "";
  const fileOf = (form) => form.querySelector("[name=media]")?.value ?? "";
  const headers = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const keyOf = (form) => `draft:${form.dataset.draft}`;

  const store = {
    read(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
    write(key, text) { try { sessionStorage.setItem(key, text); } catch { /* storage may be forbidden */ } },
    drop(key) { try { sessionStorage.removeItem(key); } catch { /* none, then */ } },
  };

  // The words, the quoted message and the file as the server has them, for each form that is or was on the page.
  const saved = new WeakMap();
  const stateOf = (form) => JSON.stringify([form.elements.text.value, replyTo(form), fileOf(form)]);
  const isUnsaved = (form) => saved.has(form) && saved.get(form) !== stateOf(form);

  let timer = null;
  let sending = null;
  function plan(wait = WAIT_MS) {
    clearTimeout(timer);
    timer = setTimeout(() => { const form = formNow(); if (form && isUnsaved(form)) save(form); }, wait);
  }

  async function save(form, { keepalive = false } = {}) {
    if (sending && !keepalive) { await sending; if (form !== formNow()) return; }
    sending = post(form, keepalive);
    await sending;
    sending = null;
  }

  async function post(form, keepalive) {
    const [text, media, state] = [form.elements.text.value, fileOf(form), stateOf(form)];
    const body = new URLSearchParams({ text, media, reply_to: replyTo(form), version: form.dataset.draftVersion });
    let answer;
    try {
      answer = await fetch(form.dataset.draft, { method: "POST", headers: headers(), body, keepalive });
    } catch {
      plan(AGAIN_MS);
      return;
    }
    if (answer.status !== 200 && answer.status !== 409) return;
    const given = await answer.json();
    form.dataset.draftVersion = given.version;
    if (answer.status === 200) {
      saved.set(form, state);
      // The list marks the conversations in which one has begun to write.
      const conversation = form.closest(".talk")?.dataset.open;
      document.dispatchEvent(new CustomEvent("inbox:draft", { detail: { conversation, has: text !== "" || media !== "" } }));
      if (isUnsaved(form)) plan();
      else store.drop(keyOf(form));
    } else if (!isUnsaved(form)) {
      // Another device went on, and nothing was typed here since: go on from there.
      form.elements.text.value = given.text;
      saved.set(form, stateOf(form));
      store.drop(keyOf(form));
    } else plan();
  }

  function show() {
    const form = formNow();
    if (!form || saved.has(form)) return;
    saved.set(form, stateOf(form));
    const unsaved = store.read(keyOf(form));
    if (unsaved === null || form.querySelector(".is-invalid")) return;
    form.elements.text.value = unsaved;
    plan();
  }

  document.addEventListener("input", ({ target }) => {
    if (target !== field() || !formNow()) return;
    store.write(keyOf(formNow()), target.value);
    plan();
  });
  // A quoted message belongs to what one writes.
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target?.id === "composer-quote") plan(); });
  document.addEventListener("click", ({ target }) => { if (target.closest("[data-unquote]")) plan(); });
  document.addEventListener("attach:changed", () => { if (formNow()) plan(); });

  // Before another conversation takes the place of this one.
  const leave = () => { const form = formNow(); if (form && isUnsaved(form)) save(form, { keepalive: true }); };
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target?.id === "talk") leave(); });
  window.addEventListener("pagehide", leave);

  // Sent words are no draft: the server forgets them with the sending, and an older save finds a newer version.
  document.addEventListener("htmx:beforeRequest", ({ target }) => { if (target.id === "composer") clearTimeout(timer); });
  document.addEventListener("message-sent", () => { const form = formNow(); if (form) store.drop(keyOf(form)); });

  // Who comes back to this device sees what they wrote on the other one meanwhile.
  document.addEventListener("visibilitychange", () => {
    const form = formNow();
    if (document.hidden) leave();
    else if (form && saved.has(form) && !isUnsaved(form)) save(form);
  });

  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);
})();
