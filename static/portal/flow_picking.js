// Choosing the next step: the palette beside the canvas, and the same as a dialog where a "+" was pressed or there is no room beside.
// A tap adds; dragging a step out of the palette to its place is the canvas' own (palette_drag.js).
(() => {
  const RECENT_KEY = "flow-recent";
  const MOST_RECENT = 4;

  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

  function recent() {
    try { return JSON.parse(localStorage.getItem(RECENT_KEY)) ?? []; } catch { return []; }
  }

  function remember(type) {
    const types = [type, ...recent().filter((one) => one !== type)].slice(0, MOST_RECENT);
    try { localStorage.setItem(RECENT_KEY, JSON.stringify(types)); } catch { /* no storage */ }
  }

  class FlowPicking {
    /** `describedOf(id)` gives what is known of a step: its exits, for where the next one goes. */
    constructor({ describedOf }) {
      this.palette = document.getElementById("flow-palette");
      this.dialog = document.getElementById("flow-picker");
      if (!this.palette) return;
      this.home = this.palette.parentElement;
      this.describedOf = describedOf;
      this.selected = null;
      this.wanted = null; // where the picked step goes: {from, position}
      this.filter = this.palette.querySelector("[data-palette-filter]");
      this.listen();
      this.showRecent();
    }

    listen() {
      window.addEventListener("flow:add", ({ detail }) => this.open(detail));
      window.addEventListener("flow:select", ({ detail }) => { this.selected = detail.id; });
      document.addEventListener("click", (event) => {
        const item = event.target.closest("[data-add]");
        if (item) this.add(item);
        else if (event.target.closest("[data-pick]")) this.open({ from: null, position: null });
        else if (event.target.closest("[data-picker-close]") || event.target === this.dialog) this.dialog.close();
      });
      this.filter.addEventListener("input", () => this.narrow());
      this.filter.addEventListener("keydown", (event) => {
        const first = this.palette.querySelector(".palette__group:not([hidden]) li:not([hidden]) [data-add]");
        if (event.key === "Enter" && first) this.add(first);
        else if (event.key === "ArrowDown" && first) first.focus();
        else return;
        event.preventDefault();
      });
      this.palette.addEventListener("keydown", (event) => this.walk(event));
      this.dialog.addEventListener("close", () => this.closed());
    }

    open({ from = null, position = null }) {
      this.wanted = { from, position };
      this.back = document.activeElement;
      this.dialog.append(this.palette);
      this.showRecent();
      this.filter.value = "";
      this.narrow();
      this.dialog.showModal();
      // On a phone the keyboard would cover what is to be chosen from.
      if (window.matchMedia("(pointer: fine)").matches) this.filter.focus();
    }

    closed() {
      this.home.append(this.palette);
      this.filter.value = "";
      this.narrow();
      if (!this.picked && this.back?.isConnected) this.back.focus({ preventScroll: true });
      this.picked = false;
      this.wanted = null;
    }

    add(item) {
      const node = JSON.parse(item.dataset.node);
      const wanted = this.wanted ?? { from: this.nextPlace(), position: null };
      remember(node.type);
      if (this.dialog.open) {
        this.picked = true;
        this.dialog.close();
      }
      this.showRecent();
      const before = new Set(window.flowIsland.graph().nodes.map((one) => one.id));
      tell("flow:insert", { node, ...wanted });
      const made = window.flowIsland.graph().nodes.find((one) => !before.has(one.id));
      if (!made) return;
      tell("flow:show", { id: made.id });
      tell("flow:open", { id: made.id });
    }

    /** A step that is added without saying where follows the chosen one, or else the first that leads nowhere. */
    nextPlace() {
      const graph = window.flowIsland.graph();
      const free = (id) => {
        const exit = (this.describedOf(id)?.exits ?? []).find((way) => !graph.edges.some((edge) => edge.from === id && edge.exit === way.name));
        return exit ? { node: id, exit: exit.name } : null;
      };
      if (graph.nodes.some((node) => node.id === this.selected)) return free(this.selected);
      const start = graph.nodes.find((node) => node.type === "start");
      return graph.nodes.length === 1 && start ? free(start.id) ?? { node: start.id, exit: "done" } : null;
    }

    narrow() {
      const wanted = this.filter.value.trim().toLowerCase();
      let any = false;
      for (const group of this.palette.querySelectorAll(".palette__group")) {
        let shown = 0;
        for (const item of group.querySelectorAll("li")) {
          item.hidden = !item.firstElementChild.dataset.words.includes(wanted);
          shown += item.hidden ? 0 : 1;
        }
        group.hidden = !shown || (Boolean(wanted) && "paletteRecent" in group.dataset);
        any ||= !group.hidden;
      }
      this.palette.querySelector("[data-palette-none]").hidden = any;
    }

    showRecent() {
      const group = this.palette.querySelector("[data-palette-recent]");
      const found = recent().map((type) => this.palette.querySelector(`section:not([data-palette-recent]) [data-add="${CSS.escape(type)}"]`)).filter(Boolean);
      group.querySelector("ul").replaceChildren(...found.map((item) => item.parentElement.cloneNode(true)));
      group.hidden = !found.length;
    }

    walk(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const item = event.target.closest("[data-add]");
      if (!step || !item) return;
      const items = [...this.palette.querySelectorAll(".palette__group:not([hidden]) li:not([hidden]) [data-add]")];
      const next = items[items.indexOf(item) + step];
      (next ?? (step < 0 ? this.filter : item)).focus();
      event.preventDefault();
    }
  }

  window.FlowPicking = FlowPicking;
})();
