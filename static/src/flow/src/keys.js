// The canvas by keyboard. What a key does to "the step" it does to the selection if that holds the focus, else to the step in focus.
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const GRID = 20;

export function isTyping(target) {
  return Boolean(target.closest?.("input, textarea, select, [contenteditable]"));
}

/** The step that an arrow leads to: along a connection, else the next one that way. */
function neighbour(desk, id, key) {
  const { editor, view } = desk;
  const here = view.boxOf(id);
  const known = (ids) => [...new Set(ids)].filter((other) => other !== id && editor.node(other));
  const next = known(editor.exitsOf(editor.node(id) ?? { id }).map((exit) => editor.edgesFrom(id).find((edge) => edge.exit === exit.name)?.to));
  const before = known(editor.edgesInto(id).map((edge) => edge.from));
  if (key === "ArrowDown" && next.length) return next[0];
  if (key === "ArrowUp" && before.length) return before[0];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const beside = known(before.flatMap((parent) => editor.edgesFrom(parent).map((edge) => edge.to)));
    const found = nearest(view, here, beside, key);
    if (found) return found;
  }
  return nearest(view, here, known([...editor.graph.nodes, ...(editor.graph.notes ?? [])].map((item) => item.id)), key, true);
}

function nearest(view, here, ids, key) {
  const [dx, dy] = ARROWS[key];
  let best = null;
  let least = Infinity;
  for (const id of ids) {
    const box = view.boxOf(id);
    if (!box) continue;
    const x = box.x + box.width / 2 - here.x - here.width / 2;
    const y = box.y + box.height / 2 - here.y - here.height / 2;
    const along = x * dx + y * dy;
    const across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 8 && along + across * 2 < least) {
      least = along + across * 2;
      best = id;
    }
  }
  return best;
}

function nudge(desk, id, key) {
  const { editor } = desk;
  const [dx, dy] = ARROWS[key];
  const ids = desk.target(id);
  const positions = new Map(ids.map((one) => editor.node(one) ?? editor.note(one)).filter(Boolean).map((item) => [
    item.id, { x: item.position.x + dx * GRID, y: item.position.y + dy * GRID },
  ]));
  if (editor.move(positions, { merge: `nudge ${ids.join(" ")}` })) editor.say("said_moved");
  desk.view.reveal(id);
}

/** On from the last of a step to the next as one reads them, where that is not drawn yet; else the browser knows the way. */
function tabbed(desk, event, id) {
  const node = desk.view.elementOf(id);
  const stops = [node, ...node.querySelectorAll("button:not([disabled])")];
  const at = stops.indexOf(document.activeElement);
  const isLast = event.shiftKey ? at === 0 : at === stops.length - 1;
  const order = desk.order();
  const other = order[order.indexOf(id) + (event.shiftKey ? -1 : 1)];
  if (!isLast || !other || desk.view.elementOf(other)) return false;
  return desk.view.focus(other);
}

/** Keys with Control or Command. Copy, cut and paste are events of their own. */
function commanded(desk, event, id) {
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? desk.redo() : desk.undo();
  if (key === "y") return desk.redo();
  if (key === "a") return desk.selectAll();
  if (key === "d") return desk.duplicate(id);
  if (key === "f") return desk.search();
  return false;
}

const PLAIN = {
  Enter: (desk, id) => id && desk.openStep(id),
  " ": (desk, id) => id && desk.selection.choose([id]),
  Escape: (desk) => desk.leave(),
  Delete: (desk, id) => desk.remove(id),
  Backspace: (desk, id) => desk.remove(id),
  a: (desk, id) => desk.addAfter(id),
  "+": (desk, id) => desk.addAfter(id),
  c: (desk, id) => id && desk.connectFrom(id),
  n: (desk) => desk.addNote(),
  "/": (desk) => desk.search(),
  "?": (desk) => desk.help(),
};

/** What a key does; false if nothing, so that the browser may do what it does. */
export function pressed(desk, event) {
  if (isTyping(event.target) || event.defaultPrevented) return false;
  const onButton = event.target.closest("button, a, summary, [role=option]");
  const id = desk.view.focused();
  if (event.ctrlKey || event.metaKey) {
    if (event.key === " " && id) return desk.selection.toggle(id);
    return commanded(desk, event, id);
  }
  if (event.key === "Tab") return id ? tabbed(desk, event, id) : false;
  if (ARROWS[event.key] && id) {
    if (event.altKey) return nudge(desk, id, event.key);
    const to = neighbour(desk, id, event.key);
    return to ? desk.view.focus(to) : undefined;
  }
  if (event.altKey) return false;
  if (onButton && (event.key === "Enter" || event.key === " ")) return false;
  const act = PLAIN[event.key] ?? PLAIN[event.key.toLowerCase()];
  return act ? act(desk, id) : false;
}
