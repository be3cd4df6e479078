import { NodeResizeControl } from "@xyflow/react";
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "./desk.js";

const MOST_CHARS = 2000;

/** A sticky note: read, or written in place after a double click or Enter. */
export const NoteNode = memo(function NoteNode({ id, data, selected }) {
  const { editor, writing, stopWriting, resized } = useDesk();
  const [writes, setWrites] = useState(false);
  const field = useRef(null);
  useEffect(() => writing(id, () => setWrites(true)), [id, writing]);
  useEffect(() => field.current?.focus(), [writes]);

  const done = (event) => {
    setWrites(false);
    const text = event.currentTarget.value;
    if (text !== data.text) editor.patchNote(id, { text });
  };
  const keyed = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.currentTarget.blur();
    stopWriting(id);
  };
  return (
    <div class="flow-note">
      {!data.readOnly && selected && (
        <NodeResizeControl
          className="flow-note__size"
          position="bottom-right"
          minWidth={120}
          minHeight={60}
          onResizeEnd={(event, { width, height }) => resized(id, { width, height })}
        >
          <span title={editor.word("note_size")} />
        </NodeResizeControl>
      )}
      {writes && !data.readOnly ? (
        <textarea
          ref={field}
          class="flow-note__field nodrag nowheel nopan"
          maxLength={MOST_CHARS}
          aria-label={editor.word("note_empty")}
          placeholder={editor.word("note_empty")}
          defaultValue={data.text}
          onBlur={done}
          onKeyDown={keyed}
        />
      ) : (
        <div class="flow-note__text">{data.text || <i>{editor.word("note_empty")}</i>}</div>
      )}
    </div>
  );
});
