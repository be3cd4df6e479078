// The form of a step in the side panel. The server makes it and judges it; here what is typed goes there, and what comes
// back is put around the fields without touching the one that is being typed in.
//
// Hears  flow:select {id}, flow:open {id} from the canvas; [data-form-close]. Says flow:patch {id, node} to it.
// window.flowForm: open(id, {focus}), flush() (a promise: all that was typed has been handed to the drawing).
(() => {
  const TYPED_MS = 400, AGAIN_MS = 3000;
  const byId = (id) => document.getElementById(id);
  const panel = () => byId("panel");
  const headers = () => JSON.parse(document.body.getAttribute("hx-headers"));

  let shown = null; // the id of the node whose form is open
  let sent = Promise.resolve(); // the requests, one after the other
  let waiting = 0; // the timer of what was typed lately
  let changes = 0; // goes up with each change, so that an answer knows whether it is about what stands there now
  let opening = 0, wanted = null, wantsFocus = false;
  let isBehind = false; // opened before the server had the whole drawing: it may not know the newest variables

  // --- Opening ---------------------------------------------------------------------------------------------------

  function nodeOf(id) {
    return window.flowIsland?.graph().nodes.find((node) => node.id === id);
  }

  function goIn() {
    (panel().querySelector("#ff-form :is(textarea, input:not([type=hidden], [type=checkbox], [type=file])):not([hidden] *)") ?? byId("flow-form-title"))?.focus();
  }

  async function open(id, { focus = false, again = false } = {}) {
    const isAhead = Boolean(waiting) || (window.flowBuilder?.draft.isUnsaved ?? false);
    flush();
    wantsFocus = focus || (wantsFocus && wanted === id);
    if (shown === id && !again) {
      if (focus) goIn();
      return;
    }
    const node = nodeOf(id);
    if (!node || !panel()) return;
    if (wanted === id && shown !== id) return; // on its way
    wanted = id;
    const turn = ++opening;
    const data = new FormData();
    data.append("node", JSON.stringify(node));
    if (!("editable" in byId("flow-page").dataset)) data.append("readonly", "1");
    let html = "";
    try {
      const answer = await fetch(byId("flow-forms").dataset.form, { method: "POST", body: data, headers: { ...headers(), "HX-Request": "true" } });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      html = await answer.text();
    } catch {
      wanted = null;
      document.dispatchEvent(new CustomEvent("htmx:sendError"));
      return;
    }
    if (turn !== opening) return; // another one was chosen meanwhile
    shown = id;
    isBehind = isAhead;
    const place = panel();
    place.innerHTML = html; // ours, escaped by the server
    place.hidden = false;
    place.classList.add("is-open");
    htmx.process(place);
    dress(place);
    window.dispatchEvent(new CustomEvent("flow:form", { detail: { id } }));
    if (wantsFocus) goIn();
    wantsFocus = false;
  }

  // `back`: whoever was in the form is led to its step.
  function close({ back = true } = {}) {
    if (shown === null && !panel()?.classList.contains("is-open")) return;
    flush();
    opening += 1;
    const had = shown;
    shown = wanted = null;
    const place = panel();
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren();
    place.classList.remove("is-open");
    window.dispatchEvent(new CustomEvent("flow:form", { detail: { id: null } }));
    if (hadFocus && back) window.dispatchEvent(new CustomEvent("flow:show", { detail: { id: had } }));
  }

  // --- Saving ----------------------------------------------------------------------------------------------------

  const form = () => byId("ff-form");
  const isReadOnly = () => form()?.querySelector("fieldset")?.disabled ?? true;

  function changed(delay = TYPED_MS) {
    if (!form() || isReadOnly()) return;
    changes += 1;
    clearTimeout(waiting);
    waiting = setTimeout(() => save(), delay);
  }

  // What was typed goes at once; resolves when the drawing has it.
  function flush() {
    if (waiting) {
      clearTimeout(waiting);
      save();
    }
    return sent;
  }

  function save(act = "") {
    clearTimeout(waiting);
    waiting = 0;
    if (!form() || isReadOnly()) return sent;
    // As it stands now: another form may be there when its turn comes.
    const job = { address: byId("flow-form").dataset.save, id: shown, data: new FormData(form()), at: changes, act };
    if (act) job.data.append("act", act);
    sent = sent.then(() => send(job));
    return sent;
  }

  async function send(job) {
    const state = () => (shown === job.id ? byId("ff-state") : null);
    for (;;) {
      try {
        const answer = await fetch(job.address, { method: "POST", body: job.data, headers: { ...headers(), "HX-Request": "true" } });
        if (answer.status === 401 || answer.redirected) return location.reload();
        if (!answer.ok) throw Object.assign(new Error(answer.status), { isRefusal: answer.status < 500 });
        const came = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (state()) state().textContent = "";
        return take(job, came);
      } catch (error) {
        if (error.isRefusal) {
          document.dispatchEvent(new CustomEvent("htmx:sendError"));
          return undefined;
        }
        // Nothing typed is lost: it goes out when the connection is back, unless something newer has.
        if (state()) state().textContent = state().dataset.kept;
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        if (job.at !== changes && shown === job.id && form() && !job.act) job.data = new FormData(form());
      }
    }
  }

  function take(job, came) {
    const node = JSON.parse(came.getElementById("ff-patch").textContent);
    const there = nodeOf(job.id);
    if (there) {
      // Where it stands is the canvas's own.
      if (there.position) node.position = there.position;
      if (JSON.stringify(sorted(node)) !== JSON.stringify(sorted(there))) {
        window.dispatchEvent(new CustomEvent("flow:patch", { detail: { id: job.id, node } }));
      }
    }
    if (shown !== job.id || !form()) return;
    if (job.at !== changes && !job.act) return; // what was typed since is on its way
    const fresh = new Set(came.getElementById("ff-fresh").dataset.names.split(" ").filter(Boolean));
    const body = came.getElementById("ff-body");
    keepFocus(() => morph(byId("ff-body"), body, job.at === changes || job.act ? fresh : new Set()));
    dress(byId("ff-body"));
    if (job.act && body.dataset.focus) goTo(body.dataset.focus);
  }

  function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  }

  function goTo(id) {
    const target = byId(id) ?? byId(`${id}-amount`);
    const place = target?.disabled ? document.querySelector(`[id="${CSS.escape(id.replace(/-(up|down)$/, ""))}-remove"]`) : target;
    place?.focus();
    if (place?.matches("input[type=text]")) place.select();
  }

  // --- Putting what came around what stands there ------------------------------------------------------------------

  const isField = (element) => element.matches("input:not([type=hidden]), textarea, select");

  // The same element by id, else by kind and place. Values that people typed stay, but for those in `fresh`.
  function morph(old, come, fresh) {
    for (const { name, value } of come.attributes) {
      if (name === "value" && isField(old)) continue;
      if (name === "open" || (name === "checked" && isField(old))) continue;
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!come.hasAttribute(name) && !["open", "style", "checked", "value", "aria-expanded", "aria-activedescendant", "aria-controls"].includes(name)) old.removeAttribute(name);
    }
    if (come.hasAttribute("open")) old.setAttribute("open", "");
    if (old.matches("input[type=hidden]") && old.value !== come.value) old.value = come.value;
    if (isField(old)) return morphField(old, come, fresh);
    if (old.matches("[data-chips]") && old.contains(document.activeElement)) return undefined;
    return morphChildren(old, come, fresh);
  }

  function morphField(old, come, fresh) {
    if (old.matches("select")) {
      const value = old.value;
      if (old.innerHTML !== come.innerHTML) old.innerHTML = come.innerHTML;
      old.value = fresh.has(old.name) ? come.value : value;
      if (old.selectedIndex < 0) old.value = come.value;
    } else if (fresh.has(old.name) && document.activeElement !== old) {
      old.value = come.value;
    }
  }

  function morphChildren(old, come, fresh) {
    const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    const wanted = new Set([...come.children].map((child) => child.id).filter(Boolean));
    let at = old.firstChild;
    for (const next of [...come.childNodes]) {
      while (at && at.nodeType === Node.ELEMENT_NODE && at.id && !wanted.has(at.id)) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
      const same = next.nodeType === Node.ELEMENT_NODE && next.id ? named.get(next.id) : matches(at, next) ? at : null;
      if (!same) {
        old.insertBefore(document.importNode(next, true), at);
        continue;
      }
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      if (same.nodeType === Node.ELEMENT_NODE) morph(same, next, fresh);
      else if (same.data !== next.data) same.data = next.data;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  function matches(old, come) {
    if (!old || old.nodeType !== come.nodeType) return false;
    return old.nodeType !== Node.ELEMENT_NODE || (!old.id && !come.id && old.tagName === come.tagName);
  }

  // Moving an element takes the focus off it.
  function keepFocus(work) {
    const focused = document.activeElement;
    const range = focused?.selectionStart === undefined ? null : [focused.selectionStart, focused.selectionEnd];
    work();
    if (!focused?.id || document.activeElement === focused || !byId(focused.id)) return;
    byId(focused.id).focus({ preventScroll: true });
    if (range && range[0] !== null) byId(focused.id).setSelectionRange?.(...range);
  }

  // --- Small parts ---------------------------------------------------------------------------------------------------

  function dress(root) {
    for (const field of root.querySelectorAll("[data-count]")) count(field);
  }

  function count(field) {
    const place = byId(`${field.id}-count`);
    if (!place) return;
    const used = field.value.length, most = Number(field.dataset.count);
    place.textContent = `${used} / ${most}`;
    place.classList.toggle("count--over", used > most);
    place.classList.toggle("count--near", used > most * 0.8);
  }

  function addChip(input) {
    const box = input.closest("[data-chips]");
    const texts = input.value.split(/[,;\n]/).map((text) => text.trim()).filter(Boolean);
    const there = new Set([...box.querySelectorAll("[data-chip] input")].map((one) => one.value));
    input.value = "";
    for (const text of texts) {
      if (there.has(text)) continue;
      const chip = document.createElement("span");
      chip.className = "ff-chip";
      chip.dataset.chip = "";
      const value = Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.chips, value: text });
      const words = Object.assign(document.createElement("span"), { textContent: text });
      const drop = Object.assign(document.createElement("button"), { type: "button", className: "ff-chip__drop", textContent: "×" });
      drop.dataset.chipDrop = "";
      drop.setAttribute("aria-label", `${box.dataset.remove} ${text}`);
      chip.append(value, words, drop);
      input.before(chip);
    }
    return texts.length > 0;
  }

  function dropChip(chip) {
    const input = chip.closest("[data-chips]").querySelector("[data-chip-input]");
    chip.remove();
    input.focus();
    changed(0);
  }

  function goToCharacter(button) {
    const field = byId(button.dataset.caretOf);
    if (!field) return;
    const place = Number(button.dataset.position);
    field.focus();
    field.setSelectionRange?.(place, Math.min(place + 1, field.value.length));
  }

  function search(words) {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const one of document.querySelectorAll("[data-function]")) {
      const has = wanted.every((word) => one.dataset.function.toLowerCase().includes(word));
      one.hidden = !has;
      any ||= has;
    }
    for (const group of document.querySelectorAll("[data-function-group]")) group.hidden = wanted.length > 0;
    byId("ff-no-function").hidden = any;
  }

  // --- Listening -------------------------------------------------------------------------------------------------------

  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-function-search]")) return search(target.value);
    if (target.closest("#ff-form") === null) return undefined;
    if (target.dataset.count) count(target);
    if (target.matches("[data-chip-input]")) {
      if (/[,;]/.test(target.value) && addChip(target)) changed();
      return undefined;
    }
    return target.matches("[type=file]") ? undefined : changed();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.closest("#ff-form") === null || target.matches("[type=file]")) return;
    if (target.matches("[data-chip-input]") && !addChip(target)) return;
    changed(0);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target.matches?.("[data-chip-input]") && addChip(target)) changed(0);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "ff-form") return;
    event.preventDefault();
    changed(0);
  });
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (target.matches?.("[data-chip-input]")) {
      if (key === "Enter") {
        event.preventDefault();
        if (addChip(target)) changed(0);
      } else if (key === "Backspace" && !target.value) {
        const chips = target.closest("[data-chips]").querySelectorAll("[data-chip]");
        if (chips.length) dropChip(chips[chips.length - 1]);
      }
    } else if (key === "Escape" && !event.defaultPrevented && target.closest?.("#flow-form")) {
      close();
    }
  });
  document.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]");
    if (act && act.closest("#ff-form")) return save(act.dataset.act);
    if (target.closest("[data-chip-drop]")) return dropChip(target.closest("[data-chip]"));
    if (target.closest("[data-caret-of]")) return goToCharacter(target.closest("[data-caret-of]"));
    if (target.closest("[data-form-close]")) return close();
    const example = target.closest("[data-try-text]");
    if (example) {
      const field = byId("ff-try-formula");
      field.value = example.dataset.tryText;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.scrollIntoView({ block: "nearest" });
    }
    return undefined;
  });
  document.addEventListener("toggle", ({ target }) => {
    if (target.id !== "ff-formulas" || !target.open || target.dataset.loaded) return;
    target.dataset.loaded = "1";
    htmx.ajax("GET", target.dataset.url, { target: "#ff-formulas-place", swap: "innerHTML" });
  }, true);

  // A step that is chosen already tells nothing when it is pressed again.
  document.addEventListener("click", ({ target }) => {
    const step = target.closest?.(".react-flow__node[data-id]");
    if (step && shown === null && wanted === null && !target.closest("button") && step.matches(".selected")) open(step.dataset.id);
  });
  window.addEventListener("flow:select", ({ detail }) => {
    if (detail.id !== null) open(detail.id);
    // While a new step is being chosen, for a moment none is.
    else if (!wantsFocus || wanted === shown) close({ back: false });
  });
  window.addEventListener("flow:open", ({ detail }) => open(detail.id, { focus: true }));
  // Taken back, replaced or deleted: what stands in the form is not what is drawn any more.
  window.addEventListener("flow:change", ({ detail }) => {
    if (shown === null) return;
    if (!detail.graph.nodes.some((node) => node.id === shown)) close();
    else if (["undo", "redo", "replace"].includes(detail.why)) open(shown, { again: true });
  });
  window.addEventListener("flow:saved", ({ detail }) => {
    if (!isBehind || !detail.isLatest) return;
    isBehind = false;
    save();
  });
  window.addEventListener("pagehide", () => flush());

  window.flowForm = { open, close, flush };
})();
