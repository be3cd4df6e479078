"""The canvas by touch, at the width of a phone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Locator, expect

from tests.browser.canvas import Canvas
from tests.browser.conftest import PHONE
from tests.canvas.graphs import blank, small

Open = Callable[..., Canvas]
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
THUMB = 44


class Finger:
    """A finger that presses, moves and lets go, as the screen reports it."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.session: CDPSession = canvas.page.context.new_cdp_session(canvas.page)

    def drag(self, start: Locator, end: tuple[float, float]) -> None:
        """From the middle of something to a place, across before up, as a palette that scrolls asks for."""
        x, y = self.canvas.middle(start)
        self.touch("touchStart", x, y)
        for step in range(1, 9):
            self.touch("touchMove", x + (end[0] - x) * step / 8, y + (end[1] - y) * step / 8)
        self.touch("touchEnd")

    def touch(self, kind: str, *place: float) -> None:
        """One report."""
        points = [{"x": place[0], "y": place[1]}] if place else []
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_six_steps_are_built_by_touch(open_canvas: Open) -> None:
    """FL-001: "+" and the picker, then an exit and the step it leads to, tap by tap."""
    canvas = open_canvas(blank(), **HAND)
    canvas.plus("start", "done").tap()
    canvas.page.locator('#picker [data-add="ask"]').tap()
    for made, leaving, kind in (
        ("ask_1", "answered", "send_message"),
        ("send_message_1", "done", "wait"),
        ("wait_1", "done", "send_message"),
        ("send_message_2", "done", "end"),
    ):
        canvas.plus(made, leaving).tap()
        canvas.page.locator(f'#picker [data-add="{kind}"]').tap()
    expect(canvas.step("end_1")).to_be_in_viewport()
    canvas.page.get_by_role("button", name="Show the whole flow").tap()
    expect(canvas.exit("ask_1", "invalid")).to_be_in_viewport()
    canvas.exit("ask_1", "invalid").locator(".flow-step__dot").tap()
    expect(canvas.page.locator(".flow-bar")).to_contain_text("Choose the step it leads to")
    canvas.step("send_message_2").locator(".flow-step__head").tap()
    assert canvas.ways == {
        ("start", "done", "ask_1"),
        ("ask_1", "answered", "send_message_1"),
        ("send_message_1", "done", "wait_1"),
        ("wait_1", "done", "send_message_2"),
        ("send_message_2", "done", "end_1"),
        ("ask_1", "invalid", "send_message_2"),
    }


def test_a_step_is_dragged_out_of_the_palette_by_touch(open_canvas: Open) -> None:
    """FL-001: by pointer events, as HTML5's drag and drop is not there on Android."""
    canvas = open_canvas(blank(), **HAND)
    Finger(canvas).drag(canvas.page.locator('#flow-palette [data-add="send_message"]'), (200, 560))
    assert canvas.ids == ["start", "send_message_1"]
    x, y = canvas.middle(canvas.step("send_message_1"))
    assert abs(x - 200) < 60
    assert abs(y - 560) < 60


def test_an_exit_and_a_step_are_dragged_by_touch(open_canvas: Open) -> None:
    """FL-001: a finger does what the mouse does."""
    canvas = open_canvas(small(), **HAND)
    canvas.page.get_by_role("button", name="Show the whole flow").tap()
    expect(canvas.step("bad")).to_be_in_viewport()
    Finger(canvas).drag(canvas.exit("ask", "answered"), canvas.middle(canvas.step("bad")))
    assert ("ask", "answered", "bad") in canvas.ways
    x, y = canvas.middle(canvas.step("good"))
    Finger(canvas).drag(canvas.step("good").locator(".flow-step__head"), (x, y + 60))
    assert canvas.heard("change")[-1]["why"] == "move"


def test_several_are_chosen_by_touch(open_canvas: Open) -> None:
    """FL-001: no key is held on a phone: a button says that taps add to the selection."""
    canvas = open_canvas(small(), **HAND)
    canvas.page.get_by_role("button", name="Show the whole flow").tap()
    canvas.tool("several").tap()
    canvas.step("good").locator(".flow-step__head").tap()
    canvas.step("bad").locator(".flow-step__head").tap()
    expect(canvas.chosen).to_have_count(2)
    canvas.act("delete").tap()
    assert canvas.ids == ["start", "ask"]


def test_what_is_pressed_is_as_large_as_a_thumb(open_canvas: Open) -> None:
    """UX-001: 44 pixels for each tool; the page does not scroll sideways."""
    canvas = open_canvas(small(), **HAND)
    canvas.step("good").locator(".flow-step__head").tap()
    for tool in canvas.page.locator(".flow-tool, .react-flow__controls-button").all():
        box = tool.bounding_box()
        assert box
        assert box["width"] >= THUMB
        assert box["height"] >= THUMB
    assert canvas.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(canvas.page.locator(".react-flow__minimap")).to_have_count(0)


def test_what_is_asked_of_a_hidden_canvas_is_seen_later(open_canvas: Open) -> None:
    """FL-001: on a phone the list of steps stands in its place; the browser has nothing to complain about."""
    canvas = open_canvas(small(), **{**HAND, "reduced_motion": "no-preference"})
    canvas.page.locator("#canvas").evaluate("(canvas) => { canvas.hidden = true; canvas.className = 'd-none'; }")
    canvas.send("show", id="bad")
    canvas.send("fit")
    canvas.page.locator("#canvas").evaluate("(canvas) => { canvas.hidden = false; canvas.className = ''; }")
    expect(canvas.step("bad")).to_be_in_viewport()
    expect(canvas.chosen).to_have_attribute("data-id", "bad")
