// The flow canvas. The page gives a graph and words; both talk by a few events on the window; all else on the page is Django's.
//
//   const island = mountFlow(element, graph, { readOnly: true, described, words, counts, sprite });
//   island.light({ nodes: [ids], edges: [ids], current: id });    island.select(id);    island.graph();    island.unmount();
//   island.beginPaletteDrag(pointerEvent, node, looks);    what is pressed with [data-add] can be dragged without it
//
// Heard: flow:step flow:clear flow:light flow:insert flow:edit flow:patch flow:described flow:problems flow:counts flow:replace flow:show
//        flow:marks flow:undo flow:redo flow:layout flow:fit flow:readonly
// Sent:  flow:select {id}   flow:open {id}   flow:change {graph, why}   flow:add {from, position}   flow:history {undo, redo}
// What is asked before the canvas stands ([data-ready]) is done when it does.
import { ReactFlowProvider } from "@xyflow/react";
import { render } from "preact";
import { makeDesk } from "./acts.js";
import { Canvas } from "./canvas.jsx";
import { Desk } from "./desk.js";
import { Editor } from "./editor.js";
import { Sprite } from "./icon.jsx";
import { paletteDrag } from "./palette_drag.js";
import "@xyflow/react/dist/base.css";
import "./flow.css";
import "./flow_tools.css";

function litBy({ nodes = [], edges = [], current = null } = {}) {
  return { nodes: new Set(nodes), edges: new Set(edges), current };
}

/** Which field one is at, counted: its changes belong together in the history. */
function visits() {
  let field = null;
  let number = 0;
  const heard = ({ target }) => {
    const name = target.name || target.id;
    if (name && name !== field) number += 1;
    if (name) field = name;
  };
  document.addEventListener("focusin", heard);
  return { now: () => number, end: () => document.removeEventListener("focusin", heard) };
}

/** What the page may ask by events. */
function heardBy(editor, desk, visit) {
  const light = (lit) => {
    editor.set({ lit });
    if (lit.current) desk.view?.reveal(lit.current);
  };
  return {
    "flow:step": ({ node, edge, current }) => {
      const { nodes, edges } = editor.lit;
      light({
        nodes: new Set([...nodes, node]),
        edges: edge ? new Set([...edges, edge]) : edges,
        current: current === undefined ? node : current,
      });
    },
    "flow:clear": () => light(litBy()),
    "flow:light": (detail) => light(litBy(detail)),
    "flow:insert": ({ node, from, position }) => desk.insert(node, { from, position }),
    "flow:patch": ({ id, node }) => editor.patch(id, node, visit.now()),
    "flow:described": ({ described }) => editor.setDescribed(described),
    "flow:problems": ({ problems }) => editor.set({ problems: problems ?? [] }),
    "flow:counts": (counts) => editor.set({ counts }),
    "flow:marks": (marks) => editor.set({ marks: marks ?? {} }),
    "flow:replace": ({ graph, described, path }) => {
      editor.replace(graph, described);
      light(litBy(path));
    },
    "flow:show": ({ id }) => {
      if (!desk.isReady) {
        desk.wanted = id;
        return;
      }
      desk.selection.choose([id]);
      desk.view?.reveal(id);
      // Where what had the focus is gone, the step has it.
      if (document.activeElement === document.body) desk.view?.focus(id);
    },
    // A change made beside the canvas (the list of steps): one step of the history as well.
    "flow:edit": ({ graph, why }) => editor.commit(graph, why),
    "flow:undo": () => desk.undo(),
    "flow:redo": () => desk.redo(),
    "flow:layout": () => desk.tidy(),
    "flow:fit": () => desk.view?.showAll({ whole: true, animate: true }),
    "flow:readonly": ({ on }) => editor.setReadOnly(on),
  };
}

function mountFlow(element, graph, { readOnly = true, described = {}, words = {}, counts = null, sprite = "" } = {}) {
  const editor = new Editor({ graph, described, words, readOnly, counts: counts?.nodes ? counts : null });
  const desk = makeDesk(editor, document.documentElement.lang || undefined);
  const visit = visits();
  const heard = heardBy(editor, desk, visit);
  const listeners = Object.entries(heard).map(([name, act]) => [name, ({ detail }) => act(detail ?? {})]);
  for (const [name, listener] of listeners) window.addEventListener(name, listener);
  const drag = paletteDrag(element, { mayDrag: () => !editor.readOnly, drop: desk.drop });
  const onReady = () => {
    element.dataset.ready = "";
    desk.isReady = true;
    if (editor.lit.current) desk.view.reveal(editor.lit.current);
    if (desk.wanted) heard["flow:show"]({ id: desk.wanted });
  };
  element.replaceChildren();
  render(
    <Sprite.Provider value={sprite}>
      <Desk.Provider value={desk}>
        <ReactFlowProvider>
          <Canvas element={element} onReady={onReady} />
        </ReactFlowProvider>
      </Desk.Provider>
    </Sprite.Provider>,
    element,
  );
  return {
    graph: () => editor.graph,
    light: heard["flow:light"],
    select: (id) => heard["flow:show"]({ id }),
    beginPaletteDrag: drag.begin,
    unmount() {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener);
      visit.end();
      drag.end();
      render(null, element);
      delete element.dataset.ready;
    },
  };
}

window.mountFlow = (...args) => {
  window.flowIsland = mountFlow(...args);
  return window.flowIsland;
};
