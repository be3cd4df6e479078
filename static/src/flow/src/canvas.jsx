import {
  Background, ControlButton, Controls, MiniMap, ReactFlow, useEdgesState, useNodesInitialized, useNodesState, useReactFlow,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { drawn } from "./graph.js";
import { Icon, StepNode } from "./step_node.jsx";

const NODE_TYPES = { step: StepNode };
const WIDE = "(min-width: 768px)";
const READABLE = 0.55; // smaller than this the words cannot be read, so a large flow starts at its first step instead
const MARKER = { type: "arrowclosed", width: 18, height: 18, color: "var(--flow-edge)" };
// A marker grows with its line, which is thicker here.
const LIT_MARKER = { ...MARKER, width: 10, height: 10, color: "var(--flow-lit)" };

function useMedia(query) {
  const list = useMemo(() => window.matchMedia(query), [query]);
  const [matches, setMatches] = useState(list.matches);
  useEffect(() => {
    const changed = () => setMatches(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [list]);
  return matches;
}

function nodeClass(id, lit) {
  return [lit.nodes.has(id) && "is-lit", lit.current === id && "is-current"].filter(Boolean).join(" ");
}

/** Give changed nodes and edges a new object and leave the others be: only what was lit is drawn again. */
function useLight(setNodes, setEdges) {
  return useCallback((lit) => {
    setNodes((nodes) => nodes.map((node) => {
      const className = nodeClass(node.id, lit);
      return className === node.className ? node : { ...node, className };
    }));
    setEdges((edges) => edges.map((edge) => {
      const className = lit.edges.has(edge.id) ? "is-lit" : "";
      if (className === edge.className) return edge;
      return { ...edge, className, markerEnd: className ? LIT_MARKER : MARKER, zIndex: className ? 1 : 0 };
    }));
  }, [setNodes, setEdges]);
}

/** Whole flow if it stays readable, else its first step at the top of the canvas. */
function useShowAll(element, firstId) {
  const flow = useReactFlow();
  return useCallback(async () => {
    await flow.fitView({ padding: 0.08, maxZoom: 1 });
    const first = flow.getInternalNode(firstId);
    if (flow.getZoom() >= READABLE || !first) return;
    const middle = first.internals.positionAbsolute.x + (first.measured.width ?? 0) / 2;
    await flow.setViewport({
      x: element.clientWidth / 2 - middle * READABLE * 1.3,
      y: 24 - first.internals.positionAbsolute.y * READABLE * 1.3,
      zoom: READABLE * 1.3,
    });
  }, [flow, element, firstId]);
}

/** Bring a step into sight if it is not, without changing how near we are. */
function useReveal(element) {
  const flow = useReactFlow();
  const still = useMedia("(prefers-reduced-motion: reduce)");
  return useCallback((id, { always = false } = {}) => {
    const node = flow.getInternalNode(id);
    if (!node) return;
    const { x, y, zoom } = flow.getViewport();
    const at = node.internals.positionAbsolute;
    const left = at.x * zoom + x;
    const top = at.y * zoom + y;
    const right = left + (node.measured.width ?? 0) * zoom;
    const bottom = top + (node.measured.height ?? 0) * zoom;
    const inSight = left >= 0 && top >= 0 && right <= element.clientWidth && bottom <= element.clientHeight;
    if (inSight && !always) return;
    const middle = { x: at.x + (node.measured.width ?? 0) / 2, y: at.y + (node.measured.height ?? 0) / 2 };
    flow.setCenter(middle.x, middle.y, { zoom, duration: still ? 0 : 250 });
  }, [flow, element, still]);
}

export function Canvas({ graph, described, words, readOnly, element, onReady }) {
  const start = useMemo(() => drawn(graph, described, words), [graph, described, words]);
  const [nodes, setNodes, onNodesChange] = useNodesState(start.nodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(start.edges.map((edge) => ({ ...edge, markerEnd: MARKER })));
  const light = useLight(setNodes, setEdges);
  const firstId = (graph.nodes.find((node) => node.type === "start") ?? graph.nodes[0])?.id;
  const showAll = useShowAll(element, firstId);
  const reveal = useReveal(element);
  const wide = useMedia(WIDE);
  const ready = useRef(false);

  const select = useCallback((id) => {
    setNodes((all) => all.map((node) => (node.selected === (node.id === id) ? node : { ...node, selected: node.id === id })));
    reveal(id);
  }, [setNodes, reveal]);

  // Not before the browser has measured the steps: sizes are what fitting and revealing go by.
  const measured = useNodesInitialized();
  useEffect(() => {
    if (!measured || ready.current) return;
    ready.current = true;
    showAll().then(() => onReady({ light, select, reveal }));
  }, [measured, showAll, onReady, light, select, reveal]);

  const chosen = useCallback(({ nodes: [node] }) => {
    if (node) window.dispatchEvent(new CustomEvent("flow:select", { detail: { id: node.id } }));
  }, []);

  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onSelectionChange={chosen}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      edgesFocusable={false}
      deleteKeyCode={readOnly ? null : "Backspace"}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      minZoom={0.1}
      maxZoom={1.75}
      preventScrolling={false}
      zoomOnScroll={false}
      panOnScroll={false}
      zoomActivationKeyCode={["Control", "Meta"]}
      ariaLabelConfig={words.aria}
    >
      <Background gap={20} size={1.5} />
      <Controls showInteractive={false} showFitView={false}>
        <ControlButton onClick={showAll} title={words.fit} aria-label={words.fit}>
          <Icon name="list-details" />
        </ControlButton>
      </Controls>
      {wide && <MiniMap pannable zoomable ariaLabel={words.map} nodeClassName={(node) => node.className} />}
    </ReactFlow>
  );
}
