// Single keys for whoever lives in the inbox all day. They never act while one types, and can be switched off (WCAG 2.1.4).
(() => {
  const KEY = "inbox-keys";
  const dialog = () => document.getElementById("shortcuts");
  const isOn = () => { try { return localStorage.getItem(KEY) !== "off"; } catch { return true; } };
  const TYPED_IN = "input, textarea, select, [contenteditable], [role=combobox], [role=listbox]";

  const rows = () => [...document.querySelectorAll("#conversations [data-conversation]")];
  const talk = () => document.querySelector(".talk");
  const press = (selector) => document.querySelector(selector)?.click();

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((one) => one.getAttribute("aria-current") === "true");
    const next = here < 0 ? all[step > 0 ? 0 : all.length - 1] : all[here + step];
    if (!next) return;
    next.click();
    next.scrollIntoView({ block: "nearest" });
    next.focus({ preventScroll: true });
  }

  function handling() {
    const menu = document.querySelector(".talk .handling__menu");
    if (!menu) return;
    menu.open = true;
    menu.querySelector("summary").focus();
  }

  const DO = {
    j: () => walk(1),
    k: () => walk(-1),
    "/": () => document.querySelector(".inbox__search input[type=search]")?.focus(),
    r: () => document.dispatchEvent(new CustomEvent("inbox:answer")),
    n: () => document.dispatchEvent(new CustomEvent("inbox:note")),
    e: () => press(".talk form[action$='/close/'] button"),
    s: handling,
    a: () => press(".talk form[action$='/take/'] button"),
    f: () => press("[popovertarget=talk-find]"),
    i: () => document.dispatchEvent(new CustomEvent("inbox:panel")),
    "?": () => show(),
  };
  const NEEDS_TALK = new Set(["r", "n", "e", "s", "a", "f", "i"]);

  function show() {
    const box = dialog();
    if (!box || box.open) return;
    box.querySelector("[data-keys-on]").checked = isOn();
    box.showModal();
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !["j", "k"].includes(key)) return;
    if (!DO[key] || !isOn() || target.closest?.(TYPED_IN) || document.querySelector("dialog[open], :popover-open")) return;
    if (NEEDS_TALK.has(key) && !talk()) return;
    if (document.querySelector(".inbox.has-sheet")) return;
    event.preventDefault();
    DO[key]();
  });

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-keys-open]")) show();
    if (target.closest("[data-keys-shut]") || target === dialog()) dialog().close();
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-keys-on]")) return;
    try { localStorage.setItem(KEY, target.checked ? "on" : "off"); } catch { /* they stay on, then */ }
  });
})();
