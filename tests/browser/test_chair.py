"""The closed loop: booked three ways, reminded, moved and cancelled by answers, the freed place taken by who waits."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Guest, Meet, Person
from tests.browser.test_calendar import book, column, drag, visit
from tests.product import Product, until

ZONE = ZoneInfo("America/Sao_Paulo")
APPROVED = "SELECT count(*) FROM message_template WHERE name = 'booking_reminder' AND status = 'approved'"
DAYS = 3


@pytest.fixture
def guests(meet: Meet, product: Product) -> Callable[[str], Guest]:
    """Somebody with a phone of their own."""

    def one(name: str) -> Guest:
        demo, digits = product.demo, f"55119{secrets.randbelow(10**8):08d}"
        page = meet(viewport=PHONE).open(f"{demo['sandbox_url']}/phone?pnid={demo['phone_number_id']}")
        name = f"{name} {digits[-5:]}"
        page.locator("#guest-phone").fill(digits)
        page.locator("#guest-name").fill(name)
        page.locator("#guest-name").press("Tab")
        expect(page.locator("#presence")).to_have_text("conectado")
        return Guest(name, digits, page)

    return one


def the_day() -> datetime:
    """Midnight of the day on which it happens."""
    return (datetime.now(UTC).astimezone(ZONE) + timedelta(days=DAYS)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def books_by_page(page: Page, guest: Guest, day: datetime, time: str) -> None:
    """Without anybody's help; the code comes by WhatsApp."""
    page.locator("label.pick", has_text="Corte").click()
    page.locator(".bar .button").click()
    page.locator("#jump").fill(f"{day:%Y-%m-%d}")
    page.locator(".jump button").click()
    page.locator(f"section[aria-labelledby=day-{day:%Y-%m-%d}]").get_by_text(time, exact=True).click()
    page.locator("[name=name]").fill(guest.name)
    page.locator("[name=phone]").fill(guest.digits)
    page.locator("button[name=at]").click()
    expect(page.locator("#code")).to_be_visible()
    # The first of a salon waits until Meta has looked at the text.
    guest.phone.locator(".bubble--salon").get_by_role("button", name="Confirmar").click(timeout=60_000)
    expect(guest.heard.last).to_contain_text("está marcada para")


def books_by_flow(guest: Guest, day: datetime) -> None:
    """From hello to a booked visit."""
    guest.writes("oi")
    guest.phone.get_by_role("button", name="Horários").click()
    guest.phone.get_by_role("button", name="Ver serviços").click()
    guest.phone.get_by_role("dialog").get_by_role("button", name="Corte").click()
    expect(guest.heard.last).to_contain_text("Qual horário?")
    guest.writes(f"dia {day:%d/%m} às 15h")
    expect(guest.heard.last).to_contain_text("15:00")


def waits(owner: Person, guest: Guest, since: str) -> None:
    """Put on the waitlist by the owner, for that time of the day and later."""
    page = owner.open("/waitlist/new/")
    page.locator("#wait-who").fill(guest.digits[-6:])
    page.locator("#wait-people").get_by_text(guest.name).click()
    page.get_by_label("Corte").check()
    page.locator("[name=from_time]").fill(since)
    page.locator("form.narrow .btn-primary").click()
    expect(page.get_by_text(guest.name).first).to_be_visible()


def at(page: Page, guest: str, time: str) -> None:
    """The calendar has them there, by itself."""
    expect(visit(page, guest)).to_contain_text(time)


def skip(product: Product, to: datetime) -> None:
    """The demo's clock to a moment."""
    product.manage("demo_clock", f"+{int((to - datetime.now(UTC)).total_seconds())}s")


def press(guest: Guest, name: str) -> None:
    """A button of the newest message."""
    guest.heard.last.get_by_role("button", name=name, exact=True).click()


def test_bk_001_to_004_fr_rm_001_to_005_the_loop_closes(
    owner: Person, meet: Meet, logged_in: Any, guests: Callable[[str], Guest], product: Product
) -> None:
    day = the_day()
    # Open all along in another browser; nothing is loaded again there.
    calendar = meet(storage_state=logged_in).open(f"/calendar/?view=day&date={day:%Y-%m-%d}")
    expect(calendar.locator("#calendar")).not_to_have_attribute("aria-busy", "true")
    bia, carla, elisa = guests("Bia"), guests("Carla"), guests("Elisa")
    elisa.writes("oi")
    expect(elisa.heard.last).to_contain_text("Como posso ajudar?")
    waits(owner, elisa, "14:00")
    # By the public page, by the flow, by the calendar.
    books_by_page(meet(viewport=PHONE).open("/book/"), bia, day, "10:00")
    at(calendar, bia.name, "10:00–10:45")
    books_by_flow(carla, day)
    at(calendar, carla.name, "15:00–15:45")
    mine = owner.open(f"/calendar/?view=day&date={day:%Y-%m-%d}")
    at(mine, carla.name, "15:00–15:45")
    mine.locator("#calendar .ec-main").evaluate("one => { one.scrollTop = 0; }")
    dora = f"Dora {bia.digits[-4:]}"
    book(mine, dora, 0, 0)
    at(calendar, dora, "08:00–08:45")
    drag(mine, visit(mine, dora), column(mine, 1, 4))
    expect(visit(calendar, dora)).not_to_contain_text("08:00")
    until(lambda: product.one(APPROVED) > 0, 60, "Meta has looked at the reminder")
    try:
        # The afternoon before: both are reminded.
        skip(product, day - timedelta(hours=8))
        expect(bia.heard.last).to_contain_text("10:00", timeout=60_000)
        expect(carla.heard.last).to_contain_text("15:00", timeout=60_000)
        press(bia, "Remarcar")
        press(bia, "Ver horários")
        bia.phone.get_by_role("dialog").get_by_role("button").nth(1).click()
        # To another time, or another day, which this page does not show.
        expect(visit(calendar, bia.name).filter(has_text="10:00–10:45")).to_have_count(0)
        carla.writes("oi, não vou poder ir amanhã")
        expect(carla.heard.last).to_contain_text("foi cancelada")
        expect(visit(calendar, carla.name)).to_have_count(0)
        # Her place goes to the one who waits.
        expect(elisa.heard.last).to_contain_text("15:00", timeout=30_000)
        press(elisa, "Quero")
        at(calendar, elisa.name, "15:00–15:45")
        expect(visit(calendar, elisa.name)).to_have_class(re.compile("cal-event--booked"))
    finally:
        product.manage("demo_clock", "reset")
