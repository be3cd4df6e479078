"""CR-002: the board by drag, by key and by the menu of a card on a phone."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person


def begin(person: Person, guest: Guest, title: str) -> Page:
    """The guest has written, and there is a deal of theirs on the board."""
    guest.writes("Oi")
    expect(guest.heard.first).to_be_visible()
    page = person.open("/deals/")
    page.get_by_role("link", name="New deal", exact=True).or_(
        page.locator(".page-header__actions .btn-primary")
    ).first.click()
    page.locator("#deal-whom").press_sequentially(guest.digits[-8:])
    page.locator("#deal-people input").first.check()
    page.locator("#deal-dialog [name=title]").fill(title)
    page.locator("#deal-dialog [name=value]").fill("1500")
    page.locator("#deal-dialog .btn-primary").click()
    expect(card(page, title)).to_be_visible()
    return page


def card(page: Page, title: str) -> Locator:
    return page.locator("[data-deal]", has_text=title)


def column(page: Page, place: int) -> Locator:
    return page.locator("#board [data-stage]").nth(place)


def test_cr_002_a_card_is_dragged_and_the_drag_is_undone(owner: Person, guest: Guest) -> None:
    title = f"Noiva {guest.digits}"
    page = begin(owner, guest, title)
    here, there = card(page, title).bounding_box(), column(page, 1).bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + 20, here["y"] + here["height"] - 8)
    page.mouse.down()
    page.mouse.move(here["x"] + 60, here["y"] + 40, steps=4)
    page.mouse.move(there["x"] + 60, there["y"] + 80, steps=8)
    page.mouse.up()
    expect(column(page, 1).locator("[data-deal]", has_text=title)).to_have_attribute("data-version", "2")
    page.locator("#deal-moved .btn-sm").click()
    expect(column(page, 0).locator("[data-deal]", has_text=title)).to_have_attribute("data-version", "3")


def test_cr_002_a_card_is_moved_by_keys(owner: Person, guest: Guest) -> None:
    title = f"Festa {guest.digits}"
    page = begin(owner, guest, title)
    card(page, title).locator("[data-card]").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(column(page, 1).locator("[data-deal]", has_text=title)).to_have_attribute("data-version", "2")
    expect(card(page, title).locator("[data-card]")).to_be_focused()
    page.reload()
    expect(column(page, 1)).to_contain_text(title)


def test_cr_002_a_card_is_moved_by_its_menu_on_a_phone(meet: Meet, logged_in: Any, guest: Guest) -> None:
    title = f"Prova {guest.digits}"
    page = begin(meet(storage_state=logged_in, viewport=PHONE, has_touch=True), guest, title)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    card(page, title).locator(".deal__menu").tap()
    stage = page.locator("#move-stage")
    stage.select_option(index=4)
    page.locator("#move-reason").fill("Caro")
    page.locator("#deal-dialog .btn-primary").tap()
    expect(column(page, 4)).to_contain_text(title)
    expect(column(page, 4).locator("[data-deal]", has_text=title)).to_contain_text("Caro")
