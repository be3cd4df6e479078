import { useDesk, useEditor } from "./desk.js";
import { Icon, Tool } from "./icon.jsx";
import { Search } from "./search.jsx";

const canUndo = (editor) => editor.history.past.length > 0;
const canRedo = (editor) => editor.history.future.length > 0;
const isReadOnly = (editor) => editor.readOnly;

/** What can be done with the whole drawing. */
export function Tools({ several, setSeveral }) {
  const desk = useDesk();
  const { editor } = desk;
  const undo = useEditor(editor, canUndo);
  const redo = useEditor(editor, canRedo);
  const readOnly = useEditor(editor, isReadOnly);
  const word = editor.word;
  return (
    <div class="flow-tools" role="toolbar" aria-label={word("canvas")}>
      {!readOnly && (
        <>
          <Tool icon="arrow-back-up" words={word("undo")} aria-disabled={!undo} onClick={desk.undo} aria-keyshortcuts="Control+Z" data-tool="undo" />
          <Tool icon="arrow-forward-up" words={word("redo")} aria-disabled={!redo} onClick={desk.redo} aria-keyshortcuts="Control+Y" data-tool="redo" />
          <span class="flow-tools__gap" />
          <Tool icon="hierarchy-2" words={word("layout")} onClick={desk.tidy} data-tool="layout" />
          <Tool icon="note" words={word("note")} onClick={desk.addNote} data-tool="note" />
          <Tool icon="marquee-2" words={word("several")} aria-pressed={several} onClick={() => setSeveral(!several)} data-tool="several" />
          <Tool icon="clipboard" words={word("paste")} onClick={desk.pasteByButton} data-tool="paste" />
          <span class="flow-tools__gap" />
        </>
      )}
      <Search />
      {!readOnly && <Tool icon="help-circle" words={word("help")} onClick={desk.help} data-tool="help" />}
    </div>
  );
}

/** What can be done with what is selected, within reach of a thumb. */
export function SelectionBar({ selected }) {
  const desk = useDesk();
  const { editor } = desk;
  const word = editor.word;
  const linking = useEditor(editor, (one) => one.linking);
  const readOnly = useEditor(editor, isReadOnly);
  if (linking) {
    return (
      <div class="flow-bar flow-bar--linking">
        <Icon name="plug-connected" /> <span>{word("link_hint")}</span>
        <Tool icon="x" words={word("link_cancel")} text onClick={() => editor.link(null)} />
      </div>
    );
  }
  if (readOnly || !selected.nodes.length) return null;
  const [id] = selected.nodes;
  const node = selected.nodes.length === 1 ? editor.node(id) : null;
  const isStart = node?.type === "start";
  return (
    <div class="flow-bar" role="toolbar" aria-label={word("steps_selected", { count: selected.nodes.length })}>
      {selected.nodes.length > 1 && <span class="flow-bar__count">{word("steps_selected", { count: selected.nodes.length })}</span>}
      {node && <Tool icon="settings" words={word("settings")} onClick={() => desk.openStep(id)} data-act="open" />}
      {node && editor.exitsOf(node).length > 0 && <Tool icon="plug-connected" words={word("connect")} onClick={() => desk.connectFrom(id)} data-act="connect" />}
      {!node && editor.note(id) && selected.nodes.length === 1 && <Tool icon="pencil" words={word("note_empty")} onClick={() => desk.writeNote(id)} data-act="write" />}
      {!isStart && <Tool icon="copy-plus" words={word("duplicate")} onClick={() => desk.duplicate(null)} data-act="duplicate" />}
      {!isStart && <Tool icon="copy" words={word("copy")} onClick={desk.copyByButton} data-act="copy" />}
      {!isStart && <Tool icon="trash" words={word("delete")} onClick={() => desk.remove(null)} data-act="delete" />}
    </div>
  );
}

export function Live() {
  const { editor } = useDesk();
  const said = useEditor(editor, (one) => one.said);
  return <div class="flow-live" role="status" aria-live="polite">{said}</div>;
}
