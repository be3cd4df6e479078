// From our graph to what the canvas draws. Our JSON is the only thing ever stored; nothing of the canvas' own state is.
import { placed } from "./layout.js";

const NODE_WIDTH = 248;
const EXIT_WIDTH = 104;

/** Exits to draw: those the page describes, and any that an edge leaves by. */
function exitsOf(node, described, edges) {
  const exits = [...(described?.exits ?? [])];
  const known = new Set(exits.map((exit) => exit.name));
  for (const edge of edges) {
    if (edge.from === node.id && !known.has(edge.exit)) {
      known.add(edge.exit);
      exits.push({ name: edge.exit, label: edge.exit });
    }
  }
  return exits;
}

function drawnNode(node, described, edges, words) {
  const exits = exitsOf(node, described, edges);
  const kind = words.types?.[node.type] ?? node.type;
  const title = described?.title ?? kind;
  const summary = described?.summary ?? "";
  return {
    id: node.id,
    type: "step",
    position: node.position,
    width: Math.max(NODE_WIDTH, exits.length * EXIT_WIDTH),
    className: "",
    ariaLabel: [kind, title === kind ? "" : title, summary].filter(Boolean).join(". "),
    data: { type: node.type, kind, title, summary, exits, entered: edges.some((edge) => edge.to === node.id) },
  };
}

/** The canvas' nodes and edges of a graph; `described` maps a node's id to {title, summary, exits: [{name, label}]}. */
export function drawn(graph, described, words) {
  const known = new Set(graph.nodes.map((node) => node.id));
  // An edge to a step that is gone cannot be drawn, and must not stop the rest from being drawn.
  const edges = graph.edges.filter((edge) => known.has(edge.from) && known.has(edge.to));
  const nodes = graph.nodes.map((node) => drawnNode(node, described[node.id], edges, words));
  return {
    nodes: placed(nodes, edges),
    edges: edges.map((edge) => ({
      id: edge.id,
      source: edge.from,
      sourceHandle: edge.exit,
      target: edge.to,
      type: "smoothstep",
      focusable: false,
      className: "",
    })),
  };
}
