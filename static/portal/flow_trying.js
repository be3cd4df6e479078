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

  document.addEventListener("DOMContentLoaded", () => {
    mount();
    mark();
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => { if (target.id === "test-body") mark(); });
})();
