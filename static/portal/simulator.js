// The phone beside the drawing: opens it, sends what is typed, and lights on the canvas what each act caused.
(() => {
  const region = () => document.getElementById("simulator");
  const sim = () => document.getElementById("sim");
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));
  const openParts = new Set();

  function open() {
    region().hidden = false;
    document.body.classList.add("has-simulator");
    if (!sim().dataset.loaded) {
      sim().dataset.loaded = "1";
      htmx.ajax("GET", sim().dataset.url, { target: "#sim", swap: "innerHTML" });
    } else ready();
    for (const button of document.querySelectorAll("[data-open-simulator]")) button.setAttribute("aria-expanded", "true");
  }

  function close() {
    region().hidden = true;
    document.body.classList.remove("has-simulator");
    tell("flow:clear");
    const button = document.querySelector("[data-open-simulator]");
    button?.setAttribute("aria-expanded", "false");
    button?.focus();
  }

  // The newest bubble in sight, the path on the canvas, and the parts that were open.
  function ready() {
    const talk = document.getElementById("sim-talk");
    if (!talk) return;
    const bubbles = talk.querySelector("[data-sim-bubbles]");
    bubbles.scrollTop = bubbles.scrollHeight;
    for (const part of talk.querySelectorAll("[data-sim-keep]")) part.open = openParts.has(part.dataset.simKeep);
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
    if (target.closest("[data-open-simulator]")) {
      if (region().hidden) open(); else close();
      return;
    }
    if (target.closest("[data-sim-close]")) close();
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

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.("#simulator") && !document.querySelector("details[data-menu][open]")) close();
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
  window.addEventListener("flow:simulate", open);
})();
