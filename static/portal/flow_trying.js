// A flow's test and the replay of a run: the drawing beside them, to look at only.
(() => {
  const MOST_WITHOUT_MAP = 12;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

  function mount() {
    const canvas = document.getElementById("canvas");
    const graph = read("graph");
    canvas.classList.toggle("canvas--whole", graph.nodes.length <= MOST_WITHOUT_MAP);
    window.flowIsland = mountFlow(canvas, graph, {
      readOnly: true, described: read("described"), words: read("words"), counts: {}, sprite: canvas.dataset.sprite,
    });
  }

  // The canvas says when it hears.
  function ready(then) {
    const canvas = document.getElementById("canvas");
    if ("ready" in canvas.dataset) return then();
    const seen = new MutationObserver(() => { seen.disconnect(); then(); });
    return seen.observe(canvas, { attributeFilter: ["data-ready"] });
  }

  function mark() {
    const marks = document.getElementById("marks");
    if (marks) tell("flow:marks", { edges: {}, ...JSON.parse(marks.textContent) });
  }

  // The rows of a test's script

  async function add(button) {
    const kind = document.getElementById("script-kind").value;
    const rows = document.getElementById("script-rows");
    await htmx.ajax("GET", `${button.dataset.scriptAdd}?kind=${encodeURIComponent(kind)}`, { target: rows, swap: "beforeend" });
    rows.lastElementChild?.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  }

  document.addEventListener("click", ({ target }) => {
    const adds = target.closest("[data-script-add]");
    if (adds) return void add(adds);
    const row = target.closest(".script__row");
    if (row && target.closest("[data-script-drop]")) {
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-script-drop]").focus();
      row.remove();
    } else if (row && target.closest("[data-script-up]")) {
      row.previousElementSibling?.before(row);
      row.querySelector("[data-script-up]").focus();
    } else if (row && target.closest("[data-script-down]")) {
      row.nextElementSibling?.after(row);
      row.querySelector("[data-script-down]").focus();
    }
    const node = target.closest("[data-show-node]")?.dataset.showNode;
    if (node) {
      tell("flow:show", { id: node });
      document.getElementById("canvas").scrollIntoView({ block: "nearest" });
    }
  });

  // A replay, step by step: both paths up to one place

  class Replay {
    constructor() {
      this.steps = read("replay-steps");
      this.drawings = { recorded: read("own-drawing"), played: { graph: read("graph"), described: read("described") } };
      this.side = this.steps.played.length ? "played" : "recorded";
      this.length = Math.max(this.steps.recorded.length, this.steps.played.length);
      this.slider = document.getElementById("replay-slider");
      this.slider.max = Math.max(this.length - 1, 0);
      this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
      if (this.side === "recorded") this.show("recorded");
      this.go(this.steps.difference ?? 0);
    }

    go(place) {
      this.place = Math.min(Math.max(place, 0), this.length - 1);
      const path = this.steps[this.side].slice(0, this.place + 1);
      this.slider.value = this.place;
      document.getElementById("replay-place").textContent = `${this.place + 1} / ${this.length}`;
      for (const row of document.querySelectorAll("[data-replay-step]")) row.classList.toggle("is-here", Number(row.dataset.replayStep) === this.place);
      document.querySelector(".replay__pair.is-here")?.scrollIntoView({ block: "nearest" });
      tell("flow:clear");
      tell("flow:light", { nodes: [...new Set(path.map((one) => one.node))], edges: [...new Set(path.map((one) => one.edge).filter(Boolean))], current: path.at(-1)?.node ?? null });
      if (this.steps.difference !== null) tell("flow:marks", { nodes: { [this.steps[this.side][this.steps.difference]?.node]: "differs" }, edges: {} });
    }

    show(side) {
      this.side = side;
      for (const button of document.querySelectorAll("[data-replay-side]")) button.setAttribute("aria-pressed", button.dataset.replaySide === side);
      tell("flow:replace", this.drawings[side]);
    }

    click(target) {
      const { replayTo, replayBy, replaySide } = target.closest("[data-replay-to], [data-replay-by], [data-replay-side]")?.dataset ?? {};
      if (replayTo) this.go(Number(replayTo));
      if (replayBy) this.go(this.place + Number(replayBy));
      if (replaySide && replaySide !== this.side) {
        this.show(replaySide);
        this.go(this.place);
      }
    }

    key(event) {
      if (event.target.closest("input, select, textarea, .react-flow")) return;
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.go(this.place + by);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    mount();
    ready(() => {
      mark();
      if (!document.getElementById("replay-steps")) return;
      const replay = new Replay();
      document.addEventListener("click", ({ target }) => replay.click(target));
      document.addEventListener("keydown", (event) => replay.key(event));
    });
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => { if (target.id === "test-body") mark(); });
})();
