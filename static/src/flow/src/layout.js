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

/** Whether any step lies on another; looked at from top to bottom, so that only near ones are compared. */
function overlaps(nodes) {
  const sorted = [...nodes].sort((one, other) => one.position.y - other.position.y);
  return sorted.some((node, index) => {
    const bottom = node.position.y + guessedHeight(node);
    for (const other of sorted.slice(index + 1)) {
      if (other.position.y >= bottom) return false;
      if (node.position.x < other.position.x + other.width && other.position.x < node.position.x + node.width) return true;
    }
    return false;
  });
}

/** The nodes with positions: their own if all have one and none hides another, else all laid out anew. */
export function placed(nodes, edges) {
  if (nodes.every(isPlaced) && !overlaps(nodes)) return nodes;
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
