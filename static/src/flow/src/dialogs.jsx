import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "./desk.js";
import { Tool } from "./icon.jsx";

/** A dialog of the browser: it keeps the focus in and gives it back. */
function Dialog({ title, onClose, children }) {
  const { editor } = useDesk();
  const element = useRef(null);
  useLayoutEffect(() => { element.current.showModal(); }, []);
  return (
    <dialog
      ref={element}
      class="flow-dialog"
      aria-label={title}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === element.current && element.current.close()}
    >
      <div class="flow-dialog__head">
        <h2>{title}</h2>
        <Tool icon="x" words={editor.word("close")} onClick={() => element.current.close()} />
      </div>
      {children}
    </dialog>
  );
}

const KEYS = [
  ["Tab", "keys_move"], ["↑ ↓ ← →", "keys_arrows"], ["Alt + ↑ ↓ ← →", "keys_place"], ["Enter", "keys_open"], ["A, +", "keys_add"],
  ["C", "keys_connect"], ["N", "note"], ["Delete", "keys_delete"], ["Ctrl + Space", "keys_choose"], ["Ctrl + A", "keys_all"],
  ["Ctrl + C, X, V", "keys_clipboard"], ["Ctrl + D", "keys_duplicate"], ["Ctrl + Z, Ctrl + Y", "keys_undo"],
  ["Ctrl + F, /", "keys_search"], ["Esc", "keys_escape"],
];

function Help({ onClose }) {
  const { editor } = useDesk();
  return (
    <Dialog title={editor.word("help")} onClose={onClose}>
      <dl class="flow-keys">
        {KEYS.map(([keys, words]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{editor.word(words)}</dd></div>)}
      </dl>
      <p>{editor.word("keys_box")}</p>
      <p>{editor.word("keys_touch")}</p>
    </Dialog>
  );
}

/** Connect by choosing from lists: the way of the keyboard, and of small screens. */
function Connect({ id, onClose }) {
  const { editor, order, view } = useDesk();
  const exits = editor.everyExitOf(editor.node(id));
  const leadsTo = (name) => editor.edgesFrom(id).find((edge) => edge.exit === name)?.to ?? "";
  const [exit, setExit] = useState(editor.freeExit(id) ?? exits[0]?.name);
  const [to, setTo] = useState(leadsTo(exit));
  const targets = order().filter((other) => editor.node(other) && editor.node(other).type !== "start");
  const done = (event) => {
    event.preventDefault();
    event.currentTarget.closest("dialog").close(); // first, as nothing outside takes the focus while it is open
    editor.connect(id, exit, to || null);
    view.focus(id);
  };
  return (
    <Dialog title={editor.word("connect_title", { step: editor.titleOf(id) })} onClose={onClose}>
      <form onSubmit={done}>
        <label class="form-label" for="flow-connect-exit">{editor.word("connect_exit")}</label>
        <select class="form-select" id="flow-connect-exit" autofocus={exits.length > 1} value={exit} onChange={({ currentTarget }) => { setExit(currentTarget.value); setTo(leadsTo(currentTarget.value)); }}>
          {exits.map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}
        </select>
        <label class="form-label" for="flow-connect-to">{editor.word("connect_to")}</label>
        <select class="form-select" id="flow-connect-to" autofocus={exits.length === 1} value={to} onChange={({ currentTarget }) => setTo(currentTarget.value)}>
          <option value="">{editor.word("connect_nowhere")}</option>
          {targets.map((other) => (
            <option key={other} value={other}>
              {[editor.titleOf(other), editor.described[other]?.summary?.slice(0, 50)].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
        <button type="submit" class="btn btn-primary">{editor.word("connect_done")}</button>
      </form>
    </Dialog>
  );
}

export function Dialogs() {
  const desk = useDesk();
  const [open, setOpen] = useState(null);
  useEffect(() => { desk.openDialog = setOpen; }, [desk]);
  const close = () => setOpen(null);
  if (open?.name === "help") return <Help onClose={close} />;
  if (open?.name === "connect" && desk.editor.node(open.id)) return <Connect key={open.id} id={open.id} onClose={close} />;
  return null;
}
