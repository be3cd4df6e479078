// Where steps stand when nobody placed them: from top to bottom, which reads on a phone as well as on a wide screen.
import { Graph, layout } from "@dagrejs/dagre";

const LINE_HEIGHT = 20;
const HEAD_HEIGHT = 52;
const EXITS_HEIGHT = 34;

/** A guess before the browser has measured: two lines of summary at most, as the style sheet cuts it. */
function guessedHeight(node) {
  const lines = node.data.summary ? Math.min(2, Math.ceil(node.data.summary.length / 30)) : 0;
  return HEAD_HEIGHT + lines * LINE_HEIGHT + (node.data.exits.length ? EXITS_HEIGHT : 0);
}

function isPlaced(node) {
  return Number.isFinite(node.position?.x) && Number.isFinite(node.position?.y);
}

/** The nodes with positions: their own if all have one, else all laid out anew (half a layout overlaps the other half). */
export function placed(nodes, edges) {
  if (nodes.every(isPlaced)) return nodes;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: guessedHeight(node) });
  for (const edge of edges) graph.setEdge(edge.from, edge.to, {}, edge.id);
  layout(graph);
  return nodes.map((node) => {
    const { x, y, width, height } = graph.node(node.id);
    return { ...node, position: { x: x - width / 2, y: y - height / 2 } };
  });
}
