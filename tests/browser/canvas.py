"""The canvas as a person has it in front of them: its page, its steps, and what it told the page."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

JSON = dict[str, Any]

MIDDLE_OF_LINE = """(line) => {
  const { x, y } = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
  return [x, y];
}"""


@dataclass(frozen=True)
class Canvas:
    """One tab with the canvas on it."""

    page: Page

    def start(self, graph: JSON, **options: Any) -> "Canvas":
        """Draw a graph, and wait until it stands."""
        self.page.evaluate("([graph, options]) => window.start(graph, options)", [graph, options])
        expect(self.page.locator("#canvas[data-ready]")).to_be_visible()
        return self

    @property
    def graph(self) -> JSON:
        """The graph as it is now."""
        found: JSON = self.page.evaluate("() => window.flowIsland.graph()")
        return found

    @property
    def ways(self) -> set[tuple[str, str, str]]:
        """The connections: from, exit, to."""
        return {(edge["from"], edge["exit"], edge["to"]) for edge in self.graph["edges"]}

    @property
    def ids(self) -> list[str]:
        """The ids of the steps."""
        return [node["id"] for node in self.graph["nodes"]]

    def step(self, name: str) -> Locator:
        """A step, or a note."""
        return self.page.locator(f'.react-flow__node[data-id="{name}"]')

    def exit(self, name: str, leaving: str) -> Locator:
        """What one drags an exit by."""
        return self.step(name).locator(f'[data-handleid="{leaving}"]')

    def plus(self, name: str, leaving: str) -> Locator:
        """The "+" on an exit."""
        return self.step(name).locator(f'.flow-step__add[data-exit="{leaving}"]')

    def edge(self, name: str) -> Locator:
        """A connection."""
        return self.page.locator(f'.react-flow__edge[data-id="{name}"]')

    def choose_edge(self, name: str) -> None:
        """Press on a connection; a straight one has no width to click on."""
        self.page.mouse.click(*self.on_edge(name))

    def on_edge(self, name: str) -> tuple[float, float]:
        """The middle of a connection's line, in the window."""
        x, y = self.edge(name).locator(".react-flow__edge-path").evaluate(MIDDLE_OF_LINE)
        return x, y

    @property
    def chosen(self) -> Locator:
        """The steps that are selected."""
        return self.page.locator(".react-flow__node.selected")

    def pick(self, kind: str) -> None:
        """Choose a step in the picker that "+" opened."""
        self.page.locator(f'#picker [data-add="{kind}"]').click()

    def tool(self, name: str) -> Locator:
        """A button of the toolbar."""
        return self.page.locator(f'.flow-tools [data-tool="{name}"]')

    def act(self, name: str) -> Locator:
        """A button of the selection's bar."""
        return self.page.locator(f'.flow-bar [data-act="{name}"]')

    def send(self, name: str, **detail: Any) -> None:
        """Tell the canvas something as the page does."""
        self.page.evaluate(
            "([name, detail]) => window.dispatchEvent(new CustomEvent(name, { detail }))", [f"flow:{name}", detail]
        )

    def heard(self, name: str) -> list[JSON]:
        """What the canvas told the page by events of this name."""
        found: list[JSON] = self.page.evaluate(
            "(name) => window.heard.filter((event) => event.name === name)", f"flow:{name}"
        )
        return found

    def says(self, words: str) -> None:
        """Somebody who listens hears this."""
        expect(self.page.locator(".flow-live")).to_contain_text(words)

    def middle(self, place: Locator) -> tuple[float, float]:
        """The middle of something, in the window."""
        box = place.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start: Locator, end: Locator | tuple[float, float], at: tuple[float, float] | None = None) -> None:
        """Press on something, move, let go on something else; `at` is where in the first to press."""
        mouse = self.page.mouse
        x, y = self.middle(start)
        if at is not None:
            box = start.bounding_box()
            assert box is not None
            x, y = box["x"] + at[0], box["y"] + at[1]
        to = end if isinstance(end, tuple) else self.middle(end)
        mouse.move(x, y)
        mouse.down()
        mouse.move((x + to[0]) / 2, (y + to[1]) / 2, steps=4)
        mouse.move(*to, steps=4)
        mouse.up()
