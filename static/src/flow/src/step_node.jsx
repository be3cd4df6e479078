import { Handle, Position } from "@xyflow/react";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { KINDS, PLAIN } from "./kinds.js";

/** Address of the icon sprite: the server knows it, hash and all. */
export const Sprite = createContext("");

export function Icon({ name }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`${useContext(Sprite)}#${name}`} />
    </svg>
  );
}

/** One step: icon and kind in words, its title, what it does, and a handle with a label for each exit. */
export function StepNode({ data, isConnectable }) {
  const look = KINDS[data.type] ?? PLAIN;
  return (
    <div class={`flow-step flow-step--${look.tone}`}>
      {data.type !== "start" && <Handle type="target" position={Position.Top} isConnectable={isConnectable} />}
      <div class="flow-step__head">
        <span class="flow-step__icon">
          <Icon name={look.icon} />
        </span>
        <span class="flow-step__names">
          <span class="flow-step__kind">{data.kind}</span>
          {data.title !== data.kind && <span class="flow-step__title">{data.title}</span>}
        </span>
      </div>
      {data.summary && <div class="flow-step__summary">{data.summary}</div>}
      {data.exits.length > 0 && (
        <div class="flow-step__exits">
          {data.exits.map((exit) => (
            <span key={exit.name} class="flow-step__exit">
              <span class="flow-step__exit-label" title={exit.label}>{exit.label}</span>
              <Handle type="source" id={exit.name} position={Position.Bottom} isConnectable={isConnectable} />
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
