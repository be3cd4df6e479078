"""FR-DB-002: the calendar by pointer and by keyboard, and in another browser that moves by itself."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Meet, Person
from tests.product import until

# A quarter of an hour is drawn so high.
QUARTER = 18


def day() -> str:
    """A day of the demo salon that no other test books."""
    return (date.today() + timedelta(days=40)).isoformat()


def open_day(person: Person) -> Page:
    page = person.open(f"/calendar/?view=day&date={day()}")
    expect(page.locator("#calendar")).not_to_have_attribute("aria-busy", "true")
    return page


def visit(page: Page, guest: str) -> Locator:
    return page.locator("#calendar .ec-event:not(.ec-preview)", has_text=guest)


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"], 30) / 2


def column(page: Page, place: int, quarter: int) -> tuple[float, float]:
    """Where a quarter of an hour after eight is drawn in a professional's column."""
    box = page.locator("#calendar .ec-body .ec-day").nth(place).bounding_box()
    assert box is not None
    # The day is drawn from an hour before the salon opens.
    return box["x"] + box["width"] / 2, box["y"] + (4 + quarter) * QUARTER + 4


def book(page: Page, guest: str, place: int, quarter: int) -> None:
    """Click on a free time, and fill in the dialog."""
    page.mouse.click(*column(page, place, quarter))
    expect(page.locator("#calendar-dialog")).to_be_visible()
    page.locator("#calendar-dialog details summary").first.click()
    page.locator("#visit-name").fill(guest)
    page.locator("#service-0").select_option(label="Corte")
    page.locator("#calendar-dialog .btn-primary").click()
    expect(visit(page, guest)).to_be_visible()


def drag(page: Page, what: Locator, to: tuple[float, float]) -> None:
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 8, steps=3)
    page.mouse.move(*to, steps=10)
    page.mouse.up()


def test_fr_db_002_a_visit_is_booked_dragged_refused_undone_and_moved_by_keyboard(
    owner: Person, meet: Meet, logged_in: Any
) -> None:
    page, other = open_day(owner), open_day(meet(storage_state=logged_in, timezone_id="Asia/Tokyo"))
    owner.forgiven += ("409",)
    page.locator("#calendar .ec-main").evaluate("one => { one.scrollTop = 0; }")
    book(page, "Dora", 0, 4)
    book(page, "Elisa", 1, 4)
    expect(visit(page, "Dora")).to_contain_text("09:00–09:45")
    expect(visit(other, "Dora")).to_contain_text("09:00–09:45")
    # To ten o'clock; the browser in Tokyo sees the salon's time, by itself.
    drag(page, visit(page, "Dora"), column(page, 0, 9))
    expect(page.locator("#cal-moved")).to_be_visible()
    expect(visit(page, "Dora")).not_to_contain_text("09:00")
    moved = visit(page, "Dora").locator(".cal-event__time").inner_text()
    expect(visit(other, "Dora").locator(".cal-event__time")).to_have_text(moved)
    page.locator("#cal-moved .btn-sm").click()
    expect(visit(page, "Dora")).to_contain_text("09:00–09:45")
    expect(visit(other, "Dora")).to_contain_text("09:00–09:45")
    # Onto Elisa: it goes back, and the reason stands there with the times that are free.
    drag(page, visit(page, "Dora"), column(page, 1, 4))
    expect(page.locator("#calendar-dialog [role=alert]")).to_contain_text("Bruno Reis")
    expect(visit(page, "Dora")).to_contain_text("09:00–09:45")
    page.locator("#calendar-dialog [data-slot]").last.click()
    page.locator("#calendar-dialog .btn-primary").click()
    expect(page.locator("#calendar-dialog")).to_be_hidden()
    expect(visit(page, "Dora")).not_to_contain_text("09:00–09:45")
    # No pointer from here on.
    visit(page, "Dora").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.locator("#act-move").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#move-day")).to_be_focused()
    page.locator("#move-time").focus()
    page.locator("#move-time").fill("15:10")
    page.keyboard.press("Enter")
    expect(visit(page, "Dora")).to_contain_text("15:10–15:55")
    expect(page.locator("#visit .cal-visit__when")).to_contain_text("15:10")
    page.keyboard.press("Escape")
    expect(page.locator("#calendar-drawer")).to_be_hidden()
    expect(visit(page, "Dora")).to_be_focused()
    expect(visit(other, "Dora")).to_contain_text("15:10–15:55")


def test_fr_db_002_on_a_phone_there_is_a_list_and_one_column(meet: Meet, logged_in: Any) -> None:
    """In the dark, too: nothing is wider than the screen."""
    person = meet(storage_state=logged_in, viewport=PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    page = person.open("/calendar/")
    expect(page.locator("#calendar")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("[data-view=list]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-view=day]").tap()
    expect(page.locator("#calendar .cal-head")).to_have_count(1)
    until(lambda: page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], 5, "nothing sticks out")
