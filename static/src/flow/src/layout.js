// Where steps stand when nobody placed them: from top to bottom, which reads on a phone as well as on a wide screen.
import { Graph, layout } from "@dagrejs/dagre";

export const NODE_WIDTH = 256;
export const NOTE_SIZE = { width: 220, height: 130 };
const EXIT_WIDTH = 104;
export const MOST_CELLS = 4; // more exits than this stand below each other, with their ends at the right
const LINE_HEIGHT = 18;
const HEAD_HEIGHT = 54;
const EXITS_HEIGHT = 34;
const ROW_HEIGHT = 32;
const FOOT_HEIGHT = 26;
const MOST_AT_LEISURE = 150;

export function widthOf(exits) {
  return exits.length > MOST_CELLS ? NODE_WIDTH : Math.max(NODE_WIDTH, exits.length * EXIT_WIDTH);
}

/** A guess before the browser has measured: two lines of summary at most, as the style sheet cuts it. */
export function guessedHeight(data) {
  const lines = data.summary ? Math.min(2, Math.ceil(data.summary.length / 34)) : 0;
  const many = data.exits.length > MOST_CELLS;
  const exits = many ? data.exits.length * ROW_HEIGHT : data.exits.length && EXITS_HEIGHT;
  return HEAD_HEIGHT + (lines ? lines * LINE_HEIGHT + 10 : 0) + exits + (data.count ? FOOT_HEIGHT : 0);
}

/** Where the exits and the entrance are before the browser has measured: what connections are drawn by. */
export function guessedHandles({ type, exits }, width, height) {
  const many = exits.length > MOST_CELLS;
  const share = width / exits.length;
  const handles = exits.map((exit, index) => (many
    ? { id: exit.name, type: "source", position: "right", x: 0, y: height - 1 - ROW_HEIGHT * (exits.length - index), width, height: ROW_HEIGHT }
    : { id: exit.name, type: "source", position: "bottom", x: index * share, y: height - EXITS_HEIGHT, width: share, height: EXITS_HEIGHT }));
  return type === "start" ? handles : [...handles, { id: null, type: "target", position: "top", x: 0, y: 0, width, height }];
}

export function isPlaced(node) {
  return Number.isFinite(node.position?.x) && Number.isFinite(node.position?.y);
}

/** Whether two steps lie in the very same place, as in a drawing that a program wrote. */
function areHeaped(nodes) {
  const places = new Set(nodes.map((node) => `${Math.round(node.position.x / 8)} ${Math.round(node.position.y / 8)}`));
  return places.size < nodes.length;
}

export function needsLayout(nodes) {
  return nodes.length > 1 && (!nodes.every(isPlaced) || areHeaped(nodes));
}

/** Positions by id for all steps. `boxes`: [{id, width, height}], `edges`: [{from, to, id}]. */
export function laidOut(boxes, edges) {
  const graph = new Graph({ multigraph: true });
  // The best order takes seconds where there are hundreds; there a good one will do.
  const isLarge = boxes.length > MOST_AT_LEISURE;
  graph.setGraph({ rankdir: "TB", nodesep: 48, ranksep: 72, ...(isLarge && { ranker: "tight-tree" }) });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const edge of edges) if (graph.hasNode(edge.from) && graph.hasNode(edge.to)) graph.setEdge(edge.from, edge.to, {}, edge.id);
  layout(graph, isLarge ? { disableOptimalOrderHeuristic: true } : {});
  return new Map(boxes.map(({ id }) => {
    const { x, y, width, height } = graph.node(id);
    return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
  }));
}

/** The wanted place, or the next to the right of it where nothing stands. */
export function freeSpot(boxes, wanted, size, gap = 32) {
  const spot = { ...wanted };
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = boxes.find(({ x, y, width, height }) =>
      spot.x < x + width + gap / 2 && x < spot.x + size.width + gap / 2
      && spot.y < y + height + gap / 2 && y < spot.y + size.height + gap / 2);
    if (!hit) return spot;
    spot.x = hit.x + hit.width + gap;
  }
  return spot;
}
