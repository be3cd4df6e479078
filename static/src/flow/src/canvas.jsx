import {
  applyEdgeChanges, applyNodeChanges, Background, ControlButton, Controls, MiniMap, ReactFlow, SelectionMode, useNodesInitialized,
  useStore,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useDesk, useEditor } from "./desk.js";
import { Dialogs } from "./dialogs.jsx";
import { edgesOf, isLarge, nodesOf } from "./drawing.js";
import { Icon } from "./icon.jsx";
import { pressed, isTyping } from "./keys.js";
import { NoteNode } from "./note_node.jsx";
import { Selection } from "./selection.js";
import { StepNode } from "./step_node.jsx";
import { Live, SelectionBar, Tools } from "./tools.jsx";
import { isStill, LEAST_ZOOM, useMedia, useView } from "./view.js";
import { WayEdge } from "./way_edge.jsx";

const NODE_TYPES = { step: StepNode, note: NoteNode };
const EDGE_TYPES = { way: WayEdge };
const WIDE = "(min-width: 768px)";
const COMMAND = ["Control", "Meta"];
const MOST_WITHOUT_MAP = 12; // a flow that is seen whole needs no map, which would only lie on its steps
const GLIDE_MS = 240;
const SEVERAL = ["Control", "Meta", "Shift"];
const NONE = { nodes: [], edges: [] };
const MINE = { hideAttribution: false };

const modeOf = (editor) => editor.readOnly;
const FAR = 0.4; // from here on one sees shapes, not words: what cannot be read is not painted
const isFar = (store) => store.transform[2] < FAR;
const linkingOf = (editor) => editor.linking;

/** A node on its way from where it stood to where it stands. */
function between(node, from, to, share) {
  if (!from || !to || (from.x === to.x && from.y === to.y)) return node;
  const position = share < 1 ? { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share } : to;
  return { ...node, position };
}

/** Nodes and edges as React Flow has them, drawn anew from the graph when that changes. */
function useDrawing(desk) {
  const { editor } = desk;
  const [nodes, setNodes] = useState(() => nodesOf(editor, []));
  const [edges, setEdges] = useState(() => edgesOf(editor, []));
  const [drawn] = useState(() => editor.changes);
  useEffect(() => {
    let asked = editor.changes !== drawn; // what was asked between the first drawing and now
    const draw = () => {
      asked = false;
      setNodes((old) => nodesOf(editor, old));
      setEdges((old) => edgesOf(editor, old));
    };
    if (asked) queueMicrotask(draw);
    // Several changes of one act are drawn once.
    return editor.subscribe(() => {
      if (!asked) queueMicrotask(draw);
      asked = true;
    });
  }, [editor, drawn]);
  const onNodesChange = useCallback((changes) => {
    for (const change of changes) if (change.type === "dimensions" && change.dimensions) editor.sizes.set(change.id, change.dimensions);
    const measured = new Set(changes.filter((change) => change.type === "dimensions").map((change) => change.id));
    setNodes((old) => {
      const next = applyNodeChanges(changes.filter((change) => change.type !== "remove"), old);
      // What was measured is drawn by its measures, no longer by our guess.
      for (const node of next) if (node.handles && measured.has(node.id)) node.handles = undefined;
      return next;
    });
  }, [editor]);
  const onEdgesChange = useCallback((changes) => setEdges((old) => applyEdgeChanges(changes.filter((change) => change.type !== "remove"), old)), []);
  desk.glide = useCallback((from) => {
    if (isStill() || isLarge(editor.graph.nodes)) return;
    const began = performance.now();
    const frame = (now) => {
      const share = Math.min(1, (now - began) / GLIDE_MS);
      const eased = 1 - (1 - share) ** 3;
      setNodes((old) => old.map((node) => between(node, from.get(node.id), editor.node(node.id)?.position, eased)));
      if (share < 1) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }, [editor]);
  const latest = useRef(nodes);
  latest.current = nodes;
  desk.order = () => latest.current.map((node) => node.id);
  return { nodes, edges, setNodes, setEdges, onNodesChange, onEdgesChange };
}

/** What React Flow reports of the hand's acts, as acts of the editor. Made once. */
function useHands(desk, root) {
  return useMemo(() => {
    const { editor } = desk;
    const dropped = (event, node, nodes) => editor.move(new Map((nodes ?? node).map((one) => [one.id, one.position])));
    const connecting = (on) => root.current?.classList.toggle("is-connecting", on);
    return {
      onNodeDragStop: dropped,
      onSelectionDragStop: (event, nodes) => dropped(event, nodes),
      onNodeClick: (event, node) => desk.selection.again(node.id),
      onNodeDoubleClick: (event, node) => desk.openStep(node.id),
      onConnectStart: () => connecting(true),
      onConnect: ({ source, sourceHandle, target }) => editor.connect(source, sourceHandle, target),
      onConnectEnd: (event, { isValid, toNode, fromHandle, toHandle }) => {
        connecting(false);
        if (isValid || toNode || toHandle || !fromHandle || fromHandle.type !== "source") return;
        const { clientX, clientY } = event.changedTouches?.[0] ?? event;
        const below = document.elementFromPoint(clientX, clientY);
        // Let go over the free canvas: a step is wanted there. Anywhere else nothing is meant.
        if (!below?.classList.contains("react-flow__pane")) return;
        const point = desk.view.pointAt(clientX, clientY);
        desk.add({ node: fromHandle.nodeId, exit: fromHandle.id }, { x: Math.round(point.x - 128), y: Math.round(point.y) });
      },
      onReconnectStart: () => connecting(true),
      onReconnect: (edge, { source, sourceHandle, target }) => editor.reconnect(edge.id, { from: source, exit: sourceHandle, to: target }),
      onReconnectEnd: () => connecting(false),
      isValidConnection: ({ source, target }) => source !== target && editor.node(target)?.type !== "start",
    };
  }, [desk, root]);
}

/** Keys and the clipboard, while the focus is on the canvas. */
function useKeys(desk, root) {
  useEffect(() => {
    const isHere = () => root.current?.contains(document.activeElement) && !isTyping(document.activeElement);
    const onKeyDown = (event) => {
      if (pressed(desk, event) === false) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const copied = (event) => isHere() && desk.copied(event, false);
    const cut = (event) => isHere() && !desk.editor.readOnly && desk.copied(event, true);
    const pasted = (event) => {
      if (!isHere()) return;
      event.preventDefault();
      desk.paste(event.clipboardData.getData("text/plain"));
    };
    const focused = ({ target }) => {
      const id = target.closest(".react-flow__node")?.dataset.id;
      if (id && target.matches(":focus-visible")) desk.view.reveal(id);
    };
    const here = root.current;
    here.addEventListener("keydown", onKeyDown);
    here.addEventListener("focusin", focused);
    document.addEventListener("copy", copied);
    document.addEventListener("cut", cut);
    document.addEventListener("paste", pasted);
    return () => {
      here.removeEventListener("keydown", onKeyDown);
      here.removeEventListener("focusin", focused);
      document.removeEventListener("copy", copied);
      document.removeEventListener("cut", cut);
      document.removeEventListener("paste", pasted);
    };
  }, [desk, root]);
}

/** While an exit waits for its step, a press on a step is the answer. */
function linkedTo(desk, event) {
  if (!desk.editor.linking) return;
  const node = event.target.closest(".react-flow__node-step");
  if (event.target.closest(".flow-bar, .flow-tools, .react-flow__controls")) return;
  event.stopPropagation();
  event.preventDefault();
  if (node) desk.finishLink(node.dataset.id);
  else desk.editor.link(null);
}

export function Canvas({ element, onReady }) {
  const desk = useDesk();
  const { editor } = desk;
  const root = useRef(null);
  const readOnly = useEditor(editor, modeOf);
  const linking = useEditor(editor, linkingOf);
  const far = useStore(isFar);
  const [several, setSeveral] = useState(false);
  const [selected, setSelected] = useState(NONE);
  const { nodes, edges, setNodes, setEdges, onNodesChange, onEdgesChange } = useDrawing(desk);
  const view = useView(editor, element);
  const wide = useMedia(WIDE);
  const hands = useHands(desk, root);
  desk.view = view;
  desk.selection ??= new Selection(setNodes, setEdges);
  useKeys(desk, root);

  // Not before the browser has measured the steps: sizes are what fitting and revealing go by.
  const measured = useNodesInitialized();
  const ready = useRef(false);
  const fitted = useRef(false);
  useEffect(() => {
    if (!measured || ready.current) return;
    ready.current = true;
    fitted.current = !view.isHidden();
    view.showAll().then(onReady);
  }, [measured, view, onReady]);

  // What stands beside the canvas comes and goes: the chosen step stays in sight.
  useEffect(() => {
    const seen = new ResizeObserver(() => {
      if (!ready.current || view.isHidden()) return;
      if (!fitted.current) view.showAll();
      else if (desk.selection.nodes.length === 1) view.reveal(desk.selection.nodes[0]);
      fitted.current = true;
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [desk, element, view]);

  const onSelectionChange = useCallback((chosen) => {
    desk.selection.heard(chosen.nodes, chosen.edges, (id) => Boolean(editor.node(id)));
    setSelected({ nodes: chosen.nodes.map((node) => node.id), edges: chosen.edges.map((edge) => edge.id) });
  }, [desk, editor]);
  const choosesMany = several && !readOnly;
  useEffect(() => view.store.setState({ multiSelectionActive: choosesMany }), [choosesMany, view]);

  const isOneEdge = selected.edges.length === 1 && !selected.nodes.length;
  const classes = [
    "flow", readOnly ? "is-read-only" : "is-editing", linking && "is-linking", isOneEdge && "has-one-edge", far && "is-far",
  ].filter(Boolean).join(" ");
  return (
    <div ref={root} class={classes} onClickCapture={(event) => linkedTo(desk, event)}>
      <Tools several={several} setSeveral={setSeveral} />
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onSelectionChange={onSelectionChange}
        {...hands}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        connectOnClick={false}
        connectionRadius={28}
        selectNodesOnDrag={false}
        nodeDragThreshold={3}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={readOnly ? null : "Shift"}
        selectionOnDrag={choosesMany}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={readOnly ? null : SEVERAL}
        panOnDrag={!choosesMany}
        minZoom={LEAST_ZOOM}
        onlyRenderVisibleElements={isLarge(nodes)}
        maxZoom={1.75}
        preventScrolling={!readOnly}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        panOnScroll={!readOnly}
        zoomActivationKeyCode={COMMAND}
        aria-label={editor.word("canvas")}
        ariaLabelConfig={editor.words.aria}
        proOptions={MINE}
      >
        <Background gap={20} size={1.5} />
        <Controls showInteractive={false} showFitView={false}>
          <ControlButton onClick={() => view.showAll({ whole: true, animate: true })} title={editor.word("fit")} aria-label={editor.word("fit")}>
            <Icon name="arrows-maximize" />
          </ControlButton>
        </Controls>
        {wide && nodes.length > MOST_WITHOUT_MAP && <MiniMap pannable zoomable ariaLabel={editor.word("map")} nodeClassName={(node) => node.className} />}
      </ReactFlow>
      <SelectionBar selected={selected} />
      <Dialogs />
      <Live />
    </div>
  );
}
