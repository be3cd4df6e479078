// What is chosen on the canvas. React Flow keeps it on its nodes and edges; this reads and sets it.
import { tell } from "./editor.js";

export class Selection {
  constructor(setNodes, setEdges) {
    this.setNodes = setNodes;
    this.setEdges = setEdges;
    this.nodes = [];
    this.edges = [];
    this.told = null;
  }

  get ids() {
    return [...this.nodes, ...this.edges];
  }

  /** What is chosen now, as the canvas says; the page hears of one step, or of none. */
  heard(nodes, edges, isStep) {
    this.nodes = nodes.map((node) => node.id);
    this.edges = edges.map((edge) => edge.id);
    const id = this.nodes.length === 1 && isStep(this.nodes[0]) ? this.nodes[0] : null;
    if (id !== this.told) tell("flow:select", { id });
    this.told = id;
  }

  /** Choose these and nothing else. */
  choose(nodes, edges = []) {
    this.nodes = nodes; // at once: the next key may come before the canvas has drawn it
    this.edges = edges;
    const set = (ids) => (all) => {
      const wanted = new Set(ids);
      return all.map((item) => (Boolean(item.selected) === wanted.has(item.id) ? item : { ...item, selected: wanted.has(item.id) }));
    };
    this.setNodes(set(nodes));
    this.setEdges(set(edges));
  }

  /** A press on the one that is chosen already: whoever closed its settings wants them back. */
  again(id) {
    if (id === this.told) tell("flow:select", { id });
  }

  toggle(id) {
    this.choose(this.nodes.includes(id) ? this.nodes.filter((one) => one !== id) : [...this.nodes, id], this.edges);
  }
}
