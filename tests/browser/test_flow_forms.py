"""The form of a step beside the canvas: what is typed is drawn, variables by keyboard, mistakes at their character."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Meet, Person

MAKE = """async (name) => {
  const data = new FormData();
  data.append("name", name);
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  return (await fetch("/flows/new/", { method: "POST", body: data, headers })).url;
}"""
INSERT = """(detail) => window.dispatchEvent(new CustomEvent("flow:insert", { detail }))"""


def draw(person: Person, node: dict[str, Any]) -> tuple[Page, str]:
    """A new flow with one step after its start, and the form of that step; the page and the step's id."""
    page = person.open("/flows/")
    page.goto(page.evaluate(MAKE, f"Forms {node['type']}"))
    expect(page.locator(".react-flow__node")).to_have_count(1)
    page.evaluate(INSERT, {"node": node, "from": {"node": "start", "exit": "done"}})
    expect(page.locator(".react-flow__node")).to_have_count(2)
    found: list[dict[str, Any]] = page.evaluate("() => window.flowIsland.graph().nodes")
    name = next(one["id"] for one in found if one["type"] == node["type"])
    expect(page.locator(f'#flow-form[data-node-id="{name}"]')).to_be_visible()
    return page, name


def drawn(page: Page, name: str) -> Locator:
    """The step on the canvas."""
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def settings(page: Page, name: str) -> dict[str, Any]:
    """The step as the canvas has it."""
    nodes: list[dict[str, Any]] = page.evaluate("() => window.flowIsland.graph().nodes")
    return next(one for one in nodes if one["id"] == name)


def test_what_is_typed_is_drawn_and_seen_as_the_guest_sees_it(owner: Person) -> None:
    """FL-001: the focus and the caret stay where they are meanwhile."""
    page, name = draw(owner, {"type": "send_message", "text": "Oi!"})
    text = page.locator("#ff-text")
    text.fill("Bom *dia*")
    expect(page.locator("#ff-bubble strong")).to_have_text("dia")
    expect(drawn(page, name)).to_contain_text("Bom *dia*")
    text.press("Home")
    text.press_sequentially("Ana, ", delay=30)
    expect(page.locator("#ff-bubble")).to_contain_text("Ana, Bom dia")
    expect(text).to_be_focused()
    text.press_sequentially("um ")
    expect(text).to_have_value("Ana, um Bom *dia*")


def test_a_variable_is_put_in_by_keyboard(owner: Person) -> None:
    """FL-005: arrows and Enter; Escape leaves what was typed."""
    page, _name = draw(owner, {"type": "send_message", "text": "Oi!"})
    text = page.locator("#ff-text")
    text.fill("")
    text.press_sequentially("Oi, {{fir")
    expect(page.locator("#ff-list [role=option]").first).to_contain_text("contact.first_name")
    expect(text).to_have_attribute("aria-activedescendant", "ff-option-0")
    text.press("Enter")
    expect(text).to_have_value("Oi, {{ contact.first_name }}")
    expect(page.locator("#ff-list")).to_have_count(0)
    expect(page.locator("#ff-bubble")).to_contain_text("Oi, Ana")
    text.press_sequentially(" {{")
    expect(page.locator("#ff-list")).to_be_visible()
    text.press("Escape")
    expect(page.locator("#ff-list")).to_have_count(0)
    expect(page.locator("#ff-form")).to_be_visible()


def test_a_mistake_is_shown_at_its_character(owner: Person) -> None:
    """FL-004: and pressing it goes there."""
    page, _name = draw(owner, {"type": "set_variable", "variable": "x", "value": "1"})
    value = page.locator("#ff-value")
    value.fill("1 + vras.y")
    expect(page.locator("#ff-value-errors mark")).to_have_text("v")
    page.locator("#ff-value-errors .ff-caret").click()
    expect(value).to_be_focused()
    assert value.evaluate("(field) => field.selectionStart") == 4
    value.fill("1 + 1")
    expect(page.locator("#ff-value-errors mark")).to_have_count(0)


def test_buttons_come_go_and_keep_their_ways(owner: Person) -> None:
    """FL-001: a title changes, the exit stays."""
    page, name = draw(owner, {"type": "send_message", "text": "Oi!"})
    page.locator("select[name='@kind']").select_option("buttons")
    title = page.locator("#ff-buttons-rows input[type=text]")
    expect(title).to_have_count(1)
    page.locator("[data-act='add:buttons']").click()
    expect(title).to_have_count(2)
    expect(title.nth(1)).to_be_focused()
    ids = [one["id"] for one in settings(page, name)["buttons"]]
    title.nth(1).fill("Agora não")
    expect(drawn(page, name)).to_contain_text("Agora não")
    assert [one["id"] for one in settings(page, name)["buttons"]] == ids
    page.locator("#ff-buttons-rows [data-act^='up:']").nth(1).click()
    expect(title.nth(0)).to_have_value("Agora não")
    assert [one["id"] for one in settings(page, name)["buttons"]] == ids[::-1]


def test_what_is_typed_last_is_not_lost_when_another_step_is_chosen(owner: Person) -> None:
    """FL-001."""
    page, name = draw(owner, {"type": "send_message", "text": "Oi!"})
    page.locator("#ff-text").press_sequentially(" Tudo bem?")
    drawn(page, "start").locator(".flow-step__head").click()
    expect(page.locator('#flow-form[data-node-id="start"]')).to_be_visible()
    expect(drawn(page, name)).to_contain_text("Tudo bem?")


def test_a_condition_is_chosen_without_a_formula(owner: Person) -> None:
    """FL-001: a salon owner writes none."""
    page, name = draw(owner, {"type": "condition", "branches": [{"id": "a", "when": ""}]})
    page.get_by_role("group").locator("select[name$='.left']").select_option("contact.first_name")
    page.locator("input[name$='.right']").fill("Ana")
    expect(page.locator(".ff-told .ff-error")).to_have_count(0)
    page.evaluate("() => window.flowForm.flush()")
    assert settings(page, name)["branches"][0]["when"] == "plain(text(contact.first_name)) == plain('Ana')"


def test_a_formula_is_looked_up_and_tried(owner: Person) -> None:
    """FL-005."""
    page, _name = draw(owner, {"type": "set_variable", "variable": "x", "value": ""})
    page.locator("#ff-value").focus()
    page.locator("#ff-formulas > summary").click()
    page.locator("#ff-search").fill("birth")
    page.locator("#ff-search").fill("age(")
    page.locator("[data-function]:visible [data-insert-text='age(']").click()
    expect(page.locator("#ff-value")).to_have_value("age()")
    page.locator("#ff-try-formula").fill("upper(contact.first_name)")
    expect(page.locator("#ff-tried")).to_contain_text("ANA")


def test_the_form_is_a_sheet_on_a_phone(meet: Meet, logged_in: Any) -> None:
    """FL-001: at 390 px, by touch; nothing is wider than the screen."""
    page, _name = draw(
        meet(storage_state=logged_in, viewport=PHONE, has_touch=True), {"type": "send_message", "text": "Oi!"}
    )
    page.locator("#ff-text-insert").tap()
    page.locator("#ff-list [role=option]").first.tap()
    expect(page.locator("#ff-text")).to_have_value("Oi!{{ contact.first_name }}")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("[data-form-close]").tap()
    expect(page.locator("#ff-form")).to_have_count(0)
