// The template editor: counters, samples that follow the variables, rows of buttons, and what is wrong below each field.
// What the guest sees and what is wrong comes from the server (hx-post of the form); nothing is judged twice.
(() => {
  const PLACEHOLDER = /\{\{\s*([^{}\s]{1,60})\s*\}\}/g;
  const form = document.getElementById("editor");
  if (!form) return;
  const touched = new Set();
  const values = new Map(); // samples outlive the moment in which their variable is being typed

  let isFresh = true; // what the server has said is about what stands in the form now
  let isPressed = false; // a click must not miss its button because a line appeared above it

  function changed() {
    isFresh = false;
    htmx.trigger(form, "editor-changed");
  }
  const control = (name) => form.querySelector(`[name="${CSS.escape(name)}"]`) ?? document.getElementById({ header_media: "header_file" }[name] ?? "");

  // How much of a field's room is used.
  function count(field) {
    let shown = field.nextElementSibling?.matches(".count") ? field.nextElementSibling : null;
    if (!shown) {
      shown = document.createElement("span");
      shown.className = "count";
      shown.setAttribute("aria-hidden", "true");
      field.after(shown);
    }
    const used = field.value.replace(/\r\n/g, "\n").length;
    shown.textContent = `${used} / ${field.dataset.count}`;
    shown.classList.toggle("count--over", used > Number(field.dataset.count));
  }

  // One sample for each variable, in the order of the numbers.
  function names(text) {
    const found = [...new Set([...text.matchAll(PLACEHOLDER)].map((one) => one[1]))];
    return found.every((name) => /^\d+$/.test(name)) ? found.sort((a, b) => a - b) : found;
  }

  function showSamples(field) {
    const part = field.dataset.variables;
    const list = form.querySelector(`[data-samples="${part}"]`);
    for (const input of list.querySelectorAll("input")) values.set(input.name, input.value);
    const wanted = names(field.value);
    const there = [...list.children].map((row) => row.dataset.name);
    if (wanted.join("\n") === there.join("\n")) return;
    list.replaceChildren(...wanted.map((name) => {
      const row = document.getElementById("sample-row").content.firstElementChild.cloneNode(true);
      const input = row.querySelector("input");
      const told = row.querySelector("[data-told]");
      row.dataset.name = name;
      row.querySelector("[data-sample-name]").textContent = name;
      input.name = `sample.${part}.${name}`;
      input.value = values.get(input.name) ?? "";
      told.dataset.told = input.name;
      told.id = `told-${input.name}`;
      input.setAttribute("aria-describedby", told.id);
      return row;
    }));
  }

  function addVariable() {
    const field = document.getElementById("body");
    const numbers = names(field.value).filter((name) => /^\d+$/.test(name)).map(Number);
    field.focus();
    field.setRangeText(`{{${Math.max(0, ...numbers) + 1}}}`, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Buttons.
  const rows = () => [...document.querySelectorAll("#buttons > .template-button")];
  const isDynamic = (row) => row.querySelector("[name$='.url']")?.value.includes("{{") ?? false;

  function renumber() {
    rows().forEach((row, place) => {
      for (const part of row.querySelectorAll("[name^='buttons.']")) part.name = part.name.replace(/^buttons\.[^.]*\./, `buttons.${place}.`);
      for (const part of row.querySelectorAll("[data-told]")) {
        part.dataset.told = part.dataset.told.replace(/^buttons\.[^.]*\./, `buttons.${place}.`);
        part.id = `told-${part.dataset.told}`;
        part.textContent = "";
      }
      row.classList.toggle("is-dynamic", isDynamic(row));
    });
    for (const add of form.querySelectorAll("[data-add-button]")) add.disabled = rows().length >= Number(form.dataset.mostButtons);
  }

  function addButton(kind, words) {
    const row = document.getElementById("button-row").content.firstElementChild.cloneNode(true);
    row.dataset.kind = kind;
    row.querySelector("[data-kind-words]").textContent = words;
    row.querySelector("input[type=hidden]").value = kind;
    document.getElementById("buttons").append(row);
    renumber();
    row.querySelectorAll("[data-count]").forEach(count);
    [...row.querySelectorAll("input:not([type=hidden])")].find((input) => input.offsetParent)?.focus();
  }

  form.addEventListener("click", ({ target }) => {
    const add = target.closest("[data-add-button]");
    const row = target.closest(".template-button");
    if (target.closest("[data-add-variable]")) addVariable();
    else if (add) addButton(add.dataset.addButton, add.textContent.trim());
    else if (target.closest("[data-move-down]")) {
      row.nextElementSibling?.after(row);
      renumber();
      row.querySelector("[data-move-down]").focus();
    } else if (target.closest("[data-remove]")) {
      row.remove();
      renumber();
      form.querySelector("[data-add-button]").focus();
    } else return;
    changed();
  });

  // The header's example goes up by itself (message_template_upload.js).
  form.addEventListener("file:began", ({ target }) => {
    target.dataset.kind = form.querySelector("[name=header]:checked").value;
    tell(new Map([["header_media", []]]));
  });
  form.addEventListener("file:taken", () => {
    form.querySelector("[name=header_handle]").value = "";
    touched.add("header_media");
    changed();
  });
  form.addEventListener("file:refused", ({ detail }) => tell(new Map([["header_media", [detail.text]]])));
  form.addEventListener("change", changed);

  form.addEventListener("input", ({ target }) => {
    if (target.dataset.count) count(target);
    if (target.dataset.variables) showSamples(target);
    if (target.name?.startsWith("sample.")) values.set(target.name, target.value);
    target.closest(".template-button")?.classList.toggle("is-dynamic", isDynamic(target.closest(".template-button")));
    changed();
  });
  // A name as WhatsApp takes it, from one as people write it; the server does the same.
  document.getElementById("name").addEventListener("change", ({ target }) => {
    const plain = target.value.normalize("NFKD").replace(/[^\x00-\x7f]/g, "").toLowerCase();
    target.value = plain.replace(/[^a-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  });
  form.addEventListener("focusout", ({ target }) => {
    if (!target.name || touched.has(target.name) || !target.value) return;
    touched.add(target.name);
    tellWhatIsLeft();
  });

  // What is wrong stands below its field, once one has been there.
  function tell(texts) {
    for (const place of form.querySelectorAll("[data-told]")) {
      const found = texts.get(place.dataset.told);
      if (!found) continue;
      place.replaceChildren(...found.map((text) => {
        const line = document.createElement("span");
        line.textContent = text;
        return line;
      }));
      const field = control(place.dataset.told);
      field?.classList.toggle("is-invalid", found.length > 0);
      if (found.length) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    }
  }

  function tellWhatIsLeft() {
    if (!isFresh || isPressed) return;
    const texts = new Map([...form.querySelectorAll("[data-told]")].map((place) => [place.dataset.told, []]));
    for (const one of document.querySelectorAll("#preview .lint__item--error")) {
      if (touched.has(one.dataset.field)) texts.get(one.dataset.field)?.push(one.textContent.trim());
    }
    tell(texts);
  }
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "preview") return;
    isFresh = true;
    tellWhatIsLeft();
  });
  document.addEventListener("pointerdown", () => { isPressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => { isPressed = false; setTimeout(tellWhatIsLeft); }, true);
  }

  // What came from the server is told already: those fields count as visited.
  for (const place of form.querySelectorAll("[data-told]")) if (place.textContent.trim()) touched.add(place.dataset.told);
  form.querySelectorAll("[data-count]").forEach(count);
  form.querySelectorAll("[data-variables]").forEach(showSamples);
  for (const row of rows()) row.classList.toggle("is-dynamic", isDynamic(row));
  for (const place of form.querySelectorAll("[data-told]")) {
    if (place.textContent.trim()) control(place.dataset.told)?.classList.add("is-invalid");
  }
})();
