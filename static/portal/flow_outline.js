// The list of steps: open, add after, move and delete without the drawing. Each act goes to the canvas, which keeps the history.
(() => {
  const tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail }));

  const edit = (graph, why) => tell("flow:edit", { graph, why });

  function removed(graph, id) {
    const into = graph.edges.filter((edge) => edge.to === id && edge.from !== id);
    const out = graph.edges.filter((edge) => edge.from === id && edge.to !== id);
    // With one way on, what came before goes on with what came after.
    const next = out.length === 1 ? out[0].to : null;
    const edges = graph.edges.filter((edge) => edge.from !== id && edge.to !== id);
    return {
      ...graph,
      nodes: graph.nodes.filter((node) => node.id !== id),
      edges: next ? [...edges, ...into.map((edge) => ({ ...edge, to: next }))] : edges,
    };
  }

  /** A step changes places with the one before it: … → before → id → after becomes … → id → before → after. */
  function movedUp(graph, id, exitsOf) {
    const link = graph.edges.find((edge) => edge.to === id && graph.nodes.some((node) => node.id === edge.from && node.type !== "start"));
    if (!link) return null;
    const before = link.from;
    const leaving = graph.edges.find((edge) => edge.from === id);
    const exit = leaving?.exit ?? exitsOf(id)[0]?.name;
    if (!exit) return null;
    const edges = graph.edges.filter((edge) => edge !== link && edge !== leaving).map((edge) => (edge.to === before ? { ...edge, to: id } : edge));
    edges.push({ ...(leaving ?? link), from: id, exit, to: before });
    if (leaving) edges.push({ ...link, to: leaving.to === before ? id : leaving.to });
    const place = Object.fromEntries(graph.nodes.map((node) => [node.id, node.position]));
    const nodes = graph.nodes.map((node) => {
      const other = { [id]: before, [before]: id }[node.id];
      return other && place[other] ? { ...node, position: place[other] } : node;
    });
    return { ...graph, nodes, edges };
  }

  class FlowOutline {
    constructor({ exitsOf }) {
      this.exitsOf = exitsOf;
      document.getElementById("outline").addEventListener("click", (event) => this.pressed(event));
    }

    pressed(event) {
      const { dataset } = event.target.closest("button") ?? {};
      if (!dataset) return;
      const graph = window.flowIsland.graph();
      if (dataset.openNode) {
        tell("flow:show", { id: dataset.openNode });
        tell("flow:open", { id: dataset.openNode });
      } else if (dataset.addAfter) {
        tell("flow:add", { from: { node: dataset.addAfter, exit: dataset.addExit }, position: null });
      } else if (dataset.removeNode) {
        edit(removed(graph, dataset.removeNode), "delete");
      } else if (dataset.moveUp) {
        this.move(graph, dataset.moveUp);
      } else if (dataset.moveDown) {
        const next = graph.edges.find((edge) => edge.from === dataset.moveDown);
        if (next) this.move(graph, next.to);
      }
    }

    move(graph, id) {
      const moved = movedUp(graph, id, this.exitsOf);
      if (moved) edit(moved, "move");
    }
  }

  window.FlowOutline = FlowOutline;
})();
