// Writing in the inbox: reply and react on a bubble, the window's countdown, and the sign that somebody writes.
(() => {
  const NOBODY = "00000000-0000-0000-0000-000000000000";
  const SOON_S = 2 * 3600;
  const TICK_MS = 10000;
  const TYPING_EVERY_MS = 20000;

  const field = () => document.getElementById("composer-text");
  const tools = () => [...document.querySelectorAll(".talk [data-tools]")];

  // One stop for the keyboard among all bubbles: the newest; arrows go to the others.
  function oneStop(stop = tools().at(-1)) {
    for (const button of tools()) button.tabIndex = button === stop ? 0 : -1;
  }

  let openFor = null;
  function closeMenu({ focus = false } = {}) {
    const menu = document.querySelector(".bubble__menu");
    if (!menu) return;
    const button = menu.parentElement.querySelector("[data-tools]");
    menu.remove();
    openFor = null;
    button?.setAttribute("aria-expanded", "false");
    if (focus) button?.focus();
  }

  function openMenu(button, { focusAt = 0 } = {}) {
    const menu = document.getElementById("bubble-menu").content.firstElementChild.cloneNode(true);
    // What the salon has put there already can be taken back.
    const ours = button.parentElement.querySelector(".bubble__reactions .is-ours")?.textContent ?? "";
    for (const one of menu.querySelectorAll("[data-emoji]")) {
      if (one.dataset.emoji === "") one.hidden = !ours;
      else if (ours.includes(one.dataset.emoji)) one.setAttribute("aria-pressed", "true");
    }
    button.after(menu);
    button.setAttribute("aria-expanded", "true");
    oneStop(button);
    openFor = button.dataset.tools;
    menu.scrollIntoView({ block: "nearest" });
    menu.querySelectorAll("button:not([hidden])")[focusAt]?.focus({ preventScroll: true });
  }

  // A bubble that is replaced while its menu is open (it was read, its emoji arrived) keeps it, and the keyboard's place in it.
  let focusAt = -1;
  document.addEventListener("live:before-messages", () => {
    focusAt = [...document.querySelectorAll(".bubble__menu button:not([hidden])")].indexOf(document.activeElement);
  });
  document.addEventListener("live:messages", () => {
    if (!openFor || document.querySelector(".bubble__menu")) return;
    const button = document.querySelector(`.talk [data-tools="${openFor}"]`);
    if (button) openMenu(button, { focusAt });
  });

  const addressOf = (kind, button) => document.getElementById("bubble-menu").dataset[kind].replace(NOBODY, button.dataset.tools);

  async function quote(button) {
    closeMenu();
    if (!document.getElementById("composer-quote")) return;
    await htmx.ajax("GET", addressOf("quote", button), { target: "#composer-quote", swap: "innerHTML" });
    field()?.focus();
  }

  function react(button, emoji) {
    closeMenu({ focus: true });
    htmx.ajax("POST", addressOf("react", button), { values: { emoji }, swap: "none" });
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-tools]");
    const menu = target.closest(".bubble__menu");
    if (button) {
      const wasOpen = button.getAttribute("aria-expanded") === "true";
      closeMenu();
      if (!wasOpen) openMenu(button);
    } else if (menu) {
      const own = menu.parentElement.querySelector("[data-tools]");
      if (target.closest("[data-quote]")) quote(own);
      else if (target.closest("[data-emoji-more]")) document.dispatchEvent(new CustomEvent("emojis:ask", { detail: { button: target.closest("[data-emoji-more]"), take: (emoji) => react(own, emoji) } }));
      else if (target.closest("[data-emoji]")) react(own, target.closest("[data-emoji]").dataset.emoji);
    } else if (!target.closest("#emoji-board")) closeMenu();
    if (target.closest("[data-shut]")) {
      document.getElementById("composer-more").replaceChildren();
      field()?.focus();
    }
    if (target.closest("[data-unquote]")) {
      document.getElementById("composer-quoted")?.remove();
      field()?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (key === "Escape") {
      if (document.querySelector(".bubble__menu")) closeMenu({ focus: true });
      else if (target.id === "composer-text") document.getElementById("composer-quoted")?.remove();
    }
    if (!target.matches("[data-tools]") || !["ArrowUp", "ArrowDown"].includes(key)) return;
    const all = tools();
    const next = all[all.indexOf(target) + (key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    closeMenu();
    oneStop(next);
    next.focus();
  });

  // The window closes while one looks: the chip counts, and at the end the server says what may be written then.
  const closesAt = new WeakMap();
  function countDown() {
    for (const chip of document.querySelectorAll("[data-left-s]")) {
      if (!closesAt.has(chip)) closesAt.set(chip, Date.now() + Number(chip.dataset.leftS) * 1000);
      const left = Math.floor((closesAt.get(chip) - Date.now()) / 1000);
      if (left <= 0) {
        chip.removeAttribute("data-left-s");
        htmx.trigger(document.body, "talk-changed");
        htmx.trigger(document.body, "composer-changed");
        continue;
      }
      const [hours, minutes] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60)];
      const words = hours ? chip.dataset.long : chip.dataset.short;
      chip.querySelector("[data-words]").textContent = words.replace("{hours}", hours).replace("{minutes}", minutes);
      chip.classList.toggle("bg-yellow-lt", left < SOON_S);
      chip.classList.toggle("bg-green-lt", left >= SOON_S);
    }
  }
  setInterval(countDown, TICK_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) countDown(); });

  // The guest sees that somebody writes; the server keeps it from being said too often.
  let toldTyping = 0;
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "composer-text" || !target.value.trim() || Date.now() - toldTyping < TYPING_EVERY_MS) return;
    toldTyping = Date.now();
    htmx.ajax("POST", target.form.dataset.typing, { swap: "none" }).catch(() => {});
  });
  document.addEventListener("message-sent", () => { toldTyping = 0; });

  const look = () => { oneStop(); countDown(); };
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:afterSettle", look);
  document.addEventListener("live:messages", () => oneStop());
})();
