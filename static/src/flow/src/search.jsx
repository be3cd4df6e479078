import { flushSync } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "./desk.js";
import { Icon, Tool } from "./icon.jsx";
import { lookOf } from "./looks.js";

const MOST_FOUND = 30;

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Steps and notes that have the words in their title, summary or id, in the order they are read. */
function found(desk, words) {
  const wanted = plain(words.trim());
  if (!wanted) return [];
  const { editor } = desk;
  const steps = desk.order().map((id) => {
    const node = editor.node(id);
    if (!node) return { id, title: editor.note(id)?.text ?? "", summary: "", kind: "" };
    const look = lookOf(editor.words, node.type);
    return { id, title: editor.titleOf(id), summary: editor.described[id]?.summary ?? "", kind: look.label, icon: look.icon };
  });
  return steps.filter((step) => plain(`${step.title} ${step.kind} ${step.summary} ${step.id}`).includes(wanted)).slice(0, MOST_FOUND);
}

/** A box over the drawing: words in, steps out; Enter goes from one to the next. */
export function Search() {
  const desk = useDesk();
  const { editor } = desk;
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(-1);
  const field = useRef(null);
  useEffect(() => {
    // At once: what is typed next belongs into the field.
    desk.openSearch = () => {
      flushSync(() => setOpen(true));
      field.current.focus();
      field.current.select();
    };
  }, [desk]);

  const results = open ? found(desk, words) : [];
  const show = (index) => {
    setAt(index);
    if (!results[index]) return;
    desk.selection.choose([results[index].id]);
    desk.view.reveal(results[index].id);
    editor.say("search_found", { count: results.length, number: index + 1 });
  };
  const close = () => {
    const last = results[at]?.id;
    setOpen(false);
    setWords("");
    setAt(-1);
    if (last) desk.view.focus(last);
    else desk.focusFirst();
  };
  const keyed = (event) => {
    event.stopPropagation();
    const step = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey) ? -1 : 1;
    if (event.key === "Escape") close();
    else if (["Enter", "ArrowDown", "ArrowUp"].includes(event.key) && results.length) show((at + step + results.length) % results.length);
    else return;
    event.preventDefault();
  };
  if (!open) return <Tool icon="search" words={editor.word("search")} onClick={desk.search} aria-keyshortcuts="/" />;
  return (
    <div class="flow-search" role="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        class="flow-search__field"
        role="combobox"
        aria-expanded={results.length > 0}
        aria-controls="flow-search-found"
        aria-activedescendant={results[at] ? `flow-found-${results[at].id}` : undefined}
        aria-label={editor.word("search")}
        placeholder={editor.word("search")}
        value={words}
        onInput={(event) => { setWords(event.currentTarget.value); setAt(-1); }}
        onKeyDown={keyed}
      />
      <Tool icon="x" words={editor.word("close")} onClick={close} />
      {words.trim() && (
        <ul class="flow-search__found" id="flow-search-found" role="listbox" aria-label={editor.word("search")}>
          {results.map((step, index) => (
            <li key={step.id} id={`flow-found-${step.id}`} role="option" aria-selected={index === at} onClick={() => show(index)}>
              <Icon name={step.icon ?? "note"} />
              <span class="flow-search__names"><b>{step.title}</b><span>{step.summary}</span></span>
            </li>
          ))}
          {!results.length && <li class="flow-search__none">{editor.word("search_none")}</li>}
        </ul>
      )}
    </div>
  );
}
