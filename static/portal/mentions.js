// Naming a colleague in a note: `@` and the first letters offer names (a listbox; the focus stays in the field), and the composer's
// other face, in which one writes a note instead of a message.
(() => {
  const ID = "mention-names";
  const MOST = 8;
  let people = null;
  let found = [], at = 0, place = null;

  const list = () => document.getElementById(ID);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  async function names() {
    if (people) return people;
    const answer = await fetch("/inbox/colleagues/");
    if (answer.ok) people = (await answer.json()).names;
    return people ?? [];
  }

  /** What stands between the last @ and the cursor, if a name may begin there. */
  function typed(field) {
    const before = field.value.slice(0, field.selectionStart);
    const match = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N} .'-]{0,40})$/u.exec(before);
    return match ? { text: match[1], start: before.length - match[1].length } : null;
  }

  function hide() {
    list()?.remove();
    found = [];
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant", "aria-autocomplete"]) place?.field.removeAttribute(name);
    place = null;
  }

  async function look(field) {
    const now = typed(field);
    if (!now) return hide();
    const all = await names();
    const again = typed(field);
    if (!again || again.text !== now.text) return;
    const wanted = plain(now.text);
    found = all.filter((name) => plain(name).startsWith(wanted) || (wanted && plain(name).includes(` ${wanted}`))).slice(0, MOST);
    // A name that is written already needs no offer.
    if (!found.length || (found.length === 1 && plain(found[0]) === wanted)) return hide();
    place = { field, start: now.start };
    at = 0;
    draw();
  }

  function draw() {
    const box = list() ?? document.createElement("ul");
    box.id = ID;
    box.className = "replies replies--names";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", "@");
    box.replaceChildren(...found.map((name, index) => {
      const item = document.createElement("li");
      item.id = `${ID}-${index}`;
      item.className = "replies__item";
      item.dataset.index = index;
      item.setAttribute("role", "option");
      item.textContent = name;
      return item;
    }));
    if (!box.isConnected) place.field.after(box);
    place.field.setAttribute("role", "combobox");
    place.field.setAttribute("aria-expanded", "true");
    place.field.setAttribute("aria-autocomplete", "list");
    place.field.setAttribute("aria-controls", ID);
    mark();
  }

  function mark() {
    for (const item of list().children) item.setAttribute("aria-selected", String(Number(item.dataset.index) === at));
    list().children[at].scrollIntoView({ block: "nearest" });
    place.field.setAttribute("aria-activedescendant", `${ID}-${at}`);
  }

  function take(index) {
    const { field, start } = place;
    const name = found[index];
    const end = field.selectionStart;
    hide();
    field.setRangeText(`${name} `, start, end, "end");
    field.focus();
  }

  document.addEventListener("input", ({ target }) => { if (target.matches?.("[data-mentions]")) look(target); });
  document.addEventListener("keydown", (event) => {
    if (!list() || event.target !== place?.field || event.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      at = (at + (key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      mark();
    } else if ((key === "Enter" || key === "Tab") && !event.shiftKey) take(at);
    else if (key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  // A press must not take the focus from the field, or a phone's keyboard would close.
  document.addEventListener("pointerdown", (event) => { if (event.target.closest?.(`#${ID}`)) event.preventDefault(); });
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.(`#${ID}`)) event.preventDefault(); });
  document.addEventListener("click", ({ target }) => {
    const item = target.closest?.(`#${ID} [data-index]`);
    if (item) take(Number(item.dataset.index));
    else if (list() && target !== place?.field) hide();
  });

  // --- the note instead of the message --------------------------------------------------------------------------------

  const form = () => document.getElementById("note-form");
  const composer = () => document.getElementById("composer-box");

  function write(on, { takesFocus = true } = {}) {
    if (!form()) return;
    form().hidden = !on;
    composer().hidden = on;
    const field = on ? form().elements.text : document.getElementById("composer-text");
    if (takesFocus) field?.focus();
    const scroll = document.querySelector("[data-scroll-end]");
    if (on && scroll) scroll.scrollTop = scroll.scrollHeight;
  }
  document.addEventListener("inbox:note", () => write(true));
  document.addEventListener("inbox:answer", () => write(false));
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-note-open]")) write(true);
    if (target.closest("[data-note-shut]")) write(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.id === "note-of-talk") write(false);
  });

  // It appears by the socket; where that is down, the messages are read again. Each note is written on purpose: then it is the guest's turn.
  let connected = false;
  document.addEventListener("live:state", ({ detail }) => { connected = detail.connected; });
  document.addEventListener("note-written", () => {
    // Who has gone elsewhere before the answer came stays there.
    const takesFocus = document.activeElement === document.body || form()?.contains(document.activeElement);
    form()?.reset();
    write(false, { takesFocus });
    if (!connected) htmx.trigger(document.querySelector(".talk .bubbles"), "reload");
  });
})();
