// What can be done to a graph. Each gives a new graph and leaves the old one be, so that undo is keeping the old one.
// Our JSON is the only thing ever kept: {version, nodes, edges, notes?}.
export const MOST_NODES = 500;
const IDENTIFIER = /^[A-Za-z0-9_-]{1,60}$/;

/** Gives out ids: kind and number. One that was ever taken is not given again, as runs remember where they were. */
export class Ids {
  constructor() {
    this.taken = new Set();
    this.next = new Map();
  }

  note(graph) {
    for (const item of [...graph.nodes, ...graph.edges, ...(graph.notes ?? [])]) this.taken.add(item.id);
    return this;
  }

  make(kind) {
    const stem = (kind.replace(/[^A-Za-z0-9_-]/g, "") || "n").slice(0, 40);
    let number = this.next.get(stem) ?? 1;
    while (this.taken.has(`${stem}_${number}`)) number += 1;
    this.next.set(stem, number + 1);
    const id = `${stem}_${number}`;
    this.taken.add(id);
    return id;
  }
}

export function isIdentifier(value) {
  return typeof value === "string" && IDENTIFIER.test(value);
}

export function edgeFrom(graph, node, exit) {
  return graph.edges.find((edge) => edge.from === node && edge.exit === exit);
}

/** Lead an exit to a node; what it led to before is let go. `to` of null leaves it free. */
export function connected(graph, from, exit, to, ids) {
  const old = edgeFrom(graph, from, exit);
  if ((old?.to ?? null) === to) return graph;
  const edges = graph.edges.filter((edge) => edge !== old);
  if (to !== null) edges.push({ id: old?.id ?? ids.make("e"), from, exit, to });
  return { ...graph, edges };
}

export function withNode(graph, node) {
  return { ...graph, nodes: [...graph.nodes, node] };
}

export function withPatch(graph, id, settings) {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === id ? { ...settings, id, type: node.type, position: node.position } : node)),
  };
}

/** Put nodes and notes elsewhere: `positions` maps ids to {x, y}. */
export function moved(graph, positions) {
  const place = (item) => {
    const to = positions.get(item.id);
    if (!to || (item.position && item.position.x === to.x && item.position.y === to.y)) return item;
    return { ...item, position: { x: Math.round(to.x), y: Math.round(to.y) } };
  };
  return withNotes({ ...graph, nodes: graph.nodes.map(place) }, (graph.notes ?? []).map(place));
}

/** Notes are left out where there are none, so that a drawing that never had any stays as it was. */
export function withNotes(graph, notes) {
  if (!notes.length && !graph.notes) return graph;
  return { ...graph, notes };
}

export function withoutItems(graph, gone) {
  const nodes = graph.nodes.filter((node) => node.type === "start" || !gone.has(node.id));
  const left = new Set(nodes.map((node) => node.id));
  const edges = graph.edges.filter((edge) => !gone.has(edge.id) && left.has(edge.from) && left.has(edge.to));
  return withNotes({ ...graph, nodes, edges }, (graph.notes ?? []).filter((note) => !gone.has(note.id)));
}

/** The chosen nodes and notes, and the edges between them; never the start, of which there is one. */
export function partOf(graph, chosen) {
  const nodes = graph.nodes.filter((node) => chosen.has(node.id) && node.type !== "start");
  const kept = new Set(nodes.map((node) => node.id));
  return {
    nodes,
    edges: graph.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)),
    notes: (graph.notes ?? []).filter((note) => chosen.has(note.id)),
  };
}

/** Add a part with ids of its own, moved by dx and dy; gives the graph and the new ids. */
export function withPart(graph, part, ids, dx, dy) {
  const names = new Map();
  const fresh = (item, kind) => {
    names.set(item.id, ids.make(kind));
    const position = { x: Math.round(item.position.x + dx), y: Math.round(item.position.y + dy) };
    return { ...item, id: names.get(item.id), position };
  };
  const nodes = part.nodes.map((node) => fresh(node, node.type));
  const notes = (part.notes ?? []).map((note) => fresh(note, "note"));
  const edges = part.edges
    .filter((edge) => names.has(edge.from) && names.has(edge.to))
    .map((edge) => ({ id: ids.make("e"), from: names.get(edge.from), exit: edge.exit, to: names.get(edge.to) }));
  const all = { ...graph, nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] };
  return { graph: withNotes(all, [...(graph.notes ?? []), ...notes]), added: [...names.values()] };
}

/** Ids of nodes as one would read them: from the start along the exits, then what nothing leads to, from the top. */
export function readingOrder(graph, exitsOf) {
  const known = new Map(graph.nodes.map((node) => [node.id, node]));
  const ways = new Map();
  for (const edge of graph.edges) {
    if (!ways.has(edge.from)) ways.set(edge.from, new Map());
    ways.get(edge.from).set(edge.exit, edge.to);
  }
  const seen = new Set();
  const follow = (first) => {
    const stack = [first];
    while (stack.length) {
      const id = stack.pop();
      if (seen.has(id) || !known.has(id)) continue;
      seen.add(id);
      const out = ways.get(id);
      if (!out) continue;
      const named = exitsOf(id).map((exit) => exit.name).filter((name) => out.has(name));
      const rest = [...out.keys()].filter((name) => !named.includes(name));
      for (const name of [...named, ...rest].reverse()) stack.push(out.get(name));
    }
  };
  const start = graph.nodes.find((node) => node.type === "start");
  if (start) follow(start.id);
  const y = (node) => node.position?.y ?? 0;
  const x = (node) => node.position?.x ?? 0;
  for (const node of [...graph.nodes].sort((one, other) => y(one) - y(other) || x(one) - x(other))) follow(node.id);
  return [...seen];
}
