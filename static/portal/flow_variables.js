// Variables and functions while one writes: after `{{` in a text, after a letter in a formula, or by the button "Insert".
// A listbox under the field; the focus stays in the field (ARIA's combobox pattern), fingers and mice may tap.
(() => {
  const MOST = 60;
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id)?.textContent ?? "[]");
  const WORD = /[A-Za-z_][\w.]*$/;

  let field = null, list = null, options = [], at = -1, start = 0;
  let lastField = null;

  // What is being written at the caret: {start, typed, inBlank}; null where nothing is to be proposed.
  function place(input) {
    const before = input.value.slice(0, input.selectionStart);
    const typed = before.match(WORD)?.[0] ?? "";
    if (input.dataset.vars === "formula") {
      if (inQuotes(before)) return null;
      return { start: before.length - typed.length, typed, inBlank: true };
    }
    const opening = before.lastIndexOf("{{");
    const inBlank = opening >= 0 && !before.slice(opening).includes("}}");
    if (inBlank) return inQuotes(before.slice(opening + 2)) ? null : { start: before.length - typed.length, typed, inBlank };
    return /(?:^|[^\w.])(?:vars|contact|salon|message|trigger|event|secret)\.\w*$/.test(before)
      ? { start: before.length - typed.length, typed, inBlank } : null;
  }

  function inQuotes(text) {
    let quote = "";
    for (let i = 0; i < text.length; i += 1) {
      if (quote && text[i] === "\\") i += 1;
      else if (quote) quote = text[i] === quote ? "" : quote;
      else if (text[i] === "'" || text[i] === '"') quote = text[i];
    }
    return quote !== "";
  }

  function found(typed, takesSecrets) {
    const words = byId("ff-list-place").dataset;
    const every = [
      ...read("ff-variables").map((one) => ({ ...one, insert: one.name, title: one.name })),
      ...(takesSecrets ? read("ff-secrets").map((name) => ({ insert: name, title: name, label: "", sample: "", group: words.secrets })) : []),
      ...read("ff-functions").map((one) => ({ ...one, insert: one.name, title: one.usage, group: words.functions })),
    ];
    const plain = typed.toLowerCase();
    if (!plain) return every.slice(0, MOST);
    const rank = (one) => {
      const name = one.insert.toLowerCase();
      if (name === plain) return 4; // written out: nothing is left to propose
      if (name.split(".").some((part) => part.startsWith(plain)) || name.startsWith(plain)) return name.endsWith("(") ? 1 : 0;
      return one.label.toLowerCase().includes(plain) ? 2 : 3;
    };
    return every.map((one) => [rank(one), one]).filter(([how]) => how < 3).sort((a, b) => a[0] - b[0]).map(([, one]) => one).slice(0, MOST);
  }

  function show(input, force = false) {
    const caret = { start: input.selectionStart, typed: "" };
    const here = place(input) ?? (force ? caret : null);
    if (!here || (!force && input.dataset.vars === "formula" && !here.typed)) return hide();
    const takesSecrets = byId("ff-secrets")?.textContent.length > 4;
    start = here.start;
    options = found(here.typed, takesSecrets);
    if (force && !options.length) {
      start = caret.start;
      options = found("", takesSecrets);
    }
    if (!options.length && !force) return hide();
    draw(input);
    return undefined;
  }

  function draw(input) {
    const home = input.closest(".ff-field, .ff-place, .ff-try") ?? input.parentElement;
    if (!list || field !== input) {
      const found = options; // which hiding forgets
      hide();
      options = found;
      field = input;
      list = document.createElement("ul");
      list.className = "ff-list";
      list.id = "ff-list";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", byId("ff-list-place").dataset.variables);
      // Beside the fields that are put anew, so that a list stays open meanwhile.
      byId("ff-list-place").append(list);
    }
    let group = "";
    list.replaceChildren(...options.flatMap((one, number) => {
      const lines = [];
      if (one.group !== group) {
        group = one.group;
        const title = document.createElement("li");
        title.className = "ff-list__group";
        title.setAttribute("role", "presentation");
        title.textContent = group;
        lines.push(title);
      }
      lines.push(row(one, number));
      return lines;
    }));
    if (!options.length) list.append(Object.assign(document.createElement("li"), { className: "ff-list__group", textContent: byId("ff-list-place").dataset.nothing }));
    input.setAttribute("aria-controls", "ff-list");
    if (input.getAttribute("role") === "combobox") input.setAttribute("aria-expanded", "true");
    byId("ff-list-state").textContent = options.length ? byId("ff-list-place").dataset.found.replace("{count}", options.length) : byId("ff-list-place").dataset.nothing;
    const box = home.getBoundingClientRect(), line = input.getBoundingClientRect(), ground = byId("flow-form").getBoundingClientRect();
    // By the object model, which the policy allows; a style attribute it would not.
    list.style.setProperty("--ff-list-top", `${line.bottom - ground.top + 2}px`);
    list.style.setProperty("--ff-list-left", `${box.left - ground.left}px`);
    list.style.setProperty("--ff-list-width", `${box.width}px`);
    choose(options.length ? 0 : -1);
  }

  function row(one, number) {
    const item = document.createElement("li");
    item.className = "ff-list__item";
    item.id = `ff-option-${number}`;
    item.setAttribute("role", "option");
    item.dataset.option = number;
    const name = Object.assign(document.createElement("code"), { textContent: one.title });
    const label = Object.assign(document.createElement("span"), { className: "ff-list__label", textContent: one.label });
    item.append(name, label);
    if (one.sample) item.append(Object.assign(document.createElement("span"), { className: "ff-list__sample", textContent: one.sample }));
    return item;
  }

  function choose(number) {
    at = number;
    for (const item of list.querySelectorAll("[role=option]")) item.setAttribute("aria-selected", String(Number(item.dataset.option) === at));
    const item = byId(`ff-option-${at}`);
    if (!item) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  function hide() {
    list?.remove();
    if (field) {
      for (const name of ["aria-controls", "aria-activedescendant"]) field.removeAttribute(name);
      if (field.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", "false");
      byId("ff-list-state")?.replaceChildren();
    }
    list = field = null;
    options = [];
  }

  function take(number) {
    const chosen = options[number], input = field;
    const from = start;
    hide();
    insert(input, chosen.insert, from);
  }

  // Into a text it goes in braces, unless it stands in some already.
  function insert(input, what, from = input.selectionStart) {
    const isText = input.dataset.vars === "text";
    const before = input.value.slice(0, from), after = input.value.slice(input.selectionEnd);
    const opening = before.lastIndexOf("{{");
    const inBlank = opening >= 0 && !before.slice(opening).includes("}}");
    const opens = isText && !inBlank, isCall = what.endsWith("(");
    let text = (opens ? "{{ " : "") + (isText && inBlank && before.endsWith("{{") ? " " : "") + what;
    let tail = isCall ? ")" : "";
    if (isText && !/^\s*\)?[^{}]*\}\}/.test(after)) tail += " }}";
    input.focus();
    input.setRangeText(text + tail, from, input.selectionEnd, "end");
    if (isCall) input.setSelectionRange(from + text.length, from + text.length);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const isOurs = (target) => target instanceof Element && target.matches("[data-vars]");
  let isInserting = false;
  document.addEventListener("input", ({ target }) => {
    if (!isOurs(target)) return;
    lastField = target;
    if (!isInserting) show(target);
  });
  document.addEventListener("focusin", ({ target }) => { if (isOurs(target)) lastField = target; });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (target === field && !relatedTarget?.closest?.("#ff-list, [data-insert-for]")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== field || !list) {
      if (isOurs(event.target) && event.key === " " && event.ctrlKey) {
        event.preventDefault();
        show(event.target, true);
      }
      return;
    }
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps && options.length) choose((at + steps[event.key] + options.length * 8) % options.length);
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0 && !event.shiftKey) {
      isInserting = true;
      take(at);
      isInserting = false;
    } else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  // Before the field loses the focus.
  document.addEventListener("mousedown", (event) => { if (event.target.closest?.("#ff-list, [data-insert-for], [data-insert-text]")) event.preventDefault(); });
  document.addEventListener("click", ({ target }) => {
    const item = target.closest("[data-option]"), button = target.closest("[data-insert-for]"), text = target.closest("[data-insert-text]");
    isInserting = true;
    if (item) take(Number(item.dataset.option));
    else if (button) {
      const input = byId(button.dataset.insertFor);
      if (list && field === input) hide();
      else {
        // Where nobody has been yet, it goes to the end.
        const isNew = lastField !== input;
        input.focus();
        if (isNew) input.setSelectionRange(input.value.length, input.value.length);
        show(input, true);
      }
    } else if (text) {
      const input = lastField?.isConnected && lastField.offsetParent ? lastField : byId("ff-try-formula");
      insert(input, text.dataset.insertText);
    }
    isInserting = false;
  });
  window.addEventListener("flow:form", hide);
})();
