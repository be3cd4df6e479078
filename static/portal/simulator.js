// The phone beside the drawing: opens it, sends what is typed, and lights on the canvas what each act caused.
(() => {
  const frame = () => document.getElementById("simulator-frame");
  const sim = () => document.getElementById("sim");
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
  const openParts = new Set();

  function open() {
    if (sim().dataset.loaded) return ready();
    sim().dataset.loaded = "1";
    return htmx.ajax("GET", sim().dataset.url, { target: "#sim", swap: "innerHTML" });
  }

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
    const shown = target.closest("[data-sim-show]")?.dataset.simShow;
    if (shown) tell("flow:show", { id: shown });
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
    if (changed && detail?.why !== "move") changed.hidden = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (!sim() || !frame()) return;
    new MutationObserver(() => { if (frame().hidden) tell("flow:clear"); else open(); }).observe(frame(), { attributeFilter: ["hidden"] });
  });
})();
