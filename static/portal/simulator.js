// The phone beside the drawing: opens it, sends what is typed, and lights on the canvas what each act caused.
(() => {
  const region = () => document.getElementById("simulator");
  const sim = () => document.getElementById("sim");
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
  const openParts = new Set();

  function toggle(on) {
    region().hidden = !on;
    for (const button of document.querySelectorAll("[data-open-simulator]")) button.setAttribute("aria-expanded", on);
    if (!on) {
      tell("flow:clear");
      document.querySelector("[data-open-simulator]")?.focus();
    } else if (sim().dataset.loaded) ready();
    else {
      sim().dataset.loaded = "1";
      htmx.ajax("GET", sim().dataset.url, { target: "#sim", swap: "innerHTML" });
    }
  }

  // A step is shown beside the phone, not its form in the phone's place; a click on it there opens the form after all.
  let calm = null, calmUntil = 0;
  function show(id) {
    if (matchMedia("(max-width: 991px)").matches) region().hidden = true;
    [calm, calmUntil] = [id, Date.now() + 600];
    tell("flow:show", { id });
  }
  window.addEventListener("flow:select", (event) => {
    if (event.detail.id === calm && Date.now() < calmUntil) event.stopImmediatePropagation();
    else if (event.detail.id !== calm) calm = null;
  }, true);

  // The newest bubble in sight, the path on the canvas, and the parts that were open.
  function ready() {
    const talk = document.getElementById("sim-talk");
    if (!talk) return;
    const bubbles = talk.querySelector("[data-sim-bubbles]");
    bubbles.scrollTop = bubbles.scrollHeight;
    for (const part of sim().querySelectorAll("[data-sim-keep]")) part.open = openParts.has(part.dataset.simKeep);
    const changed = document.querySelector("[data-sim-changed]");
    if (changed) changed.hidden = !talk.dataset.outdated;
    tell("flow:clear");
    tell("flow:light", JSON.parse(document.getElementById("sim-path").textContent));
  }

  document.addEventListener("toggle", ({ target }) => {
    const name = target.dataset?.simKeep;
    if (name) openParts[target.open ? "add" : "delete"](name);
  }, true);

  document.addEventListener("click", ({ target }) => {
    const node = target.closest(".react-flow__node")?.dataset.id;
    if (node && node === calm && Date.now() > calmUntil) {
      calm = null;
      tell("flow:open", { id: node });
    }
    if (target.closest("[data-open-simulator]") && sim()) toggle(region().hidden);
    if (target.closest("[data-sim-close]")) toggle(false);
    const shown = target.closest("[data-sim-show]")?.dataset.simShow;
    if (shown) show(shown);
    const send = target.closest("[data-sim-send]");
    if (send) {
      const form = send.closest("form");
      const text = form.elements.text.value;
      send.closest("details").open = false;
      htmx.ajax("POST", form.getAttribute("hx-post"), { target: "#sim-talk", swap: "outerHTML", values: { act: "send", kind: send.dataset.simSend, text } });
      form.elements.text.value = "";
    }
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt;
    if (form.matches?.("[data-sim-composer]") && detail.successful) form.elements.text.value = "";
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id === "sim" || target.id === "sim-talk") ready();
  });
  // What is drawn while a talk stands: it goes on with the drawing it began with, and says so.
  window.addEventListener("flow:change", ({ detail }) => {
    const changed = document.querySelector("[data-sim-changed]");
    if (changed && !["move", "layout"].includes(detail?.why)) changed.hidden = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("#simulator") && !document.querySelector("details[data-menu][open]")) toggle(false);
  });
})();
