"""The canvas with as many steps as a flow may have."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.canvas.graphs import JSON, large

Open = Callable[..., Canvas]


def test_five_hundred_steps_are_found_moved_and_joined(open_canvas: Open) -> None:
    """FL-001: only those in sight are drawn, and each can be reached; nothing of the graph is lost."""
    graph = large()
    canvas = open_canvas(graph, drawn={"bare": True})
    assert canvas.page.locator(".react-flow__node").count() < 100
    canvas.step("n0").focus()
    canvas.page.keyboard.press("/")
    canvas.page.keyboard.type("n497")
    canvas.page.keyboard.press("Enter")
    canvas.page.keyboard.press("Escape")
    expect(canvas.step("n497")).to_be_focused()
    canvas.page.keyboard.press("ArrowUp")
    expect(canvas.step("n477")).to_be_focused()
    canvas.page.keyboard.press("Alt+ArrowRight")
    (change,) = canvas.heard("change")
    assert len(change["graph"]["nodes"]) == 500
    assert [one for one in change["graph"]["nodes"] if one not in graph["nodes"]] == [moved(graph, "n477", 20)]
    assert change["graph"]["edges"] == graph["edges"]


def moved(graph: JSON, name: str, right: int) -> JSON:
    """A step of it, so far to the right."""
    node: JSON = next(node for node in graph["nodes"] if node["id"] == name)
    return {**node, "position": {"x": node["position"]["x"] + right, "y": node["position"]["y"]}}


def test_a_flow_that_nobody_placed_is_laid_out(open_canvas: Open) -> None:
    """FL-001: from top to bottom, no step on another; nothing is told as a change before there is one."""
    graph = large(40, 5)
    for node in graph["nodes"]:
        del node["position"]
    canvas = open_canvas(graph, drawn={"bare": True})
    places = {(node["position"]["x"], node["position"]["y"]) for node in canvas.graph["nodes"]}
    assert len(places) == 40
    assert not canvas.heard("change")
    canvas.tool("layout").click()
    canvas.says("Tidied up")
    canvas.tool("undo").click()
    assert {(node["position"]["x"], node["position"]["y"]) for node in canvas.graph["nodes"]} == places


def test_the_largest_flow_takes_no_more(open_canvas: Open) -> None:
    """FL-013: a copy that would pass the limit is refused with a word."""
    canvas = open_canvas(large(), drawn={"bare": True})
    canvas.step("n1").focus()
    canvas.page.keyboard.press("Control+d")
    canvas.says("A flow has at most 500 steps")
    assert len(canvas.ids) == 500
