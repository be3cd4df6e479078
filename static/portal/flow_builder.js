// The builder page: mounts the canvas. What stands around it talks with it by events on the window.
(() => {
  const MOST_WITHOUT_MAP = 12;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  document.addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("flow-page");
    const canvas = document.getElementById("canvas");
    const graph = read("graph");
    // A flow that is seen whole needs no map, which would only lie on its steps.
    canvas.classList.toggle("canvas--whole", graph.nodes.length <= MOST_WITHOUT_MAP);
    window.flowIsland = mountFlow(canvas, graph, {
      readOnly: !("editable" in page.dataset), described: read("described"), words: read("words"), counts: read("counts"), sprite: canvas.dataset.sprite,
    });
    window.flowIsland.light(read("path"));
  });
})();
