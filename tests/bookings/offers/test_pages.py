"""FR-DB-005, FR-DB-006: the pages answer, for whom they should."""

import pytest

from crm.bookings.actions import blocking
from crm.bookings.models import BlockedTime, DatedHours
from ops.salon import inside
from tests.bookings.conftest import Chair
from tests.world import Browser


def addresses(chair: Chair) -> list[str]:
    with inside(chair.salon_id):
        off = blocking.block(chair.ana, chair.at("09:00"), chair.at("12:00"), by=None, kind=BlockedTime.Kind.TIME_OFF)
        day = DatedHours.objects.create(professional=chair.ana, date=chair.day, hours=[])
        holiday = DatedHours.objects.create(date=chair.day, hours=[[540, 720]], is_yearly=True)
    ana = chair.ana.public_id
    return [
        "/services/new/", f"/services/{chair.colour.public_id}/", "/professionals/new/", f"/professionals/{ana}/",
        f"/professionals/{ana}/hours/", f"/professionals/{ana}/days/", f"/professionals/days/{day.public_id}/",
        f"/professionals/{ana}/time-off/", f"/professionals/time-off/{off.public_id}/", "/settings/bookings/",
        "/settings/bookings/hours/", "/settings/bookings/holidays/", "/settings/bookings/outside/",
        f"/settings/bookings/holidays/{holiday.public_id}/", "/settings/bookings/zone/", "/settings/resources/",
        f"/settings/resources/{chair.sink.public_id}/",
    ]  # fmt: skip


def test_every_page_answers_whoever_manages_and_nobody_else(chair: Chair, alice: Browser, vera: Browser) -> None:
    chair.book()
    for path in addresses(chair):
        alice.get_page(path)
        assert vera.get(path).status_code == 403, path


@pytest.mark.parametrize("path", ["/services/", "/professionals/", "/settings/bookings/review/"])
def test_lists_are_read_by_whoever_sees_bookings_without_buttons(
    chair: Chair, alice: Browser, vera: Browser, path: str
) -> None:
    assert "hx-post" not in vera.get_page(path)
    alice.get_page(path)
