// Canned replies: `/` in the otherwise empty field opens them. The focus stays in the field (ARIA's combobox pattern); fingers tap.
(() => {
  const WAIT_MS = 120;
  const ID = "composer-replies";

  const field = () => document.getElementById("composer-text");
  const list = () => document.getElementById(ID);
  const typedIn = (input) => (/^\/[\p{L}\p{N}_-]*$/u.test(input.value) ? input.value.slice(1) : null);

  let options = [], at = 0, timer = null, dismissed = null;

  function hide() {
    clearTimeout(timer);
    list()?.remove();
    options = [];
    const input = field();
    if (!input) return;
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant", "aria-autocomplete"]) input.removeAttribute(name);
  }

  async function look(input) {
    const typed = typedIn(input);
    let answer;
    try {
      answer = await fetch(`${input.form.dataset.replies}?${new URLSearchParams({ typed })}`);
    } catch { return; }
    if (!answer.ok || input !== field() || typedIn(input) !== typed) return;
    const { replies } = await answer.json();
    // One typed on while the answer was read: a newer one is coming.
    if (input !== field() || typedIn(input) !== typed) return;
    if (!replies.length) return hide();
    options = replies;
    at = 0;
    draw(input);
  }

  function draw(input) {
    const box = list() ?? document.createElement("ul");
    box.id = ID;
    box.className = "replies";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", input.form.dataset.repliesLabel);
    box.replaceChildren(...options.map((one, index) => {
      const item = document.createElement("li");
      item.id = `${ID}-${index}`;
      item.className = "replies__item";
      item.setAttribute("role", "option");
      item.dataset.index = index;
      for (const [name, text] of [["name", `/${one.shortcut}`], ["text", one.text]]) {
        const part = document.createElement("span");
        part.className = `replies__${name}`;
        part.textContent = text;
        item.append(part);
      }
      if (one.file) item.querySelector(".replies__name").append(fileSign(one.file));
      return item;
    }));
    if (!box.isConnected) input.form.append(box);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", ID);
    mark(input);
  }

  function fileSign(file) {
    const sign = document.createElement("span");
    sign.className = "replies__file";
    sign.textContent = file.name || file.kind_words;
    return sign;
  }

  function mark(input) {
    for (const item of list().children) item.setAttribute("aria-selected", String(Number(item.dataset.index) === at));
    list().children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", `${ID}-${at}`);
  }

  function take(index) {
    const [input, { id, text, file }] = [field(), options[index]];
    hide();
    // With the message goes which reply it was made of, so that what is used much comes first.
    let canned = input.form.elements.canned;
    if (!canned) {
      canned = document.createElement("input");
      canned.type = "hidden";
      canned.name = "canned";
      input.form.append(canned);
    }
    canned.value = id;
    if (file) document.dispatchEvent(new CustomEvent("attach:kept", { detail: file }));
    input.value = text;
    input.focus();
    input.setSelectionRange(text.length, text.length);
    // The draft is to know of it.
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", ({ target }) => {
    if (target !== field() || !target.form?.dataset.replies) return;
    clearTimeout(timer);
    if (typedIn(target) === null) dismissed = null;
    if (typedIn(target) === null || dismissed === target) return hide();
    timer = setTimeout(() => look(target), WAIT_MS);
  });

  // Before Enter sends and Escape takes the quoted message away.
  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || !list() || event.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      at = (at + (key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      mark(event.target);
    } else if ((key === "Enter" && !event.shiftKey) || (key === "Tab" && !event.shiftKey)) take(at);
    else if (key === "Escape") {
      dismissed = event.target;
      hide();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // A press must not take the focus from the field, or a phone's keyboard would close.
  document.addEventListener("pointerdown", (event) => { if (event.target.closest?.(`#${ID}`)) event.preventDefault(); });
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.(`#${ID}`)) event.preventDefault(); });
  document.addEventListener("click", ({ target }) => {
    const item = target.closest?.(`#${ID} [data-index]`);
    if (item) take(Number(item.dataset.index));
    else if (list() && target !== field()) hide();
  });
})();
