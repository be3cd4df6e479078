// The page of one run: draws the version it is pinned to and lights its path. The console is flow_console.js.
(() => {
  const MOST_WITHOUT_MAP = 12;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  document.addEventListener("DOMContentLoaded", () => {
    const canvas = document.getElementById("canvas");
    const graph = read("graph");
    // A flow that is seen whole needs no map, which would only lie on its steps.
    canvas.classList.toggle("canvas--whole", graph.nodes.length <= MOST_WITHOUT_MAP);
    window.flowIsland = mountFlow(canvas, graph, {
      readOnly: true, described: read("described"), words: read("words"), sprite: canvas.dataset.sprite,
    });
    // What is lit before the canvas is drawn would be forgotten.
    const light = () => window.flowIsland.light(read("path"));
    if ("ready" in canvas.dataset) return void light();
    const watch = new MutationObserver(() => { if ("ready" in canvas.dataset) { watch.disconnect(); light(); } });
    watch.observe(canvas, { attributes: true, attributeFilter: ["data-ready"] });
  });
})();
