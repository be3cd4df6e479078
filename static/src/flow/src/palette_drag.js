// Dragging a step out of the page's palette, by pointer events: HTML5's drag and drop does not work by touch on Android.
const FAR_ENOUGH = 6;
const HOLD_MS = 220; // by touch a short move scrolls the palette; holding, or moving across, takes the step

function ghostOf(source, looks) {
  const ghost = document.createElement("div");
  ghost.className = "flow-ghost";
  ghost.setAttribute("aria-hidden", "true");
  if (source) ghost.append(...[...source.childNodes].map((node) => node.cloneNode(true)));
  else ghost.textContent = looks?.label ?? "";
  document.body.append(ghost);
  return ghost;
}

/** What a step dropped here would do: lie on a connection, continue an exit, or stand on its own. */
function under(canvas, x, y) {
  const found = document.elementsFromPoint(x, y);
  if (!found.some((element) => element === canvas)) return null;
  const exit = found.find((element) => element.matches(".flow-step__exit .react-flow__handle, .flow-step__add"));
  if (exit) {
    const name = exit.dataset.handleid ?? exit.dataset.exit;
    return { from: { node: exit.closest(".react-flow__node").dataset.id, exit: name }, mark: exit.closest(".flow-step__exit") };
  }
  if (found.find((element) => element.closest(".react-flow__node"))) return { taken: true };
  const edge = found.map((element) => element.closest(".react-flow__edge")).find(Boolean);
  return edge ? { edge: edge.dataset.id, mark: edge } : { free: true };
}

class Drag {
  constructor(canvas, start, node, { source = null, looks = null, drop, ended = () => {} }) {
    Object.assign(this, { canvas, node, source, looks, drop, ended, pointer: start.pointerId, x: start.clientX, y: start.clientY });
    this.isTouch = start.pointerType === "touch";
    this.began = false;
    this.events = {
      pointermove: (event) => event.pointerId === this.pointer && this.moved(event),
      pointerup: (event) => event.pointerId === this.pointer && this.up(event),
      pointercancel: (event) => event.pointerId === this.pointer && this.end(),
      keydown: (event) => event.key === "Escape" && this.end(),
      contextmenu: (event) => this.isTouch && event.preventDefault(),
      touchmove: (event) => this.began && event.cancelable && event.preventDefault(),
    };
    for (const [name, heard] of Object.entries(this.events)) window.addEventListener(name, heard, { passive: false, capture: true });
    if (this.isTouch && source) this.hold = setTimeout(() => this.begin(), HOLD_MS);
    if (!source) this.begin();
  }

  begin() {
    clearTimeout(this.hold);
    if (this.began) return;
    this.began = true;
    this.ghost = ghostOf(this.source, this.looks);
    this.place();
    this.canvas.classList.add("is-dropping");
  }

  place() {
    this.ghost.style.transform = `translate(${this.x}px, ${this.y}px) translate(-50%, -120%)`;
  }

  moved(event) {
    const dx = event.clientX - this.x;
    const dy = event.clientY - this.y;
    if (!this.began) {
      if (Math.hypot(dx, dy) < FAR_ENOUGH) return;
      this.begin();
    }
    event.preventDefault();
    this.x = event.clientX;
    this.y = event.clientY;
    this.place();
    this.mark(under(this.canvas, this.x, this.y)?.mark);
  }

  mark(element) {
    if (element === this.marked) return;
    this.marked?.classList.remove("is-target");
    element?.classList.add("is-target");
    this.marked = element;
  }

  up(event) {
    const target = this.began && under(this.canvas, event.clientX, event.clientY);
    const began = this.began;
    this.end();
    if (!began) return;
    // The click that follows is not meant for the palette's item.
    const stop = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
    window.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", stop, { capture: true }), 0);
    if (target) this.drop(this.node, { x: event.clientX, y: event.clientY, ...target });
  }

  end() {
    clearTimeout(this.hold);
    for (const [name, heard] of Object.entries(this.events)) window.removeEventListener(name, heard, { capture: true });
    this.mark(null);
    this.ghost?.remove();
    this.canvas.classList.remove("is-dropping");
    this.ended();
  }
}

/** Follow presses on [data-add] anywhere in the page; gives what ends it, and what begins a drag by hand. */
export function paletteDrag(canvas, { mayDrag, drop }) {
  let drag = null;
  const begin = (event, node, more = {}) => {
    drag?.end();
    drag = new Drag(canvas, event, node, { ...more, drop, ended: () => { drag = null; } });
  };
  const down = (event) => {
    const source = event.target.closest?.("[data-add]");
    // Out of a dialog nothing can be dragged: it lies over the canvas.
    if (!source || source.closest("dialog") || event.button !== 0 || !event.isPrimary || !mayDrag()) return;
    const node = source.dataset.node ? JSON.parse(source.dataset.node) : { type: source.dataset.add };
    begin(event, node, { source });
  };
  // Must stand before a touch begins, else the browser scrolls without asking.
  const hush = (event) => drag?.began && event.cancelable && event.preventDefault();
  const noImage = (event) => drag && event.preventDefault();
  document.addEventListener("pointerdown", down);
  document.addEventListener("touchmove", hush, { passive: false });
  document.addEventListener("dragstart", noImage);
  return {
    begin: (event, node, looks) => begin(event, node, { looks }),
    end() {
      drag?.end();
      document.removeEventListener("pointerdown", down);
      document.removeEventListener("touchmove", hush);
      document.removeEventListener("dragstart", noImage);
    },
  };
}
