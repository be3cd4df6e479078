"""Aurora's calendar as its people see it."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from crm.bookings.models import Booking, BookingPolicy, Professional
from ops.salon import inside
from tests.bookings.conftest import Chair, chair
from tests.world import Browser

__all__ = ["chair"]
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


class Desk:
    """A person before the calendar."""

    def __init__(self, browser: Browser, chair: Chair) -> None:
        self.browser, self.chair = browser, chair
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    def days(self, many: int = 1, **more: Any) -> dict[str, Any]:
        """What stands on the day of the tests."""
        last = self.chair.day.fromordinal(self.chair.day.toordinal() + many)
        answer = self.browser.get("/calendar/days/", {"from": self.chair.day, "to": last, **more})
        assert answer.status_code == 200
        return dict(json.loads(answer.content))

    def visits(self, **more: Any) -> list[tuple[str, str, str]]:
        """Guest, from, until."""
        return [(one.get("guest", ""), one["start"][11:], one["end"][11:]) for one in self.days(**more)["visits"]]

    def drag(self, booking: Booking, start: str, **more: Any) -> Any:
        """Take it there with the pointer; the answer and what it says."""
        given = {"start": f"{self.chair.day}T{start}", "position": 0, "version": booking.version, **more}
        answer = self.browser.post(f"/calendar/bookings/{booking.public_id}/move/", given, headers=JSON)
        return answer.status_code, json.loads(answer.content)

    def act(self, booking: Booking, what: str, **more: Any) -> Any:
        """Press a button of the drawer."""
        given = {"version": booking.version, **more}
        return self.browser.post(
            f"/calendar/bookings/{booking.public_id}/{what}/", given, headers={"HX-Request": "true"}
        )


@pytest.fixture
def desk(chair: Chair, alice: Browser) -> Desk:
    """Alice's."""
    return Desk(alice, chair)


@pytest.fixture
def own_desk(chair: Chair, bob: Browser) -> Desk:
    """Bob's, who is Bia and sees his own calendar only."""
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.bia.pk).update(member=bob.member.pk)
        BookingPolicy.objects.update(own_calendar_roles=["receptionist"])
    return Desk(bob, chair)
