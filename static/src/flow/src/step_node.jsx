import { Handle, Position, useUpdateNodeInternals } from "@xyflow/react";
import { memo } from "preact/compat";
import { useEffect, useRef } from "preact/hooks";
import { useDesk } from "./desk.js";
import { Icon } from "./icon.jsx";
import { MOST_CELLS } from "./layout.js";

const MARK_SIGNS = { added: "+", removed: "−", changed: "~", differs: "≠" };

/** A way out: its name, from which one drags, a dot to press, and a "+" where it leads nowhere yet. */
function Exit({ id, exit, data, isRow }) {
  const { editor, add, startLink } = useDesk();
  const names = { exit: exit.label, step: data.title };
  const position = isRow ? Position.Right : Position.Bottom;
  return (
    <span class="flow-step__exit">
      <span class="flow-step__exit-label" title={exit.label}>{exit.label}</span>
      <Handle
        type="source"
        id={exit.name}
        position={position}
        isConnectable={!data.readOnly}
        title={data.readOnly ? undefined : editor.word("exit_of", names)}
      >
        {/* A press on the name is one on the step, as anywhere on it; only the dot begins a connection. */}
        {!data.readOnly && <span class="flow-step__dot" onClick={(event) => startLink(event, { node: id, exit: exit.name })} />}
      </Handle>
      {!data.readOnly && !exit.taken && (
        <button
          type="button"
          class="flow-step__add nodrag nopan"
          data-exit={exit.name}
          aria-label={editor.word("add_after", names)}
          title={editor.word("add_after", names)}
          onClick={(event) => { event.stopPropagation(); add({ node: id, exit: exit.name }); }}
        >
          <Icon name="plus" />
        </button>
      )}
    </span>
  );
}

function Problems({ id, problems }) {
  const { editor, openStep } = useDesk();
  return (
    <button
      type="button"
      class={`flow-step__problems flow-step__problems--${problems.level} nodrag nopan`}
      title={problems.all}
      aria-label={editor.word(problems.count > 1 ? "problems_of" : "problem_of", problems)}
      onClick={(event) => { event.stopPropagation(); openStep(id); }}
    >
      <Icon name="alert-triangle" />
      {problems.count > 1 && <span>{problems.count}</span>}
    </button>
  );
}

function Counted({ count }) {
  const { editor, number } = useDesk();
  const values = { count: number(count.count), share: number(count.share), total: number(count.total) };
  return (
    <div class="flow-step__count">
      <span title={editor.word("passed", values)}>
        <b>{values.count}</b>{count.total > 0 && ` · ${values.share} %`}
      </span>
      {count.stopped > 0 && (
        <span class="flow-step__stopped" title={editor.word("dropped", { share: count.stopped })}>▾ {count.stopped} %</span>
      )}
    </div>
  );
}

/** Have other exits measured: a step's size need not change with them. */
function useExits(id, exits) {
  const update = useUpdateNodeInternals();
  const names = exits.map((exit) => exit.name).join(" ");
  const before = useRef(names);
  useEffect(() => {
    if (before.current !== names) update(id);
    before.current = names;
  }, [names, id, update]);
}

/** One step: icon and kind in words, its title, what it does, and each of its exits. */
export const StepNode = memo(function StepNode({ id, data }) {
  const { editor } = useDesk();
  const many = data.exits.length > MOST_CELLS;
  useExits(id, data.exits);
  return (
    <div class={`flow-step flow-step--${data.tone}`}>
      {data.type !== "start" && (
        <Handle
          type="target"
          className={data.entered ? "is-entered" : ""}
          position={Position.Top}
          isConnectable={!data.readOnly}
          isConnectableStart={false}
        />
      )}
      {data.mark && (
        <span class={`flow-step__mark flow-step__mark--${data.mark}`}>{MARK_SIGNS[data.mark]} {editor.word(`mark_${data.mark}`)}</span>
      )}
      {data.problems && <Problems id={id} problems={data.problems} />}
      <div class="flow-step__head">
        <span class="flow-step__icon"><Icon name={data.icon} /></span>
        <span class="flow-step__names">
          <span class="flow-step__kind">{data.kind}</span>
          {data.title !== data.kind && <span class="flow-step__title">{data.title}</span>}
        </span>
      </div>
      {data.summary && <div class="flow-step__summary">{data.summary}</div>}
      {data.count && <Counted count={data.count} />}
      {data.exits.length > 0 && (
        <div class={many ? "flow-step__exits flow-step__exits--rows" : "flow-step__exits"}>
          {data.exits.map((exit) => <Exit key={exit.name} id={id} exit={exit} data={data} isRow={many} />)}
        </div>
      )}
    </div>
  );
}, (before, after) => before.data === after.data && before.id === after.id);
