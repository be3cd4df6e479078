// The desk: all that buttons, keys and the page's events may ask of the canvas, in one object that stays the same.
import * as clipboard from "./clipboard.js";
import { tell } from "./editor.js";

export function makeDesk(editor, language) {
  const numbers = new Intl.NumberFormat(language);
  const desk = {
    editor,
    view: null, // set when React Flow stands
    selection: null,
    writers: new Map(),
    openSearch: () => {},
    openDialog: () => {},
    order: () => [],
    number: (value) => numbers.format(value),
  };

  /** What an act is for: the selection if it holds the step in focus, else that step. */
  desk.target = (id) => (id && !desk.selection.nodes.includes(id) ? [id] : desk.selection.ids);

  desk.openStep = (id) => {
    if (editor.linking) return desk.finishLink(id);
    if (editor.note(id)) return desk.writeNote(id);
    desk.selection.choose([id]);
    return tell("flow:open", { id });
  };
  desk.add = (from, position = null) => {
    if (!editor.readOnly) tell("flow:add", { from, position });
  };
  /** After the first exit that is free; with none free, between the first and what it leads to. */
  desk.addAfter = (id) => {
    const node = id && editor.node(id);
    const exit = node && (editor.freeExit(id) ?? editor.exitsOf(node)[0]?.name);
    desk.add(exit ? { node: id, exit } : null);
  };
  desk.insert = (json, where = {}) => {
    const chosen = desk.selection.nodes.length === 1 ? desk.selection.nodes[0] : null;
    const free = !where.from && !where.edge && !where.position && chosen && editor.freeExit(chosen);
    const from = free ? { node: chosen, exit: free } : where.from;
    const isAlone = !from && !where.edge && !where.position;
    const id = editor.insert(json, { ...where, from, position: where.position ?? (isAlone ? desk.freeMiddle() : null) });
    if (id) desk.shown([id]);
    return id;
  };
  /** Choose what was just made, and bring it into sight. */
  desk.shown = (ids) => {
    requestAnimationFrame(() => {
      desk.selection.choose(ids);
      desk.view.focus(ids[0]);
    });
  };
  desk.freeMiddle = () => {
    const { x, y } = desk.view.pointAt();
    return { x: x - 128, y: y - 40 };
  };
  desk.drop = (json, { x, y, from, edge, taken }) => {
    if (taken) return;
    const point = desk.view.pointAt(x, y);
    const position = { x: point.x - 128, y: point.y - 28 };
    desk.insert(json, from ? { from } : { edge, position });
  };

  desk.startLink = (event, from) => {
    event.stopPropagation();
    if (!editor.readOnly) editor.link(from);
  };
  desk.finishLink = (id) => {
    const from = editor.linking;
    editor.link(null);
    // The second press of a double click on an exit must not lead it back to its own step.
    if (from && from.node !== id && editor.node(id)) editor.connect(from.node, from.exit, id);
  };
  desk.connectFrom = (id) => {
    if (!editor.readOnly && editor.node(id)) {
      if (!editor.exitsOf(editor.node(id)).length) editor.say("said_no_exit");
      else desk.openDialog({ name: "connect", id });
    }
  };
  desk.removeEdge = (id) => {
    const edge = editor.graph.edges.find((one) => one.id === id);
    if (edge) editor.connect(edge.from, edge.exit, null);
  };
  desk.remove = (id) => {
    const ids = desk.target(id);
    if (editor.readOnly || !ids.length) return;
    // The focus goes to what led to what is gone, so that it is not lost.
    const before = editor.edgesInto(ids[0]).map((edge) => edge.from).find((one) => !ids.includes(one));
    editor.remove(ids);
    if (before && id) desk.view.focus(before);
  };
  desk.duplicate = (id) => {
    const added = editor.readOnly ? null : editor.duplicate(desk.target(id));
    if (added) desk.shown(added);
  };
  desk.selectAll = () => desk.selection.choose([...editor.graph.nodes, ...(editor.graph.notes ?? [])].map((item) => item.id));
  desk.leave = () => {
    if (editor.linking) editor.link(null);
    else desk.selection.choose([]);
  };
  desk.undo = () => editor.undo();
  desk.redo = () => editor.redo();
  desk.tidy = () => {
    if (editor.readOnly) return;
    const from = new Map(editor.graph.nodes.map((node) => [node.id, node.position]));
    editor.tidy();
    desk.glide(from);
    desk.view.showAll({ animate: true });
  };
  desk.search = () => desk.openSearch();
  desk.help = () => desk.openDialog({ name: "help" });
  desk.focusFirst = () => desk.order()[0] && desk.view.focus(desk.order()[0]);

  desk.addNote = () => {
    const id = editor.addNote(desk.freeMiddle());
    if (!id) return;
    desk.shown([id]);
    desk.writeNote(id);
  };
  desk.writing = (id, begin) => {
    desk.writers.set(id, begin);
    return () => desk.writers.delete(id);
  };
  /** Let a note be written as soon as it is drawn. */
  desk.writeNote = (id, frames = 30) => {
    if (editor.readOnly) return;
    if (desk.writers.has(id)) desk.writers.get(id)();
    else if (frames) requestAnimationFrame(() => desk.writeNote(id, frames - 1));
  };
  desk.stopWriting = (id) => desk.view.focus(id);
  desk.resized = (id, { width, height }) => editor.patchNote(id, { size: { width: Math.round(width), height: Math.round(height) } });

  // ---- Clipboard
  const part = () => {
    const found = clipboard.written(editor, desk.target(desk.view.focused()));
    if (found) editor.say("said_copied", { count: found.count });
    return found;
  };
  desk.copyByButton = async () => { const found = part(); if (found) await clipboard.write(found.text); };
  desk.pasteByButton = async () => desk.paste(await clipboard.readSystem());
  desk.copied = (event, isCut) => {
    const ids = desk.target(desk.view.focused());
    const found = part();
    if (!found) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", found.text);
    clipboard.keep(found.text);
    if (isCut) editor.remove(ids);
  };
  desk.paste = (text) => {
    if (editor.readOnly) return;
    const { x, y } = desk.freeMiddle();
    const added = clipboard.paste(editor, clipboard.read(text) ? text : clipboard.kept(), { x, y });
    if (added) desk.shown(added);
  };
  return desk;
}
