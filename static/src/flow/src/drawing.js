// From our graph to what React Flow draws. What has not changed keeps its object: only the rest is drawn again.
import { readingOrder } from "./graph.js";
import { guessedHandles, guessedHeight, MOST_CELLS, NOTE_SIZE, widthOf } from "./layout.js";
import { lookOf } from "./looks.js";

const MARKER = { type: "arrowclosed", width: 18, height: 18, color: "var(--flow-edge)" };
// A marker grows with its line, which is thicker here.
const LIT_MARKER = { ...MARKER, width: 10, height: 10, color: "var(--flow-lit)" };
const MOST_DRAWN = 150; // of more, only those in sight are drawn
const MARKS = new Set(["added", "removed", "changed", "differs"]);

function shares(editor) {
  const total = editor.counts?.of;
  return (count) => (total ? Math.round((count / total) * 1000) / 10 : 0);
}

/** How many came by, of how many, and how many went no further. */
function countOf(editor, node, edges) {
  const count = editor.counts?.nodes?.[node.id];
  if (count === undefined || count === null) return null;
  const on = edges.reduce((sum, edge) => sum + (editor.counts.edges?.[edge.id] ?? 0), 0);
  const stopped = edges.length && count > 0 ? Math.max(0, Math.round(((count - on) / count) * 100)) : 0;
  return { count, total: editor.counts.of ?? 0, share: shares(editor)(count), stopped };
}

function problemsByNode(problems) {
  const found = new Map();
  for (const problem of problems) {
    if (!problem.node) continue;
    const at = found.get(problem.node) ?? { count: 0, level: "warning", first: problem.message, all: [] };
    at.count += 1;
    at.all.push(problem.message);
    if (problem.level !== "warning") at.level = "error";
    found.set(problem.node, at);
  }
  return found;
}

function stepData(editor, node, edges, entered, problems) {
  const look = lookOf(editor.words, node.type);
  const told = editor.described[node.id];
  const title = told?.title ?? look.label;
  const taken = new Set(edges.map((edge) => edge.exit));
  return {
    type: node.type,
    kind: look.label,
    icon: look.icon,
    tone: look.tone,
    title,
    summary: told?.summary ?? "",
    exits: editor.exitsOf(node).map((exit) => ({ name: exit.name, label: exit.label, taken: taken.has(exit.name) })),
    entered,
    problems: problems ? { ...problems, all: problems.all.join("\n") } : null,
    count: countOf(editor, node, edges),
    mark: MARKS.has(editor.marks.nodes?.[node.id]) ? editor.marks.nodes[node.id] : null,
    readOnly: editor.readOnly,
  };
}

function labelOf(editor, data) {
  const { kind, title, summary, problems, mark } = data;
  const trouble = problems && editor.word(problems.count > 1 ? "problems_of" : "problem_of", problems);
  return [kind, title === kind ? "" : title, summary, mark && editor.word(`mark_${mark}`), trouble].filter(Boolean).join(". ");
}

function classOf(editor, id, mark) {
  const { lit } = editor;
  return [lit.nodes.has(id) && "is-lit", lit.current === id && "is-current", mark && `is-${mark}`].filter(Boolean).join(" ");
}

/** Where it stands; what is being dragged stays under the hand. */
function placeOf(item, old) {
  if (!old) return item.position;
  const isThere = old.position.x === item.position.x && old.position.y === item.position.y;
  return old.dragging || isThere ? old.position : item.position;
}

function stepOf(editor, node, edges, entered, problems, old) {
  const data = stepData(editor, node, edges, entered, problems);
  const key = JSON.stringify(data);
  const className = classOf(editor, node.id, data.mark);
  const isSame = old?.key === key;
  const position = placeOf(node, old);
  if (isSame && old.position === position && old.className === className) return old;
  return {
    ...old,
    id: node.id,
    type: "step",
    position,
    width: widthOf(data.exits),
    initialHeight: guessedHeight(data),
    className,
    ariaLabel: isSame ? old.ariaLabel : labelOf(editor, data),
    domAttributes: old?.domAttributes ?? { "aria-roledescription": editor.word("step") },
    data: isSame ? old.data : data,
    key,
  };
}

function noteOf(editor, note, old) {
  const size = { ...NOTE_SIZE, ...note.size };
  const key = JSON.stringify([note, editor.readOnly]);
  const position = placeOf(note, old);
  if (old?.key === key && old.position === position) return old;
  return {
    ...old,
    id: note.id,
    type: "note",
    position,
    ...size,
    zIndex: -2000, // below the steps also when it is selected, which lifts it by a thousand
    ariaLabel: editor.word("note_label", { text: note.text }),
    domAttributes: old?.domAttributes ?? { "aria-roledescription": undefined },
    data: { text: note.text, readOnly: editor.readOnly },
    key,
  };
}

/** All nodes to draw, in the order they are read; `old` are those drawn before. */
/** Whether there are so many that only those in sight are drawn. */
export function isLarge(nodes) {
  return nodes.length > MOST_DRAWN;
}

/** A step that may not be drawn for long is taken to be as large as we guess, so that connections to it can be. */
function guessed(node) {
  if (node.measured) return node;
  const { width, initialHeight: height } = node;
  return { ...node, measured: { width, height }, handles: guessedHandles(node.data, width, height) };
}

export function nodesOf(editor, old) {
  const { graph } = editor;
  const before = new Map(old.map((node) => [node.id, node]));
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map(graph.nodes.map((node) => [node.id, []]));
  const entered = new Set();
  for (const edge of graph.edges) {
    if (!byId.has(edge.from) || !byId.has(edge.to)) continue;
    edges.get(edge.from).push(edge);
    entered.add(edge.to);
  }
  const problems = problemsByNode(editor.problems);
  const order = readingOrder(graph, (id) => editor.described[id]?.exits ?? []);
  const draw = (id) => stepOf(editor, byId.get(id), edges.get(id), entered.has(id), problems.get(id), before.get(id));
  const steps = isLarge(order) ? order.map((id) => guessed(draw(id))) : order.map(draw);
  const notes = (graph.notes ?? []).map((note) => noteOf(editor, note, before.get(note.id)));
  const all = [...steps, ...notes];
  return all.length === old.length && all.every((node, index) => node === old[index]) ? old : all;
}

/** Exits below each other begin their ways beside each other, the first outside, so that no two lie on one line. */
function lanesOf(editor) {
  const lanes = new Map();
  for (const node of editor.graph.nodes) {
    const exits = editor.exitsOf(node);
    if (exits.length <= MOST_CELLS) continue;
    for (const edge of editor.edgesFrom(node.id)) lanes.set(edge.id, exits.length - 1 - exits.findIndex((exit) => exit.name === edge.exit));
  }
  return lanes;
}

/** All edges to draw. One to a step that is gone cannot be drawn, and must not stop the rest from being drawn. */
export function edgesOf(editor, old) {
  const before = new Map(old.map((edge) => [edge.id, edge]));
  const known = new Set(editor.graph.nodes.map((node) => node.id));
  const lanes = lanesOf(editor);
  const all = editor.graph.edges.filter((edge) => known.has(edge.from) && known.has(edge.to)).map((edge) => {
    const isLit = editor.lit.edges.has(edge.id);
    const mark = MARKS.has(editor.marks.edges?.[edge.id]) ? editor.marks.edges[edge.id] : null;
    const count = editor.counts?.edges?.[edge.id] ?? null;
    const className = [isLit && "is-lit", mark && `is-${mark}`].filter(Boolean).join(" ");
    const lane = lanes.get(edge.id) ?? null;
    const key = JSON.stringify([edge, className, count, editor.readOnly, lane]);
    const same = before.get(edge.id);
    if (same?.key === key) return same;
    return {
      ...same,
      id: edge.id,
      source: edge.from,
      sourceHandle: edge.exit,
      target: edge.to,
      type: "way",
      className,
      reconnectable: editor.readOnly ? false : "target",
      markerEnd: isLit ? LIT_MARKER : MARKER,
      zIndex: isLit ? 1 : 0,
      ariaLabel: null,
      domAttributes: { "aria-hidden": true }, // told by the steps it joins
      data: { count, lane },
      key,
    };
  });
  return all.length === old.length && all.every((edge, index) => edge === old[index]) ? old : all;
}
