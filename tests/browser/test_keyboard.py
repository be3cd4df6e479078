"""The pages by keyboard alone (UX-001): in order, with a focus that is seen, and a way out of every menu."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guest, Meet, Person
from tests.product import Product

FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  return { tag: element.tagName, id: element.id,
           words: element === document.body ? "" : (element.getAttribute("aria-label") ?? element.textContent).trim(),
           seen: element === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none" };
}"""


def tab(page: Page, times: int = 1) -> dict[str, str]:
    """Press Tab; where the focus is then. It must be seen there."""
    found: dict[str, str] = {}
    for _ in range(times):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        assert found["seen"], f"the focus cannot be seen on {found}"
    return found


def test_one_logs_in_by_keyboard(meet: Meet, product: Product) -> None:
    demo = product.demo
    page = meet().open(f"{demo['public_url']}/accounts/login/")
    assert "página" in tab(page)["words"]
    while page.evaluate("document.activeElement.id") != "id_login":
        tab(page)
    page.keyboard.type(demo["owner_email"])
    assert tab(page)["id"] == "id_password"
    page.keyboard.type(demo["owner_password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/salons/")


def test_one_answers_by_keyboard(owner: Person, guest: Guest) -> None:
    guest.writes("oi")
    page = owner.open("/inbox/")
    expect(page.locator(".row-item", has_text=guest.name)).to_be_visible()
    for _ in range(60):
        if guest.name in tab(page)["words"]:
            break
    page.keyboard.press("Enter")
    expect(page.locator(".talk")).to_be_visible()
    expect(page.get_by_label("A sua mensagem")).to_be_visible()
    for _ in range(80):
        if tab(page)["id"] == "composer-text":
            break
    page.keyboard.type("Oi! Já respondo.")
    page.keyboard.press("Enter")
    expect(guest.heard.last).to_contain_text("Oi! Já respondo.")


def test_escape_closes_a_menu_and_gives_the_focus_back(owner: Person) -> None:
    page = owner.open("/")
    menu = page.locator(".person--side")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.locator(".person__menu")).to_be_visible()
    tab(page)
    page.keyboard.press("Escape")
    expect(menu.locator(".person__menu")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_steps_of_a_flow_are_reached_by_keyboard(owner: Person) -> None:
    page = owner.open("/flows/")
    page.get_by_role("link", name="Boas-vindas").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#canvas")).to_have_attribute("data-ready", "")
    for _ in range(40):
        tab(page)
        if page.evaluate("document.activeElement.matches('.react-flow__node')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
