// The flow page: draws the graph, lights the path of one run, and follows the console as steps arrive.
(() => {
  const MOST_ROWS = 500; // a page left open all day must not grow for ever
  const MOST_WITHOUT_MAP = 12;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("flow-page");
    const canvas = document.getElementById("canvas");
    const console_ = document.getElementById("console");
    const path = read("path"), graph = read("graph");
    // A flow that is seen whole needs no map, which would only lie on its steps.
    canvas.classList.toggle("canvas--whole", graph.nodes.length <= MOST_WITHOUT_MAP);
    const island = mountFlow(canvas, graph, {
      readOnly: true, described: read("described"), words: read("words"), sprite: canvas.dataset.sprite,
    });
    island.light(path);
    let shown = path.execution;

    // Without a run chosen, the newest one is followed.
    page.addEventListener("live:step", ({ detail }) => {
      if (page.dataset.execution && detail.execution !== page.dataset.execution) return;
      if (detail.execution !== shown) window.dispatchEvent(new CustomEvent("flow:clear"));
      shown = detail.execution;
      window.dispatchEvent(new CustomEvent("flow:step", { detail: { node: detail.node, edge: detail.edge, current: detail.ended ? null : detail.node } }));
      console_.querySelector(".console__empty")?.remove();
      while (console_.children.length > MOST_ROWS) console_.lastElementChild.remove();
    });

    document.addEventListener("click", (event) => {
      const node = event.target.closest("[data-show-node]")?.dataset.showNode;
      if (!node) return;
      island.select(node);
      canvas.scrollIntoView({ block: "nearest" });
    });

    window.addEventListener("flow:select", ({ detail }) => {
      for (const row of console_.querySelectorAll("[data-node]")) row.classList.toggle("is-chosen", row.dataset.node === detail.id);
    });
  });
})();
