// What one sees of the drawing: all of it, one step of it, and where the focus is.
import { getViewportForBounds, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useState } from "preact/hooks";

const READABLE = 0.55; // smaller than this the words cannot be read, so a large flow starts at its first step instead
const MARGIN = 24;
// The tools lie over the drawing above; below it the bar of the selection, and the "+" that hang from a step.
const OVER = 60;
const BELOW = 112;
export const LEAST_ZOOM = 0.1;
const FRAMES = 30; // as long as a step may take to be drawn

export function useMedia(query) {
  const list = useMemo(() => window.matchMedia(query), [query]);
  const [matches, setMatches] = useState(list.matches);
  useEffect(() => {
    const changed = () => setMatches(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [list]);
  return matches;
}

export function isStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Acts on the view, made once. */
export function useView(editor, element) {
  const flow = useReactFlow();
  const store = useStoreApi();
  return useMemo(() => {
    const boxOf = (id) => {
      const node = flow.getInternalNode(id);
      if (!node) return null;
      const { x, y } = node.internals.positionAbsolute;
      return { x, y, width: node.measured.width ?? node.width ?? 0, height: node.measured.height ?? node.initialHeight ?? 0 };
    };
    const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
    const duration = (asked) => (isStill() ? 0 : asked);

    // On a phone another part of the page may stand in its place; without a size there is no way to anywhere.
    const isHidden = () => !element.clientWidth || !element.clientHeight;

    /** The whole flow if it stays readable, else its first step at the top of the canvas. */
    const showAll = async ({ whole = false, animate = false } = {}) => {
      if (isHidden()) return;
      const bounds = flow.getNodesBounds(flow.getNodes());
      const { width, height } = store.getState();
      const zoom = Math.min(1, (width - 48) / (bounds.width || 1), (height - 128) / (bounds.height || 1));
      const first = boxOf((editor.graph.nodes.find((node) => node.type === "start") ?? editor.graph.nodes[0])?.id);
      if (whole || zoom >= READABLE || !first) {
        const all = getViewportForBounds(bounds, width, height, LEAST_ZOOM, 1, { top: `${OVER}px`, bottom: `${MARGIN * 3}px`, x: `${MARGIN}px` });
        await flow.setViewport(all, { duration: duration(animate ? 250 : 0) });
        return;
      }
      const near = READABLE * 1.4;
      await flow.setViewport({ x: width / 2 - middle(first).x * near, y: 72 - first.y * near, zoom: near });
    };

    /** Bring a step into sight if it is not, without changing how near we are. */
    const reveal = (id, { always = false } = {}) => {
      const box = boxOf(id);
      if (!box || isHidden()) return;
      const { x, y, zoom } = flow.getViewport();
      const left = box.x * zoom + x;
      const top = box.y * zoom + y;
      const right = left + box.width * zoom;
      const bottom = top + box.height * zoom;
      const { clientWidth, clientHeight } = element;
      const inSight = left >= 0 && right <= clientWidth && top >= OVER && bottom <= clientHeight - BELOW;
      if (inSight && !always) return;
      const to = middle(box);
      // A step higher than the canvas is shown from its head.
      if (box.height * zoom > element.clientHeight - OVER - BELOW) to.y = box.y + (element.clientHeight / 2 - OVER) / zoom;
      else to.y += (BELOW - OVER) / 2 / zoom;
      flow.setCenter(to.x, to.y, { zoom: Math.max(zoom, READABLE), duration: duration(250) });
    };

    const elementOf = (id) => element.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);

    /** Move the focus to a step, which may have to be drawn first. */
    const focus = (id, frames = FRAMES) => {
      const found = elementOf(id);
      reveal(id);
      if (found) return found.focus({ preventScroll: true });
      if (frames) requestAnimationFrame(() => focus(id, frames - 1));
    };

    const focused = () => document.activeElement?.closest?.(".react-flow__node")?.dataset.id ?? null;

    /** A point of the window as a point of the drawing; without one, the middle of what is seen. */
    const pointAt = (x, y) => {
      const seen = element.getBoundingClientRect();
      return flow.screenToFlowPosition({ x: x ?? seen.left + seen.width / 2, y: y ?? seen.top + seen.height / 2 });
    };
    return { flow, store, isHidden, showAll, reveal, focus, focused, boxOf, pointAt, elementOf };
  }, [flow, store, editor, element]);
}
