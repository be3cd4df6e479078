import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath } from "@xyflow/react";
import { memo } from "preact/compat";
import { useDesk } from "./desk.js";
import { Icon } from "./icon.jsx";

/** How many went this way, on the line. Drawn as SVG, which is cheap by the hundred. */
function Counted({ count, x, y }) {
  const { editor, number } = useDesk();
  const words = number(count);
  const width = 14 + words.length * 7;
  return (
    <g class="flow-way__count" transform={`translate(${x} ${y})`}>
      <title>{editor.word("passed_edge", { count: words })}</title>
      <rect x={-width / 2} y={-10} width={width} height={20} rx={10} />
      <text text-anchor="middle" dy="0.35em">{words}</text>
    </g>
  );
}

/** The buttons of a connection that is selected. */
function Acts({ id, x, y }) {
  const { editor, add, removeEdge } = useDesk();
  const edge = editor.graph.edges.find((one) => one.id === id);
  if (!edge || editor.readOnly) return null;
  return (
    <EdgeLabelRenderer>
      <div class="flow-way__acts nodrag nopan" ref={(element) => element && (element.style.transform = `translate(-50%, -50%) translate(${x}px, ${y}px)`)}>
        <button type="button" class="flow-tool" title={editor.word("add_between")} aria-label={editor.word("add_between")} onClick={() => add({ node: edge.from, exit: edge.exit })}>
          <Icon name="plus" />
        </button>
        <button type="button" class="flow-tool" title={editor.word("delete_edge")} aria-label={editor.word("delete_edge")} onClick={() => removeEdge(id)}>
          <Icon name="trash" />
        </button>
      </div>
    </EdgeLabelRenderer>
  );
}

/** A connection between an exit and a step. */
export const WayEdge = memo(function WayEdge(props) {
  const { id, data, selected, markerEnd, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const offset = data.lane === null ? 20 : 16 + data.lane * 8;
  const ends = { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition };
  const [path, x, y] = getSmoothStepPath({ ...ends, borderRadius: 12, offset });
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={24} />
      {data.count !== null && <Counted count={data.count} x={x} y={y} />}
      {selected && <Acts id={id} x={x} y={y} />}
    </>
  );
});
