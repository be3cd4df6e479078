// The console below a drawing: follows the steps as they arrive and lights them on the canvas, shows those of a guest, of a
// step or with an error only, and holds still while somebody reads.
(() => {
  const MOST_ROWS = 500; // a page left open all day must not grow for ever

  class Console {
    constructor(page, list) {
      this.page = page;
      this.list = list;
      this.region = list.closest(".console");
      this.url = this.region.dataset.consoleUrl;
      this.only = {}; // contact, node: what is shown, by the words of the address
      this.held = null; // rows that came while it holds still, oldest first
      this.shown = JSON.parse(document.getElementById("path").textContent).execution;
      this.errors = document.getElementById("console-errors");
      this.pause = document.getElementById("console-pause");
      this.note = document.getElementById("console-only");
      page.addEventListener("live:before-step", ({ detail }) => this.arrives(detail));
      page.addEventListener("live:step", ({ detail }) => this.arrived(detail));
      this.errors.addEventListener("change", () => this.read());
      this.pause.addEventListener("click", () => (this.held ? this.goOn() : this.hold()));
      this.note.querySelector("button").addEventListener("click", () => this.show({}));
      list.addEventListener("click", ({ target }) => {
        const button = target.closest("[data-only-contact]");
        if (button) this.show({ contact: button.dataset.onlyContact }, button.dataset.name);
      });
    }

    /** Show these steps only; `what` says in words which. */
    show(only, what) {
      this.only = only;
      const words = this.note.querySelector("[data-words]");
      words.textContent = what ? words.dataset.words.replace("{what}", what) : "";
      this.note.hidden = !what;
      this.read();
    }

    /** Read the newest steps anew. */
    read() {
      const query = new URLSearchParams(this.only);
      if (this.errors.checked) query.set("errors", "1");
      const address = query.size ? `${this.url}?${query}` : this.url;
      this.list.setAttribute("hx-get", address);
      htmx.process(this.list);
      if (this.held) this.goOn();
      htmx.ajax("GET", address, { target: this.list, swap: "innerHTML" });
    }

    fits(step) {
      if (this.page.dataset.execution && step.execution !== this.page.dataset.execution) return false;
      if (this.errors.checked && !step.error) return false;
      return (!this.only.contact || step.contact === this.only.contact) && (!this.only.node || step.node === this.only.node);
    }

    arrives(step) {
      if (this.fits(step) && !this.held) return;
      if (this.held && this.fits(step)) {
        this.held.push(step.html);
        if (this.held.length > MOST_ROWS) this.held.shift();
        this.count();
      }
      step.html = "";
    }

    arrived(step) {
      if (this.page.dataset.execution && step.execution !== this.page.dataset.execution) return;
      // Without a run chosen, the newest one is followed.
      if (step.execution !== this.shown) window.dispatchEvent(new CustomEvent("flow:clear"));
      this.shown = step.execution;
      window.dispatchEvent(new CustomEvent("flow:step", { detail: { node: step.node, edge: step.edge, current: step.ended ? null : step.node } }));
      window.dispatchEvent(new CustomEvent("flow:arrived", { detail: { node: step.arrived ? step.node : null, edge: step.edge || null, version: step.version } }));
      this.trim();
    }

    trim() {
      if (this.list.querySelector(".console-step")) this.list.querySelector(".console__empty")?.remove();
      while (this.list.children.length > MOST_ROWS) this.list.lastElementChild.remove();
    }

    hold() {
      this.held = [];
      this.pressed(true);
    }

    goOn() {
      const rows = document.createElement("template");
      rows.innerHTML = this.held.join("");
      this.held = null;
      for (const part of rows.content.querySelectorAll("template")) {
        const row = part.content.firstElementChild;
        document.getElementById(row.id)?.remove();
        this.list.prepend(row);
        htmx.process(row);
      }
      this.trim();
      this.pressed(false);
    }

    pressed(on) {
      const words = this.pause.querySelector("[data-words]");
      this.pause.setAttribute("aria-pressed", String(on));
      words.textContent = on ? words.dataset.held : words.dataset.words;
      this.count();
    }

    count() {
      const badge = this.pause.querySelector("[data-count]");
      badge.hidden = !this.held?.length;
      badge.textContent = this.pause.dataset.more.replace("{count}", this.held?.length ?? 0);
    }
  }

  /** How many came where, on the canvas and as a table; goes on counting what arrives while it is open. */
  class Numbers {
    constructor(box) {
      this.box = box;
      this.place = document.getElementById("numbers");
      this.counts = null;
      box.addEventListener("toggle", () => (box.open ? this.read() : this.hide()));
      this.place.addEventListener("htmx:afterSwap", () => this.take());
      window.addEventListener("flow:arrived", ({ detail }) => this.add(detail));
      window.addEventListener("flow:numbers", ({ detail }) => { box.open = detail?.on ?? !box.open; });
    }

    read() {
      htmx.ajax("GET", this.box.dataset.url, { target: this.place, swap: "innerHTML" });
    }

    take() {
      this.counts = JSON.parse(document.getElementById("flow-numbers").textContent);
      this.draw();
    }

    hide() {
      this.counts = null;
      window.dispatchEvent(new CustomEvent("flow:counts", { detail: { nodes: {}, edges: {}, of: 0 } }));
    }

    add({ node, edge, version }) {
      if (!this.counts?.live || (this.counts.version && this.counts.version !== version)) return;
      if (node) {
        this.counts.nodes[node] = (this.counts.nodes[node] ?? 0) + 1;
        const cell = this.place.querySelector(`[data-numbers-node="${CSS.escape(node)}"] [data-arrived]`);
        if (cell) cell.textContent = this.counts.nodes[node];
        if (window.flowIsland?.graph?.().nodes.some((one) => one.id === node && one.type === "start")) this.counts.of += 1;
      }
      if (edge) this.counts.edges[edge] = (this.counts.edges[edge] ?? 0) + 1;
      // Many steps arrive at once: the canvas is drawn once for them.
      this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
    }

    draw() {
      if (!this.counts) return;
      const { nodes, edges, of } = this.counts;
      window.dispatchEvent(new CustomEvent("flow:counts", { detail: { nodes: { ...nodes }, edges: { ...edges }, of } }));
    }
  }

  /** The page was asked to show a step (?node=): when the canvas is drawn, it does. */
  function showAsked(canvas) {
    const node = new URLSearchParams(location.search).get("node");
    if (!node) return;
    const open = () => {
      window.dispatchEvent(new CustomEvent("flow:show", { detail: { id: node } }));
      window.dispatchEvent(new CustomEvent("flow:open", { detail: { id: node } }));
    };
    if ("ready" in canvas.dataset) return void open();
    const watch = new MutationObserver(() => { if ("ready" in canvas.dataset) { watch.disconnect(); open(); } });
    watch.observe(canvas, { attributes: true, attributeFilter: ["data-ready"] });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("flow-page");
    const list = document.getElementById("console");
    const canvas = document.getElementById("canvas");
    if (!page || !list) return;
    const console_ = new Console(page, list);
    const numbers = document.getElementById("numbers-box");
    if (numbers) new Numbers(numbers);
    showAsked(canvas);

    document.addEventListener("click", (event) => {
      const node = event.target.closest("[data-show-node]")?.dataset.showNode;
      if (!node) return;
      window.flowIsland.select(node);
      canvas.scrollIntoView({ block: "nearest" });
    });

    window.addEventListener("flow:select", ({ detail }) => {
      for (const row of list.querySelectorAll("[data-node]")) row.classList.toggle("is-chosen", row.dataset.node === detail?.id);
      // On the page of a run nothing else is done with a step: its steps alone are shown.
      if (!page.dataset.execution || (detail?.id ?? "") === (console_.only.node ?? "")) return;
      if (!detail?.id) return console_.show({});
      const title = document.querySelector(`#step-${CSS.escape(detail.id)} [data-show-node]`)?.textContent ?? detail.id;
      console_.show({ node: detail.id }, title);
    });
  });
})();
