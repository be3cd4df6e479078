// Copy, cut and paste by the system's clipboard, so that steps go from flow to flow and from tab to tab.
import { isIdentifier, partOf } from "./graph.js";

const MARKER = "cadeira-flow";
const STORE = "cadeira-flow-clipboard"; // for where the system's clipboard may not be read
const MOST_CHARS = 1_000_000;

export function written(editor, ids) {
  const part = partOf(editor.graph, new Set(ids));
  const count = part.nodes.length + part.notes.length;
  return count ? { count, text: JSON.stringify({ [MARKER]: 1, ...part }) } : null;
}

function placeIsWell({ position }) {
  return Number.isFinite(position?.x) && Number.isFinite(position?.y);
}

/** The part that a text holds, or null. What is not a step, an edge or a note of ours is left out. */
export function read(text) {
  if (typeof text !== "string" || text.length > MOST_CHARS || !text.includes(MARKER)) return null;
  try {
    const found = JSON.parse(text);
    if (found?.[MARKER] !== 1 || !Array.isArray(found.nodes)) return null;
    const nodes = found.nodes.filter((node) => isIdentifier(node?.id) && isIdentifier(node.type) && node.type !== "start" && placeIsWell(node));
    const edges = (Array.isArray(found.edges) ? found.edges : []).filter((edge) => edge && [edge.from, edge.exit, edge.to].every(isIdentifier));
    const notes = (Array.isArray(found.notes) ? found.notes : [])
      .filter((note) => isIdentifier(note?.id) && typeof note.text === "string" && placeIsWell(note))
      .map(({ id, text: words, position, size }) => ({ id, text: words, position, ...(size && { size }) }));
    return nodes.length || notes.length ? { nodes, edges, notes } : null;
  } catch {
    return null;
  }
}

export function keep(text) {
  try {
    localStorage.setItem(STORE, text);
  } catch {
    // A browser that keeps nothing still has the system's clipboard.
  }
}

export function kept() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null;
  }
}

/** Paste a text with its middle at a point, or beside where it was copied; the new ids. */
export function paste(editor, text, point) {
  const part = read(text);
  if (!part) return editor.say("said_paste_nothing");
  const looks = editor.words.looks;
  const unknown = looks ? [...new Set(part.nodes.map((node) => node.type).filter((type) => !looks[type]))] : [];
  if (unknown.length) {
    part.nodes = part.nodes.filter((node) => looks[node.type]);
    if (!part.nodes.length && !part.notes.length) return editor.say("said_paste_unknown", { types: unknown.join(", ") });
  }
  const all = [...part.nodes, ...part.notes];
  const left = Math.min(...all.map((item) => item.position.x));
  const top = Math.min(...all.map((item) => item.position.y));
  const added = editor.add(part, point.x - left, point.y - top, "paste", "said_pasted");
  if (unknown.length && added) editor.say("said_paste_unknown", { types: unknown.join(", ") });
  return added;
}

/** Acts of buttons, which have no clipboard event to go by. */
export async function write(text) {
  keep(text);
  await navigator.clipboard?.writeText(text).catch(() => {});
}

export async function readSystem() {
  const text = await navigator.clipboard?.readText?.().catch(() => null);
  return read(text) ? text : kept();
}
