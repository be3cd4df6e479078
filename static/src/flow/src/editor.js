// The graph while it is edited: every act of the person goes through here, is one step of the history, and is told to the page.
import {
  connected, edgeFrom, Ids, isIdentifier, MOST_NODES, moved, partOf, withNode, withNotes, withoutItems, withPart, withPatch,
} from "./graph.js";
import { History } from "./history.js";
import { freeSpot, guessedHeight, laidOut, MOST_CELLS, needsLayout, NOTE_SIZE, widthOf } from "./layout.js";
import { guessedExits, lookOf } from "./looks.js";
import { teller } from "./words.js";

const BELOW = 84; // from a step to the one added after it
const ASIDE = 40; // from an original to its copy

export function tell(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

export class Editor {
  constructor({ graph, described = {}, words = {}, readOnly = true, counts = null }) {
    this.words = words;
    this.word = teller(words);
    this.readOnly = readOnly;
    this.listeners = new Set();
    this.changes = 0; // how often anything has changed
    this.sizes = new Map(); // as the browser measured them
    this.problems = [];
    this.counts = counts;
    this.marks = {};
    this.lit = { nodes: new Set(), edges: new Set(), current: null };
    this.linking = null; // the exit that waits for a step to lead to
    this.said = "";
    this.ids = new Ids();
    this.replace(graph, described);
  }

  /** Take over another graph: nothing of before can be undone any more. */
  replace(graph, described) {
    this.described = described ?? {};
    this.history = new History();
    this.provisional = new Set(); // edges whose exit was guessed
    this.ids.note(graph);
    this.graph = graph;
    if (needsLayout(graph.nodes)) this.graph = moved(graph, this.placed());
    else if (graph.nodes.some((node) => !node.position)) this.graph = moved(graph, new Map(graph.nodes.map((node) => [node.id, { x: 0, y: 0 }])));
    this.linking = null;
    this.changed();
    this.tellHistory();
  }

  /** What can be taken back and done again, for buttons beside the canvas. */
  tellHistory() {
    tell("flow:history", { undo: this.history.past.length > 0, redo: this.history.future.length > 0 });
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed() {
    this.changes += 1;
    for (const listener of this.listeners) listener();
  }

  say(key, values) {
    // The same words again are said again: a live region speaks only of what differs.
    const words = this.word(key, values);
    this.said = words === this.said ? `${words}\u00a0` : words;
    this.changed();
  }

  // ---- What is known of a step

  /** Nodes by id and edges by the node they leave, made anew when the graph is another. */
  get index() {
    if (this.indexed?.graph !== this.graph) {
      const nodes = new Map(this.graph.nodes.map((node) => [node.id, node]));
      const out = new Map();
      const into = new Map();
      for (const edge of this.graph.edges) {
        if (!out.has(edge.from)) out.set(edge.from, []);
        if (!into.has(edge.to)) into.set(edge.to, []);
        out.get(edge.from).push(edge);
        into.get(edge.to).push(edge);
      }
      this.indexed = { graph: this.graph, nodes, out, into };
    }
    return this.indexed;
  }

  node(id) {
    return this.index.nodes.get(id);
  }

  edgesFrom(id) {
    return this.index.out.get(id) ?? [];
  }

  edgesInto(id) {
    return this.index.into.get(id) ?? [];
  }

  note(id) {
    return this.graph.notes?.find((note) => note.id === id);
  }

  titleOf(id) {
    const node = this.node(id);
    return this.described[id]?.title ?? (node ? lookOf(this.words, node.type).label : id);
  }

  /** Exits of a step: those the page tells of, and any that an edge leaves by. */
  exitsOf(node) {
    const told = this.described[node.id]?.exits ?? guessedExits(node, lookOf(this.words, node.type), this.word("next"));
    const names = new Set(told.map((exit) => exit.name));
    const more = this.edgesFrom(node.id).filter((edge) => !names.has(edge.exit));
    return more.length ? [...told, ...more.map((edge) => ({ name: edge.exit, label: edge.exit }))] : told;
  }

  exitLabel(id, name) {
    const node = this.node(id);
    return (node && this.exitsOf(node).find((exit) => exit.name === name)?.label) ?? name;
  }

  freeExit(id) {
    const node = this.node(id);
    return node && this.exitsOf(node).find((exit) => !exit.spare && !this.edgesFrom(id).some((edge) => edge.exit === exit.name))?.name;
  }

  /** All ways out, with those that are not drawn as hardly anybody needs them. */
  everyExitOf(node) {
    return [...this.exitsOf(node), ...(this.described[node.id]?.more ?? [])];
  }

  box(node) {
    const exits = this.exitsOf(node);
    const size = this.sizes.get(node.id);
    const guess = { summary: this.described[node.id]?.summary, exits };
    return {
      id: node.id,
      x: node.position?.x ?? 0,
      y: node.position?.y ?? 0,
      width: size?.width ?? widthOf(exits),
      height: size?.height ?? guessedHeight(guess),
    };
  }

  // ---- Acts

  /** One act of the person: `merge` names acts that are one step of the history when they follow each other. */
  commit(graph, why, { merge = null } = {}) {
    if (this.readOnly || graph === this.graph) return false;
    this.history.keep(this.graph, merge);
    this.show(graph, why);
    return true;
  }

  show(graph, why) {
    this.graph = graph;
    this.ids.note(graph);
    this.changed();
    tell("flow:change", { graph, why });
    this.tellHistory();
  }

  /** Add a step; after an exit, and before what that led to; on an edge, in between. Gives its id. */
  insert(json, { from = null, edge = null, position = null } = {}) {
    if (this.readOnly || typeof json?.type !== "string") return null;
    if (this.graph.nodes.length >= MOST_NODES) return this.say("said_too_many", { count: MOST_NODES });
    if (json.type === "start" && this.graph.nodes.some((node) => node.type === "start")) return this.say("said_start");
    const between = edge ? this.graph.edges.find((one) => one.id === edge) : from && edgeFrom(this.graph, from.node, from.exit);
    const way = between ? { node: between.from, exit: between.exit } : from && this.node(from.node) ? from : null;
    const node = { ...json, id: this.ids.make(json.type) };
    node.position = position ? { x: Math.round(position.x), y: Math.round(position.y) } : this.placeAfter(way, node);
    let graph = withNode(between ? this.withRoom(between, node) : this.graph, node);
    if (way) graph = connected(graph, way.node, way.exit, node.id, this.ids);
    if (between) {
      const exit = guessedExits(node, lookOf(this.words, node.type), "")[0]?.name;
      if (exit) {
        graph = connected(graph, node.id, exit, between.to, this.ids);
        this.provisional.add(edgeFrom(graph, node.id, exit).id);
      }
    }
    this.commit(graph, "add");
    this.say("said_added", { step: this.titleOf(node.id) });
    return node.id;
  }

  placeAfter(way, node) {
    const size = { width: widthOf(this.exitsOf(node)), height: guessedHeight({ summary: "", exits: this.exitsOf(node) }) };
    const boxes = this.graph.nodes.map((other) => this.box(other));
    if (!way) {
      const bottom = Math.max(0, ...boxes.map((box) => box.y + box.height + BELOW));
      return freeSpot(boxes, { x: boxes[0]?.x ?? 0, y: bottom }, size);
    }
    const source = this.box(this.node(way.node));
    const exits = this.exitsOf(this.node(way.node));
    const share = (exits.findIndex((exit) => exit.name === way.exit) + 0.5) / exits.length;
    const middle = exits.length > 1 ? source.x + source.width * share : source.x + source.width / 2;
    const wanted = { x: Math.round(middle - size.width / 2), y: Math.round(source.y + source.height + BELOW) };
    return edgeFrom(this.graph, way.node, way.exit) ? wanted : freeSpot(boxes, wanted, size);
  }

  /** Push down what comes after an edge, where a new step would lie on it. */
  withRoom(edge, node) {
    const need = node.position.y + guessedHeight({ summary: "x".repeat(40), exits: this.exitsOf(node) }) + BELOW / 2;
    const first = this.node(edge.to);
    const lack = first && first.position.y > this.node(edge.from).position.y ? need - first.position.y : 0;
    if (lack <= 0) return this.graph;
    const after = new Set();
    const stack = [edge.to];
    while (stack.length) {
      const id = stack.pop();
      if (after.has(id) || (this.node(id)?.position.y ?? -Infinity) < first.position.y) continue;
      after.add(id);
      for (const way of this.graph.edges) if (way.from === id) stack.push(way.to);
    }
    return moved(this.graph, new Map([...after].map((id) => {
      const { x, y } = this.node(id).position;
      return [id, { x, y: y + lack }];
    })));
  }

  connect(from, exit, to) {
    if (to !== null && (!this.node(to) || this.node(to).type === "start")) return false;
    if (!this.commit(connected(this.graph, from, exit, to, this.ids), to === null ? "disconnect" : "connect")) return false;
    if (to === null) this.say("said_unconnected");
    else this.say("said_connected", { exit: this.exitLabel(from, exit), step: this.titleOf(from), target: this.titleOf(to) });
    return true;
  }

  /** Take an edge from where it led to another step, or its beginning to another exit. */
  reconnect(id, { from, exit, to }) {
    const edge = this.graph.edges.find((one) => one.id === id);
    if (!edge || this.node(to)?.type === "start") return;
    const rest = this.graph.edges.filter((one) => one.id !== id && !(one.from === from && one.exit === exit));
    if (edge.from === from && edge.exit === exit && edge.to === to) return;
    this.commit({ ...this.graph, edges: [...rest, { id, from, exit, to }] }, "connect");
    this.say("said_connected", { exit: this.exitLabel(from, exit), step: this.titleOf(from), target: this.titleOf(to) });
  }

  remove(ids) {
    const gone = new Set(ids);
    const holdsStart = this.graph.nodes.some((node) => node.type === "start" && gone.has(node.id));
    const count = gone.size - (holdsStart ? 1 : 0);
    if (!count) return holdsStart ? this.say("said_start") : undefined;
    if (this.commit(withoutItems(this.graph, gone), "delete")) this.say("said_deleted", { count });
  }

  /** Put steps and notes where they were dropped. */
  move(positions, { merge = null, why = "move" } = {}) {
    return this.commit(moved(this.graph, positions), why, { merge });
  }

  /** Settings from a form; all of one visit to one field are one step of the history. */
  patch(id, settings, visit) {
    const node = this.node(id);
    if (!node || !settings) return;
    const next = withPatch(this.graph, id, settings);
    const now = next.nodes.find((one) => one.id === id);
    const keys = [...new Set([...Object.keys(node), ...Object.keys(now)])].filter((key) => JSON.stringify(node[key]) !== JSON.stringify(now[key]));
    if (keys.length) this.commit(next, "patch", { merge: `patch ${id} ${keys.sort().join(" ")} ${visit}` });
  }

  duplicate(ids) {
    const part = partOf(this.graph, new Set(ids));
    if (!part.nodes.length && !part.notes.length) return this.say("said_start");
    return this.add(part, ASIDE, ASIDE, "duplicate", "said_duplicated");
  }

  add(part, dx, dy, why, words) {
    if (this.readOnly) return null;
    if (this.graph.nodes.length + part.nodes.length > MOST_NODES) return this.say("said_too_many", { count: MOST_NODES });
    const { graph, added } = withPart(this.graph, part, this.ids, dx, dy);
    this.commit(graph, why);
    this.say(words, { count: added.length });
    return added;
  }

  undo() {
    this.go(this.history.back(this.graph), "undo");
  }

  redo() {
    this.go(this.history.forth(this.graph), "redo");
  }

  go(graph, why) {
    if (this.readOnly) return;
    if (!graph) return this.say(why === "undo" ? "said_nothing_undo" : "said_nothing_redo");
    this.show(graph, why);
    this.say(why === "undo" ? "said_undone" : "said_redone");
  }

  /** Edges in the order of their exits, from which the layout takes what is left and what is right. */
  orderedEdges() {
    return this.graph.nodes.flatMap((node) => {
      const exits = this.exitsOf(node).map((exit) => exit.name);
      const edges = [...this.edgesFrom(node.id)].sort((one, other) => exits.indexOf(one.exit) - exits.indexOf(other.exit));
      // dagre puts the last to the left; ends at the right side cross least when the first goes farthest to the right.
      return exits.length > MOST_CELLS ? edges : edges.reverse();
    });
  }

  placed() {
    return laidOut(this.graph.nodes.map((node) => this.box(node)), this.orderedEdges());
  }

  tidy() {
    if (this.move(this.placed(), { why: "layout" })) this.say("said_tidied");
  }

  // ---- Notes

  addNote(position) {
    if (this.readOnly) return null;
    // Below a step a note could not be held.
    const { x, y } = freeSpot(this.graph.nodes.map((node) => this.box(node)), position, NOTE_SIZE);
    const note = { id: this.ids.make("note"), text: "", position: { x: Math.round(x), y: Math.round(y) } };
    this.commit(withNotes(this.graph, [...(this.graph.notes ?? []), note]), "note");
    return note.id;
  }

  patchNote(id, settings, merge = null) {
    const notes = (this.graph.notes ?? []).map((note) => (note.id === id ? { ...note, ...settings } : note));
    this.commit(withNotes(this.graph, notes), "note", { merge });
  }

  // ---- From the page

  setDescribed(described) {
    this.described = described ?? {};
    this.settleExits();
    this.changed();
  }

  /** An exit that was guessed for a new step becomes one it has, now that the page has told which. */
  settleExits() {
    let edges = this.graph.edges;
    for (const id of this.provisional) {
      const edge = edges.find((one) => one.id === id);
      const told = edge && this.described[edge.from]?.exits;
      if (edge && !told) continue;
      this.provisional.delete(id);
      if (!edge || told.some((exit) => exit.name === edge.exit)) continue;
      const free = told.find((exit) => !edges.some((one) => one.from === edge.from && one.exit === exit.name));
      edges = edges.filter((one) => one !== edge);
      if (free) edges = [...edges, { ...edge, exit: free.name }];
    }
    if (edges !== this.graph.edges) this.show({ ...this.graph, edges }, "connect");
  }

  setReadOnly(on) {
    this.readOnly = Boolean(on);
    this.linking = null;
    this.changed();
  }

  link(from) {
    this.linking = from && !this.readOnly && isIdentifier(from.node) ? from : null;
    if (this.linking) this.say("said_linking");
    else this.changed();
  }

  set(values) {
    Object.assign(this, values);
    this.changed();
  }
}
