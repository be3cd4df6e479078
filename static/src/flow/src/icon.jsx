import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** Address of the icon sprite: the server knows it, hash and all. */
export const Sprite = createContext("");

export function Icon({ name }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`${useContext(Sprite)}#${name}`} />
    </svg>
  );
}

/** A button of an icon, with its words for whoever cannot see it. */
export function Tool({ icon, words, text = false, ...rest }) {
  return (
    <button type="button" class="flow-tool" title={text ? undefined : words} aria-label={text ? undefined : words} {...rest}>
      <Icon name={icon} />
      {text && <span>{words}</span>}
    </button>
  );
}
