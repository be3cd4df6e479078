// What every part of the canvas may ask for: the editor, its words, the acts of the view. It never changes, so nothing is drawn again for it.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

export const Desk = createContext(null);
export const useDesk = () => useContext(Desk);

/** Draw again when what `read` takes from the editor is another. */
export function useEditor(editor, read) {
  const [value, setValue] = useState(() => read(editor));
  useEffect(() => {
    const look = () => setValue(() => read(editor));
    look();
    return editor.subscribe(look);
  }, [editor, read]);
  return value;
}
