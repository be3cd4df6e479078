"""Drawing a flow in the builder: by mouse, by touch, beside a colleague, offline, back to an older version (FL-001)."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Meet, Person

# The icons of kinds of steps, which no language changes.
START, WAIT, VARIABLE, END = "player-play", "hourglass", "variable", "flag"
MESSAGE, QUESTION = "message-circle", "help-circle"


def is_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def ready(page: Page) -> Page:
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    expect(page.locator("[data-live-state]")).to_have_class(re.compile("is-live"))
    return page


def node(page: Page, icon: str) -> Locator:
    """A step on the canvas by its icon."""
    return page.locator(f'.react-flow__node:has(use[href$="#{icon}"])')


def lists(page: Page, *icons: str) -> None:
    """The list of steps has these, in this order."""
    steps = page.locator("#outline .outline-step")
    expect(steps).to_have_count(len(icons))
    for number, icon in enumerate(icons):
        expect(steps.nth(number).locator(f'.outline-step__open use[href$="#{icon}"]').first).to_be_visible()


def types(page: Page) -> list[str]:
    """The kinds of steps of the drawing, as the canvas has it."""
    return list(page.evaluate("() => window.flowIsland.graph().nodes.map((node) => node.type)"))


def ways(page: Page) -> set[tuple[str, str]]:
    """From type to type."""
    script = """() => {
      const { nodes, edges } = window.flowIsland.graph();
      const type = (id) => nodes.find((node) => node.id === id).type;
      return edges.map((edge) => [type(edge.from), type(edge.to)]);
    }"""
    return {(source, target) for source, target in page.evaluate(script)}


def add(page: Page, kind: str) -> None:
    """From the palette beside the canvas."""
    page.locator(f".builder__palette section:not([data-palette-recent]) [data-add={kind}]").click()


@pytest.fixture
def new_flow(owner: Person) -> Callable[[], Page]:
    """A new flow, open to be drawn; made from the list as a person does."""

    def made() -> Page:
        page = owner.open("/flows/")
        page.locator(".builder-menu summary").click()
        page.locator("#new-flow-name").fill(f"Fluxo {secrets.token_hex(4)}")
        page.locator(".new-flow button").click()
        return ready(page)

    return made


def test_a_flow_is_drawn_named_and_published(new_flow: Callable[[], Page]) -> None:
    """FL-001: from nothing to what guests meet."""
    page = new_flow()
    page.locator("#first-steps [data-add=send_message]").first.click()
    expect(node(page, MESSAGE)).to_be_visible()
    add(page, "end")
    is_saved(page)
    assert ways(page) == {("start", "send_message"), ("send_message", "end")}
    page.locator("[data-rename]").click()
    page.locator("#flow-name-input").fill("Acolhida")
    page.locator("#flow-name-input").press("Enter")
    expect(page.locator(".builder-name__text")).to_have_text("Acolhida")
    page.locator("[data-publish]").click()
    page.locator("#publish-note").fill("A primeira")
    page.locator("#publish-dialog .btn-primary").click()
    expect(page.locator("#publish-dialog")).to_be_hidden()
    expect(page.locator("#flow-state [role=switch]")).to_be_visible()
    # It takes every message: no other test's guest may meet it.
    page.locator("#flow-state [role=switch]").click()
    expect(page.locator("#flow-state [role=switch]")).to_have_attribute("aria-checked", "false")
    page.reload()
    assert types(ready(page)) == ["start", "send_message", "end"]


def test_a_step_is_added_at_an_exit_by_the_picker(new_flow: Callable[[], Page]) -> None:
    """FL-001: “+”, a filter, Enter; what was used lately comes first."""
    page = new_flow()
    page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('flow:add', { detail: { from: { node: 'start', exit: 'done' } } }))"
    )
    picker = page.locator("#flow-picker")
    expect(picker).to_be_visible()
    page.locator("#palette-filter").fill("condi")
    page.locator("#palette-filter").press("Enter")
    expect(picker).to_be_hidden()
    is_saved(page)
    assert ways(page) == {("start", "condition")}
    expect(page.locator(".builder__palette [data-palette-recent] [data-add]").first).to_have_attribute(
        "data-add", "condition"
    )
    # From inside of its form, as from anywhere: what was added is what opens.
    expect(page.locator("#flow-form")).to_have_attribute("data-node-id", "condition_1")
    page.locator("#flow-form [name$=label]").first.focus()
    page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('flow:add',"
        " { detail: { from: { node: 'condition_1', exit: 'else' } } }))"
    )
    page.locator("#flow-picker section:not([data-palette-recent]) [data-add=ask]").click()
    expect(page.locator("#flow-form")).to_have_attribute("data-node-id", "ask_1")
    expect(page.locator("#flow-form textarea").first).to_be_focused()


def test_problems_lead_to_the_step_and_stop_a_publish(new_flow: Callable[[], Page]) -> None:
    """FL-001: shown on the node and in the list, with a click to it."""
    page = new_flow()
    add(page, "ask")
    is_saved(page)
    expect(page.locator(".builder-bar__problems")).to_be_visible()
    page.locator("#tab-problems").click()
    page.locator("#problems .problem--error").first.click()
    expect(page.locator("#panel textarea:focus, #panel input:focus")).to_have_count(1)
    page.locator("[data-publish]").click()
    expect(page.locator("#publish-dialog .btn-primary")).to_be_disabled()
    expect(page.locator("#publish-dialog .problem--error").first).to_be_visible()


def test_two_who_draw_at_once_lose_nothing(
    new_flow: Callable[[], Page], owner: Person, meet: Meet, logged_in: Any
) -> None:
    """FL-001: the second is told what the first changed; keep mine, or see theirs."""
    owner.forgiven = ("409",)
    mine = new_flow()
    add(mine, "wait")
    is_saved(mine)
    colleague = meet(storage_state=logged_in)
    colleague.forgiven = ("409",)
    theirs = ready(colleague.open(mine.url))
    add(theirs, "tell_team")
    is_saved(theirs)
    expect(mine.locator("#others-notice")).to_be_visible()
    # Both go on: who is slower decides.
    add(mine, "set_variable")
    expect(mine.locator("#collision-dialog")).to_be_visible()
    expect(mine.locator("#collision-dialog .changes li")).to_have_count(1)
    mine.locator("[data-collision=mine]").click()
    is_saved(mine)
    assert "set_variable" in types(mine) and "tell_team" not in types(mine)
    add(theirs, "end")
    expect(theirs.locator("#collision-dialog")).to_be_visible()
    theirs.locator("[data-collision=theirs]").click()
    is_saved(theirs)
    assert types(theirs) == types(mine)


def test_who_only_looks_follows(new_flow: Callable[[], Page], meet: Meet, logged_in: Any) -> None:
    """FL-001: an open page of a colleague is told at once."""
    page = new_flow()
    other = ready(meet(storage_state=logged_in).open(page.url))
    add(page, "wait")
    is_saved(page)
    expect(node(other, WAIT)).to_be_visible()
    expect(other.locator("#others-notice")).to_be_visible()


def test_without_a_connection_it_is_kept_and_saved_later(new_flow: Callable[[], Page], owner: Person) -> None:
    """FL-001: nothing drawn is lost."""
    owner.forgiven = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "Failed to load resource")
    page = new_flow()
    owner.context.set_offline(True)
    add(page, "wait")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "offline")
    assert page.evaluate("() => Object.keys(localStorage).some((key) => key.startsWith('flow-draft:'))")
    owner.context.set_offline(False)
    is_saved(page)
    assert not page.evaluate("() => Object.keys(localStorage).some((key) => key.startsWith('flow-draft:'))")


def test_an_older_version_comes_back(new_flow: Callable[[], Page]) -> None:
    """FL-001: history, difference in words and on the canvas, restore."""
    page = new_flow()
    url = page.url
    page.locator("#first-steps [data-add=send_message]").first.click()
    is_saved(page)
    publish(page)
    page.locator("#flow-state [role=switch]").click()
    add(page, "end")
    is_saved(page)
    publish(page)
    page.goto(f"{url}versions/")
    expect(page.locator(".difference--added")).to_be_visible()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.locator("#version-1 form button").first.click()
    assert types(ready(page)) == ["start", "send_message"]
    expect(page.locator("#flow-state .bg-yellow-lt")).to_be_visible()


def publish(page: Page) -> None:
    page.locator("[data-publish]").click()
    page.locator("#publish-dialog .btn-primary").click()
    expect(page.locator("#publish-dialog")).to_be_hidden()


def test_the_list_of_steps_is_a_way_to_draw(new_flow: Callable[[], Page]) -> None:
    """FL-001: add after, move, delete, without the canvas."""
    page = new_flow()
    for kind in ("wait", "set_variable"):
        add(page, kind)
        is_saved(page)
    page.locator("#tab-outline").click()
    lists(page, START, WAIT, VARIABLE)
    page.locator("#outline [data-move-up]").last.click()
    lists(page, START, VARIABLE, WAIT)
    page.locator("#outline [data-add-after]").last.click()
    page.locator("#flow-picker section:not([data-palette-recent]) [data-add=end]").click()
    lists(page, START, VARIABLE, WAIT, END)
    page.locator("#outline [data-remove-node]").nth(1).click()
    lists(page, START, VARIABLE, END)
    assert ways(page) == {("start", "set_variable"), ("set_variable", "end")}
    page.locator("[data-tool=undo]").click()
    lists(page, START, VARIABLE, WAIT, END)
    # By keyboard from the list, which is no part of the canvas; the keys of a text belong to the text.
    page.locator("#outline .outline-step__open").first.focus()
    page.keyboard.press("Control+y")
    lists(page, START, VARIABLE, END)
    page.locator("#palette-filter").first.fill("x")
    page.keyboard.press("Control+z")
    page.locator("#tab-outline").focus()
    page.keyboard.press("Control+z")
    lists(page, START, VARIABLE, WAIT, END)


def test_it_is_drawn_on_a_phone(meet: Meet, logged_in: Any) -> None:
    """FL-001: by touch at 390 px, nothing beside the screen."""
    page = meet(storage_state=logged_in, viewport=PHONE, has_touch=True, is_mobile=True).open("/flows/")
    page.locator(".builder-menu summary").tap()
    page.locator("#new-flow-name").fill(f"Celular {secrets.token_hex(4)}")
    page.locator(".new-flow button").tap()
    ready(page)
    page.locator("#first-steps [data-add=ask]").tap()
    expect(page.locator("#panel form")).to_be_visible()
    page.locator("[data-form-close]").tap()
    page.locator("#tab-outline").tap()
    lists(page, START, QUESTION)
    page.locator("#outline [data-add-after]").last.tap()
    page.locator("#flow-picker section:not([data-palette-recent]) [data-add=end]").tap()
    is_saved(page)
    assert ways(page) == {("start", "ask"), ("ask", "end")}
    # The canvas and its tools are not in sight here.
    page.locator("[data-history=undo]").tap()
    lists(page, START, QUESTION)
    expect(page.locator("[data-history=redo]")).to_have_attribute("aria-disabled", "false")
    page.locator("[data-history=redo]").tap()
    lists(page, START, QUESTION, END)
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
