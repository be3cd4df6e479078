// The flow canvas. The page gives a graph and words, and hears and sends a few events; all else on it is Django's.
//
//   const island = mountFlow(element, graph, { readOnly: true, described, words, sprite });
//   island.light({ nodes: [ids], edges: [ids], current: id });    island.select(id);    island.unmount();
//
// Heard on window:  flow:step {node, edge?, current?} lights one step more;  flow:clear puts all lights out.
// Sent on window:   flow:select {id}.
import { ReactFlowProvider } from "@xyflow/react";
import { render } from "preact";
import { Canvas } from "./canvas.jsx";
import { Sprite } from "./step_node.jsx";
import "@xyflow/react/dist/base.css";
import "./flow.css";

function nothingLit() {
  return { nodes: new Set(), edges: new Set(), current: null };
}

function mountFlow(element, graph, { readOnly = true, described = {}, words = {}, sprite = "" } = {}) {
  let lit = nothingLit();
  let canvas = null;

  const show = () => {
    canvas?.light(lit);
    if (lit.current) canvas?.reveal(lit.current);
  };
  const light = ({ nodes = [], edges = [], current = null }) => {
    lit = { nodes: new Set(nodes), edges: new Set(edges), current };
    show();
  };
  const onStep = ({ detail }) => {
    lit.nodes.add(detail.node);
    if (detail.edge) lit.edges.add(detail.edge);
    lit.current = detail.current === undefined ? detail.node : detail.current;
    show();
  };
  const onClear = () => {
    lit = nothingLit();
    show();
  };
  const onReady = (handle) => {
    canvas = handle;
    element.dataset.ready = "";
    show(); // steps may have come before the canvas had its sizes
  };

  window.addEventListener("flow:step", onStep);
  window.addEventListener("flow:clear", onClear);
  element.replaceChildren();
  render(
    <Sprite.Provider value={sprite}>
      <ReactFlowProvider>
        <Canvas graph={graph} described={described} words={words} readOnly={readOnly} element={element} onReady={onReady} />
      </ReactFlowProvider>
    </Sprite.Provider>,
    element,
  );
  return {
    light,
    select: (id) => canvas?.select(id),
    unmount() {
      window.removeEventListener("flow:step", onStep);
      window.removeEventListener("flow:clear", onClear);
      render(null, element);
    },
  };
}

window.mountFlow = mountFlow;
