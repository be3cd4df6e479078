"""The canvas by keyboard alone (UX-001), its history and its clipboard."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.canvas.graphs import blank, small

Open = Callable[..., Canvas]


def test_six_steps_are_built_by_keyboard(open_canvas: Open) -> None:
    """FL-001, UX-001: no mouse from the empty drawing to a loop back to the question."""
    canvas = open_canvas(blank())
    keys = canvas.page.keyboard
    canvas.step("start").focus()

    def add(kind: str, made: str) -> None:
        keys.press("a")
        button = canvas.page.locator(f'#picker [data-add="{kind}"]')
        expect(button).to_be_visible()
        button.focus()
        keys.press("Enter")
        expect(canvas.step(made)).to_be_focused()

    add("ask", "ask_1")
    add("send_message", "send_message_1")
    add("wait", "wait_1")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(canvas.step("ask_1")).to_be_focused()
    add("send_message", "send_message_2")
    add("end", "end_1")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("ArrowDown")
    expect(canvas.step("send_message_1")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("c")
    expect(canvas.page.get_by_label("Leads to")).to_be_focused()
    canvas.page.get_by_label("Leads to").select_option("ask_1")
    keys.press("Tab")
    keys.press("Enter")
    expect(canvas.step("wait_1")).to_be_focused()
    assert canvas.ways == {
        ("start", "done", "ask_1"),
        ("ask_1", "answered", "send_message_1"),
        ("send_message_1", "done", "wait_1"),
        ("ask_1", "invalid", "send_message_2"),
        ("send_message_2", "done", "end_1"),
        ("wait_1", "done", "ask_1"),
    }


def test_tab_goes_through_the_steps_as_they_are_read(open_canvas: Open) -> None:
    """UX-001: from the start along the exits, and by the "+" of each that is free; the focus is seen."""
    canvas = open_canvas(small())
    canvas.step("start").focus()
    found = []
    for _ in range(5):
        canvas.page.keyboard.press("Tab")
        found.append(canvas.page.evaluate(FOCUSED))
    assert found == ["ask", "good", "good +done", "bad", "bad +done"]
    canvas.page.keyboard.press("Shift+Tab")
    canvas.page.keyboard.press("Shift+Tab")
    assert canvas.page.evaluate(FOCUSED) == "good +done"


FOCUSED = """() => {
  const { activeElement: element } = document;
  const add = element.dataset.exit ? ` +${element.dataset.exit}` : "";
  if (getComputedStyle(element).outlineStyle === "none") return "unseen";
  return element.closest(".react-flow__node")?.dataset.id + add;
}"""


def test_keys_move_open_and_delete_the_step_in_focus(open_canvas: Open) -> None:
    """FL-001: Alt and arrows are one step back, however many; deleting hands the focus on."""
    canvas = open_canvas(small())
    keys = canvas.page.keyboard
    canvas.step("good").focus()
    keys.press("Alt+ArrowRight")
    keys.press("Alt+ArrowDown")
    assert next(node for node in canvas.graph["nodes"] if node["id"] == "good")["position"] == {"x": -160, "y": 440}
    keys.press("Control+z")
    assert canvas.graph == small()
    keys.press("Enter")
    assert canvas.heard("open")[-1]["id"] == "good"
    keys.press("Delete")
    assert canvas.ids == ["start", "ask", "bad"]
    assert len(canvas.ways) == 2
    expect(canvas.step("ask")).to_be_focused()
    canvas.says("1 deleted")


def test_undo_and_redo_go_act_by_act(open_canvas: Open) -> None:
    """FL-001: adding with its connection is one step; what is typed into one field is one; a new act ends redoing."""
    canvas = open_canvas(small())
    canvas.send("insert", node={"type": "end"}, **{"from": {"node": "good", "exit": "done"}})
    for text in ("O", "Oi", "Oi!"):
        canvas.send("patch", id="good", node={"id": "good", "type": "send_message", "text": text})
    assert [event["why"] for event in canvas.heard("change")] == ["add", "patch", "patch", "patch"]
    canvas.step("good").focus()
    canvas.page.keyboard.press("Control+z")
    assert text_of(canvas) == "Até lá!"
    canvas.page.keyboard.press("Control+z")
    assert canvas.graph == small()
    expect(canvas.tool("undo")).to_have_attribute("aria-disabled", "true")
    canvas.page.keyboard.press("Control+y")
    canvas.page.keyboard.press("Control+Shift+z")
    assert text_of(canvas) == "Oi!"
    canvas.send("undo")
    canvas.send("insert", node={"type": "wait"}, position={"x": 600, "y": 0})
    expect(canvas.tool("redo")).to_have_attribute("aria-disabled", "true")


def test_another_field_is_another_step_of_the_history(open_canvas: Open) -> None:
    """FL-001: the same field visited twice is two steps."""
    canvas = open_canvas(small())
    for text in ("Oi", "Olá"):
        canvas.send("patch", id="good", node={"type": "send_message", "text": text})
        canvas.page.evaluate(VISIT)
    canvas.send("undo")
    assert text_of(canvas) == "Oi"


VISIT = """() => {
  for (const name of ["text", "other"]) {
    const field = document.createElement("input");
    field.name = name;
    document.body.append(field);
    field.focus();
    field.remove();
  }
}"""


def text_of(canvas: Canvas) -> str:
    """What the step good says."""
    return str(next(node for node in canvas.graph["nodes"] if node["id"] == "good").get("text"))


def test_steps_are_copied_and_pasted(open_canvas: Open) -> None:
    """FL-001: with the connections among them, under new ids, and never the start."""
    canvas = open_canvas(small(), permissions=["clipboard-read", "clipboard-write"])
    keys = canvas.page.keyboard
    canvas.step("ask").focus()
    keys.press("Control+a")
    expect(canvas.chosen).to_have_count(4)
    keys.press("Control+c")
    canvas.says("3 copied")
    keys.press("Control+v")
    expect(canvas.chosen).to_have_count(3)
    assert canvas.ids[4:] == ["ask_1", "send_message_1", "send_message_2"]
    assert canvas.ways >= {("ask_1", "answered", "send_message_1"), ("ask_1", "invalid", "send_message_2")}
    assert len(canvas.ways) == 5
    keys.press("Control+x")
    assert canvas.graph == small()
    other = open_canvas(blank())
    other.page.evaluate("(text) => localStorage.setItem('cadeira-flow-clipboard', text)", copied(canvas))
    other.tool("paste").click()
    other.says("3 pasted")
    assert len(other.ids) == 4


def copied(canvas: Canvas) -> str:
    """What stands on the clipboard."""
    return str(canvas.page.evaluate("() => navigator.clipboard.readText()"))


def test_what_is_not_of_ours_is_not_pasted(open_canvas: Open) -> None:
    """FL-001: other texts, and kinds of steps that are not there, are refused with a word."""
    canvas = open_canvas(small(), permissions=["clipboard-read", "clipboard-write"])
    canvas.step("ask").focus()
    canvas.page.evaluate("() => navigator.clipboard.writeText('Bom dia')")
    canvas.page.keyboard.press("Control+v")
    canvas.says("There are no steps on the clipboard")
    unknown = '{"cadeira-flow": 1, "nodes": [{"id": "x", "type": "teleport", "position": {"x": 0, "y": 0}}]}'
    canvas.page.evaluate("(text) => navigator.clipboard.writeText(text)", unknown)
    canvas.page.keyboard.press("Control+v")
    canvas.says("teleport")
    assert canvas.graph == small()


def test_several_are_duplicated_moved_and_deleted(open_canvas: Open) -> None:
    """FL-001: chosen by an area, by clicks and by keys; each act is one step of the history."""
    canvas = open_canvas(small())
    keys = canvas.page.keyboard
    good, bad = canvas.step("good").bounding_box(), canvas.step("bad").bounding_box()
    assert good
    assert bad
    keys.down("Shift")
    canvas.page.mouse.move(good["x"] - 30, good["y"] + 20)
    canvas.page.mouse.down()
    canvas.page.mouse.move(bad["x"] + 80, bad["y"] + 60, steps=6)
    canvas.page.mouse.up()
    keys.up("Shift")
    expect(canvas.chosen).to_have_count(2)
    canvas.act("duplicate").click()
    expect(canvas.step("send_message_2")).to_be_visible()
    assert len(canvas.ids) == 6
    expect(canvas.chosen).to_have_count(2)
    keys.press("Alt+ArrowRight")
    canvas.act("delete").click()
    assert canvas.graph == small()
    canvas.send("undo")
    canvas.send("undo")
    canvas.send("undo")
    assert canvas.graph == small()


def test_search_finds_and_shows(open_canvas: Open) -> None:
    """FL-001: by words of a summary, without accents; Enter goes on, Escape hands the focus to the step."""
    canvas = open_canvas(small())
    canvas.step("start").focus()
    canvas.page.keyboard.press("Control+f")
    canvas.page.keyboard.type("ate la")
    canvas.page.keyboard.press("Enter")
    expect(canvas.chosen).to_have_attribute("data-id", "good")
    canvas.page.get_by_role("combobox").fill("message")
    canvas.page.keyboard.press("Enter")
    canvas.page.keyboard.press("Enter")
    expect(canvas.chosen).to_have_attribute("data-id", "bad")
    canvas.says("2 found, 2 shown")
    canvas.page.keyboard.press("Escape")
    expect(canvas.step("bad")).to_be_focused()


def test_help_lists_the_keys(open_canvas: Open) -> None:
    """UX-001: "?" opens it, Escape closes it, and the focus is where it was."""
    canvas = open_canvas(small())
    canvas.step("ask").focus()
    canvas.page.keyboard.press("?")
    expect(canvas.page.get_by_role("dialog", name="Keys and gestures")).to_contain_text("Ctrl + Z")
    canvas.page.keyboard.press("Escape")
    expect(canvas.step("ask")).to_be_focused()
