"""A guest's visits beside them, on their page and on their timeline (FR-RM-004)."""

from typing import Any

import pytest
from django.utils import translation

from crm.bookings.actions import moving, states
from crm.bookings.models import Booking, BookingPolicy, Professional, Reminder
from crm.inbox.models import Conversation
from ops import clock
from ops.salon import inside
from tests.bookings.conftest import Chair, chair
from tests.world import Browser

__all__ = ["chair"]


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def card(browser: Browser, chair: Chair) -> str:
    answer = browser.get(f"/contacts/{chair.contact.public_id}/bookings/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_next_visit_stands_first(chair: Chair, alice: Browser) -> None:
    later, nearer = chair.book("15:00"), chair.book("10:00")
    shown = card(alice, chair)
    assert shown.index(str(nearer.public_id)) < shown.index(str(later.public_id))
    assert f"/calendar/new/?contact={chair.contact.public_id}" in shown


def test_it_tells_how_far_the_reminder_is(chair: Chair, alice: Browser) -> None:
    """FR-RM-004: delivery is shown with the visit."""
    booking = chair.book()
    with inside(chair.salon_id):
        row = Reminder.objects.get(booking=booking)
        Reminder.objects.filter(pk=row.pk).update(state="failed", channel="whatsapp", sent_at=clock.now())
    assert "text-danger" in card(alice, chair)


def test_who_sees_only_their_own_calendar_sees_no_others(chair: Chair, bob: Browser) -> None:
    mine, other = chair.book("10:00"), chair.book("11:30", who=chair.bia)
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.ana.pk).update(member=bob.member.pk)
        BookingPolicy.objects.update(own_calendar_roles=[bob.member.role])
    shown = card(bob, chair)
    assert str(mine.public_id) in shown
    assert str(other.public_id) not in shown


def test_another_salon_sees_nothing(chair: Chair, charlie: Browser) -> None:
    assert charlie.get(f"/contacts/{chair.contact.public_id}/bookings/").status_code == 404


def test_the_timeline_tells_what_happened_to_a_visit(chair: Chair, alice: Browser) -> None:
    """FR-RM-003: booked, moved, cancelled by the guest, with the way to the visit."""
    booking = chair.book()
    with inside(chair.salon_id):
        moved = moving.move(booking, chair.at("14:00"), by=None)
        states.cancel(moved, by=chair.contact)
    answer = alice.get(f"/contacts/{chair.contact.public_id}/history/")
    assert answer.status_code == 200
    told = answer.content.decode()
    assert told.count(f"/calendar/bookings/{booking.public_id}/") == 3
    assert "10:00" in told and "14:00" in told
    assert "Corte · Ana" in told


def test_the_timeline_tells_of_reminders(chair: Chair, alice: Browser) -> None:
    booking = chair.book()
    with inside(chair.salon_id):
        Reminder.objects.filter(booking=booking).update(
            state="sent", channel="whatsapp", sent_at=clock.now(), answer="confirm"
        )
    told = alice.get(f"/contacts/{chair.contact.public_id}/history/").content.decode()
    assert told.count(f"/calendar/bookings/{booking.public_id}/") == 2


def test_pages_ask_for_the_card(chair: Chair, alice: Browser) -> None:
    page = alice.get(f"/contacts/{chair.contact.public_id}/").content.decode()
    assert f"/contacts/{chair.contact.public_id}/bookings/" in page
    with inside(chair.salon_id):
        assert Booking.objects.count() == 0
        assert Conversation.objects.count() == 0
