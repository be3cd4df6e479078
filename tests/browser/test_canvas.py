"""The canvas by mouse, and what it shows: steps, connections, problems, counts and marks."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.canvas.graphs import blank, small

Open = Callable[..., Canvas]


def test_six_steps_are_built_with_the_mouse(open_canvas: Open) -> None:
    """FL-001: from an empty drawing by "+", by dragging from the palette, and by dragging from exit to step."""
    canvas = open_canvas(blank())
    canvas.plus("start", "done").click()
    canvas.pick("ask")
    canvas.plus("ask_1", "answered").click()
    canvas.pick("send_message")
    canvas.plus("send_message_1", "done").click()
    canvas.pick("wait")
    palette = canvas.page.locator("#flow-palette")
    x, y = canvas.middle(canvas.step("ask_1"))
    canvas.drag(palette.locator('[data-add="send_message"]'), (x + 330, y))
    canvas.drag(canvas.exit("ask_1", "invalid"), canvas.step("send_message_2"))
    x, y = canvas.middle(canvas.step("send_message_2"))
    canvas.drag(palette.locator('[data-add="end"]'), (x, y + 200))
    canvas.drag(canvas.exit("send_message_2", "done"), canvas.step("end_1"))
    assert canvas.ways == {
        ("start", "done", "ask_1"),
        ("ask_1", "answered", "send_message_1"),
        ("send_message_1", "done", "wait_1"),
        ("ask_1", "invalid", "send_message_2"),
        ("send_message_2", "done", "end_1"),
    }
    assert canvas.graph == canvas.heard("change")[-1]["graph"]
    assert canvas.graph.keys() == {"version", "nodes", "edges"}
    assert all(node.keys() <= {"id", "type", "position", "text"} for node in canvas.graph["nodes"])


def test_a_step_is_moved(open_canvas: Open) -> None:
    """FL-001: a drag is one change, told when it ends; undo takes it back."""
    canvas = open_canvas(small())
    x, y = canvas.middle(canvas.step("good"))
    canvas.drag(canvas.step("good"), (x - 60, y + 80), at=(60, 20))
    (change,) = canvas.heard("change")
    assert change["why"] == "move"
    moved = {node["id"]: node["position"] for node in change["graph"]["nodes"]}
    assert moved["good"] != {"x": -180, "y": 420}
    assert moved["bad"] == {"x": 180, "y": 420}
    canvas.tool("undo").click()
    assert canvas.graph == small()
    canvas.tool("redo").click()
    assert canvas.graph == change["graph"]


def test_a_click_chooses_and_a_double_click_opens(open_canvas: Open) -> None:
    """FL-001: the page hears which step is chosen, and which is to be opened."""
    canvas = open_canvas(small())
    canvas.step("good").locator(".flow-step__head").click()
    expect(canvas.chosen).to_have_count(1)
    canvas.step("bad").locator(".flow-step__head").dblclick()
    assert canvas.heard("open") == [{"name": "flow:open", "id": "bad"}]
    assert [event["id"] for event in canvas.heard("select")] == ["good", "bad"]


def test_a_press_on_the_name_of_an_exit_is_one_on_the_step(open_canvas: Open) -> None:
    """FL-001: nobody begins a connection without meaning it; the dot does when pressed, name and dot when dragged."""
    canvas = open_canvas(small())
    canvas.exit("good", "done").click(position={"x": 30, "y": 8})
    expect(canvas.chosen).to_have_attribute("data-id", "good")
    expect(canvas.page.locator(".flow-bar--linking")).to_have_count(0)
    canvas.exit("good", "done").locator(".flow-step__dot").click()
    expect(canvas.page.locator(".flow-bar--linking")).to_be_visible()
    canvas.step("bad").locator(".flow-step__head").click()
    assert ("good", "done", "bad") in canvas.ways


def test_what_is_asked_before_the_canvas_stands_is_done_when_it_does(open_canvas: Open) -> None:
    """FL-006: the page lights a path and shows a step right after it has mounted the canvas."""
    canvas = open_canvas(small())
    canvas.page.evaluate(
        """(graph) => {
          window.flowIsland.unmount();
          window.mountFlow(document.querySelector("#canvas"), graph, { readOnly: true });
          window.flowIsland.light({ nodes: ["start", "ask"], edges: ["e1"], current: "ask" });
          window.flowIsland.select("bad");
        }""",
        small(),
    )
    expect(canvas.page.locator("#canvas[data-ready]")).to_be_visible()
    expect(canvas.page.locator(".react-flow__node.is-lit")).to_have_count(2)
    expect(canvas.page.locator(".react-flow__node.is-current")).to_have_attribute("data-id", "ask")
    expect(canvas.page.locator(".react-flow__edge.is-lit")).to_have_count(1)
    expect(canvas.chosen).to_have_attribute("data-id", "bad")


def test_a_way_that_may_stay_open_can_be_led_somewhere(open_canvas: Open) -> None:
    """FL-010: an error branch has a "+" of its own, and takes no step that goes on; a rare one is chosen by Connect."""
    graph = small()
    graph["nodes"][2]["type"] = "call"
    canvas = open_canvas(graph)
    for kind in ("wait", "end"):
        canvas.step("good").locator(".flow-step__head").click()
        canvas.page.locator(f'#flow-palette [data-add="{kind}"]').click()
    assert ("good", "done", "wait_1") in canvas.ways
    assert not [way for way in canvas.ways if way[1] == "error"]
    canvas.plus("good", "error").click()
    canvas.pick("send_message")
    assert ("good", "error", "send_message_1") in canvas.ways
    canvas.step("good").locator(".flow-step__head").click()
    canvas.act("connect").click()
    canvas.page.locator("#flow-connect-exit").select_option("failed")
    canvas.page.locator("#flow-connect-to").select_option("bad")
    canvas.page.locator("dialog[open] button[type=submit], dialog[open] .btn-primary").first.click()
    assert ("good", "failed", "bad") in canvas.ways


def test_an_exit_is_led_elsewhere(open_canvas: Open) -> None:
    """FL-001: a taken exit lets its old connection go; a connection is deleted, or gets a step in between."""
    canvas = open_canvas(small())
    canvas.drag(canvas.exit("ask", "answered"), canvas.step("bad"))
    assert ("ask", "answered", "bad") in canvas.ways
    assert len(canvas.ways) == 3
    canvas.choose_edge("e1")
    canvas.page.get_by_role("button", name="Insert a step here").click()
    canvas.pick("wait")
    assert {("start", "done", "wait_1"), ("wait_1", "done", "ask")} <= canvas.ways
    canvas.choose_edge("e1")
    canvas.page.get_by_role("button", name="Delete this connection").click()
    assert ("start", "done", "wait_1") not in canvas.ways


def test_a_step_dropped_on_a_connection_lies_in_between(open_canvas: Open) -> None:
    """FL-001: also for a step whose exits are not known yet."""
    canvas = open_canvas(small())
    canvas.drag(canvas.page.locator('#flow-palette [data-add="condition"]'), canvas.on_edge("e1"))
    assert {("start", "done", "condition_1"), ("condition_1", "else", "ask")} <= canvas.ways
    assert len(canvas.ways) == 4


def test_an_exit_dropped_on_nothing_asks_for_a_step_there(open_canvas: Open) -> None:
    """FL-001: the page is told from where and at which place."""
    canvas = open_canvas(small())
    x, y = canvas.middle(canvas.step("good"))
    canvas.drag(canvas.exit("good", "done"), (x, y + 180))
    (asked,) = canvas.heard("add")
    assert asked["from"] == {"node": "good", "exit": "done"}
    canvas.pick("end")
    assert ("good", "done", "end_1") in canvas.ways


def test_a_tap_on_the_palette_continues_what_is_chosen(open_canvas: Open) -> None:
    """FL-001: after its first free exit; with nothing chosen, in the middle of what is seen."""
    canvas = open_canvas(small())
    canvas.step("good").locator(".flow-step__head").click()
    canvas.page.locator('#flow-palette [data-add="end"]').click()
    assert ("good", "done", "end_1") in canvas.ways
    canvas.page.locator(".react-flow__pane").click(position={"x": 40, "y": 300})
    canvas.page.locator('#flow-palette [data-add="wait"]').click()
    expect(canvas.step("wait_1")).to_be_in_viewport()
    assert len(canvas.ways) == 4


def test_the_start_stays(open_canvas: Open) -> None:
    """FL-001: a flow without its start is none."""
    canvas = open_canvas(small())
    canvas.step("start").locator(".flow-step__head").click()
    canvas.page.keyboard.press("Delete")
    canvas.says("The start stays")
    assert canvas.graph == small()


def test_the_end_of_a_connection_is_dragged_elsewhere(open_canvas: Open) -> None:
    """FL-001: the connection keeps its id; let go over nothing, it stays."""
    canvas = open_canvas(small())
    grip = canvas.edge("e2").locator(".react-flow__edgeupdater-target")
    x, y = canvas.middle(canvas.step("good"))
    canvas.drag(grip, (x, y + 200))
    assert canvas.graph == small()
    canvas.drag(grip, canvas.step("bad"))
    assert {"id": "e2", "from": "ask", "exit": "answered", "to": "bad"} in canvas.graph["edges"]


def test_notes_are_written_moved_and_resized(open_canvas: Open) -> None:
    """FL-001: kept in the graph beside the steps, each act one step of the history."""
    canvas = open_canvas(small())
    canvas.tool("note").click()
    field = canvas.page.get_by_role("textbox", name="Write a note")
    expect(field).to_be_focused()
    field.fill("Perguntar à Ana")
    canvas.page.keyboard.press("Escape")
    expect(canvas.step("note_1")).to_contain_text("Perguntar à Ana")
    (note,) = canvas.graph["notes"]
    assert note.keys() == {"id", "text", "position"}
    canvas.page.keyboard.press("Alt+ArrowRight")
    assert canvas.graph["notes"][0]["position"]["x"] == note["position"]["x"] + 20
    x, y = canvas.middle(canvas.step("note_1").locator(".flow-note__size"))
    canvas.drag(canvas.step("note_1").locator(".flow-note__size"), (x + 50, y + 40))
    size = canvas.graph["notes"][0]["size"]
    assert size["width"] > 220
    assert size["height"] > 130
    canvas.step("note_1").dblclick(position={"x": 20, "y": 60})
    canvas.page.get_by_role("textbox", name="Write a note").fill("")
    canvas.page.locator(".react-flow__pane").click(position={"x": 20, "y": 300})
    assert canvas.graph["notes"][0]["text"] == ""
    canvas.step("note_1").focus()
    canvas.page.keyboard.press("Delete")
    assert canvas.graph["notes"] == []


def test_tidying_up_keeps_the_order_of_exits(open_canvas: Open) -> None:
    """FL-001: what the first exit leads to stands to the left, and below."""
    canvas = open_canvas(small())
    canvas.tool("layout").click()
    places = {node["id"]: node["position"] for node in canvas.graph["nodes"]}
    assert places["good"]["x"] < places["bad"]["x"]
    assert places["start"]["y"] < places["ask"]["y"] < places["good"]["y"]


def test_another_drawing_takes_its_place(open_canvas: Open) -> None:
    """FL-005: somebody else's, an older one: what was before cannot be taken back into it."""
    canvas = open_canvas(small())
    canvas.send("insert", node={"type": "end"})
    canvas.send("replace", graph=blank(), described={}, path={"nodes": ["start"], "edges": [], "current": "start"})
    expect(canvas.page.locator(".react-flow__node")).to_have_count(1)
    expect(canvas.page.locator(".react-flow__node.is-current")).to_have_count(1)
    canvas.send("undo")
    assert canvas.graph == blank()


def test_problems_counts_and_marks_stand_on_the_steps(open_canvas: Open) -> None:
    """FL-006, FL-007: what is wrong, how many came by, and what differs."""
    canvas = open_canvas(small())
    canvas.send("problems", problems=[{"node": "bad", "field": "text", "message": "Write a text", "level": "error"}])
    canvas.send("counts", nodes={"ask": 200}, edges={"e2": 100, "e3": 60}, of=400)
    canvas.send("marks", nodes={"good": "added"}, edges={"e2": "added"})
    expect(canvas.step("ask")).to_contain_text("200 · 50 %")
    expect(canvas.step("ask")).to_contain_text("20 %")
    expect(canvas.edge("e2")).to_contain_text("100")
    expect(canvas.step("good")).to_contain_text("new")
    canvas.page.get_by_role("button", name="Problem: Write a text").click()
    assert canvas.heard("open")[-1]["id"] == "bad"


def test_reading_only_changes_nothing(open_canvas: Open) -> None:
    """FL-001: no "+", no tools, no keys that change."""
    canvas = open_canvas(small(), drawn={"readOnly": True})
    expect(canvas.page.locator(".flow-step__add")).to_have_count(0)
    x, y = canvas.middle(canvas.step("good"))
    canvas.drag(canvas.step("good"), (x + 80, y))
    canvas.step("good").locator(".flow-step__head").click()
    canvas.page.keyboard.press("Delete")
    canvas.send("insert", node={"type": "end"})
    assert canvas.graph == small()
    assert not canvas.heard("change")
    canvas.send("readonly", on=False)
    expect(canvas.plus("good", "done")).to_be_visible()
