"""FR-RM-005: the salon's times, on a page."""

from crm.bookings.models import BookingPolicy
from ops.salon import inside
from tests.bookings.reminders.conftest import Guest
from tests.world import Browser, Salons

PATH = "/settings/reminders/"


def test_the_times_are_set(salons: Salons, guest: Guest) -> None:
    """FR-RM-002, FR-RM-005: with the texts beside them; what is no number is said."""
    alice = Browser(salons.aurora, "alice@example.com")
    page = alice.get_page(PATH)
    assert "Español" in page
    assert 'value="1"' in page
    good = {"days": "1, 7", "hours": "2", "quiet_from": "20:00", "quiet_until": "09:00"}
    assert alice.post(PATH, good).status_code == 303
    with inside(salons.aurora.pk):
        row = BookingPolicy.objects.get()
    assert row.reminders == [{"days": 1}, {"days": 7}, {"hours": 2}]
    assert f"{row.quiet_from:%H:%M}" == "20:00"
    for bad in ({"days": "x"}, {"hours": "0"}, {"days": "1,2,3,4,5,6"}, {"quiet_until": ""}, {"days": "9" * 40}):
        assert alice.post(PATH, {**good, **bad}).status_code == 422
    assert alice.post(PATH, {"days": ""}).status_code == 303


def test_not_by_everybody(salons: Salons, db: None) -> None:
    """FR-RM-005: who manages the salon's services."""
    for name in ("vera", "bob"):
        assert Browser(salons.aurora, f"{name}@example.com").get(PATH).status_code == 403
