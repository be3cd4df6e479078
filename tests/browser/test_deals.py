"""CR-002: the board by drag, by key, by the menu of a card and by finger; and what a colleague does there."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.product import until


def begin(person: Person, guest: Guest, title: str) -> Page:
    """The guest has written, and there is a deal of theirs on the board."""
    guest.writes("Oi")
    expect(guest.heard.first).to_be_visible()
    page = person.open("/deals/")
    page.locator(".page-header__actions .btn-primary").click()
    page.locator("#deal-whom").press_sequentially(guest.digits[-8:], delay=60)
    page.locator("#deal-people input").first.check(timeout=30_000)
    page.locator("#deal-dialog [name=title]").fill(title)
    page.locator("#deal-dialog [name=value]").fill("1500")
    page.locator("#deal-dialog .btn-primary").click()
    expect(card(page, title)).to_be_visible()
    return page


def card(page: Page, title: str) -> Locator:
    return page.locator("[data-deal]", has_text=title)


def column(page: Page, place: int) -> Locator:
    return page.locator("#board [data-stage]").nth(place)


def stands(page: Page, title: str, place: int, version: int) -> None:
    """The card is in that column, and there only, as the server has it."""
    expect(card(page, title)).to_have_count(1)
    expect(column(page, place).locator("[data-deal]", has_text=title)).to_have_attribute("data-version", str(version))


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cr_002_a_card_is_dragged_and_the_drag_is_undone(owner: Person, guest: Guest) -> None:
    """A second window sees both without being touched."""
    title = f"Noiva {guest.digits}"
    page = begin(owner, guest, title)
    other = owner.open("/deals/")
    stands(other, title, 0, 1)
    here, there = card(page, title).bounding_box(), column(page, 1).bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + 20, here["y"] + 50)
    page.mouse.down()
    page.mouse.move(here["x"] + 60, here["y"] + 40, steps=4)
    page.mouse.move(there["x"] + 60, there["y"] + 100, steps=8)
    page.mouse.up()
    stands(page, title, 1, 2)
    stands(other, title, 1, 2)
    page.locator("#deal-moved .btn-sm").click()
    stands(page, title, 0, 3)
    stands(other, title, 0, 3)


def test_cr_002_of_two_who_move_a_card_the_second_is_told_where_it_is(owner: Person, guest: Guest) -> None:
    """By keys, while the first one's move has not reached the second board."""
    title = f"Festa {guest.digits}"
    page = begin(owner, guest, title)
    other = owner.open("")
    other.add_init_script("delete window.WebSocket; window.WebSocket = class { close() {} };")
    other.goto(page.url)
    owner.forgiven += ("409",)
    stands(other, title, 0, 1)
    card(page, title).locator("[data-card]").focus()
    page.keyboard.press("Alt+ArrowRight")
    stands(page, title, 1, 2)
    expect(card(page, title).locator("[data-card]")).to_be_focused()
    card(other, title).locator("[data-card]").focus()
    other.keyboard.press("Alt+ArrowRight")
    expect(other.locator("#toasts")).to_contain_text("Owner")
    stands(other, title, 1, 2)
    other.keyboard.press("Alt+ArrowRight")
    stands(other, title, 2, 3)
    stands(page, title, 2, 3)


def test_cr_002_a_card_is_moved_by_its_menu_and_by_finger_on_a_phone(meet: Meet, logged_in: Any, guest: Guest) -> None:
    title = f"Prova {guest.digits}"
    page = begin(meet(storage_state=logged_in, viewport=PHONE, has_touch=True, is_mobile=True), guest, title)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # A finger that rests takes the card; at the edge the next stage comes.
    finger = page.context.new_cdp_session(page)
    card(page, title).scroll_into_view_if_needed()
    x, y = middle(card(page, title).locator(".deal__who"))

    def touch(kind: str, *place: float) -> None:
        points = [{"x": place[0], "y": place[1]}] if place else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x, y)
    expect(page.locator(".deal--held")).to_be_visible()
    for step in range(1, 9):
        touch("touchMove", x + (PHONE["width"] - 12 - x) * step / 8, y)
    across = "document.querySelector('.board__columns').scrollLeft"
    until(lambda: page.evaluate(across) > 180, 5, "the next stage comes")
    # Away from the edge it stands still.
    touch("touchMove", PHONE["width"] / 2, y)
    touch("touchEnd")
    stands(page, title, 1, 2)
    card(page, title).locator(".deal__menu").tap()
    page.locator("#move-stage").select_option(index=4)
    page.locator("#move-reason").fill("Caro")
    page.locator("#deal-dialog .btn-primary").tap()
    stands(page, title, 4, 3)
    expect(card(page, title)).to_contain_text("Caro")
