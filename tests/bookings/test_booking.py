"""BK-002: what is booked keeps its people and things busy; nobody else gets them."""

from datetime import timedelta

import pytest

from crm.bookings.actions import states
from crm.bookings.actions.booking import ItemWanted, NewBooking, WrongItem, book
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.availability.types import Reason
from crm.bookings.models import Booking, BookingMove, Reminder
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from tenants.audit.models import AuditEntry
from tests.bookings.conftest import Chair


def test_it_is_booked(chair: Chair) -> None:
    booking = chair.book("10:00")
    assert (booking.state, booking.price_minor, booking.currency, booking.version) == ("booked", 8000, "BRL", 1)
    assert (booking.zone, booking.wall_clock[11:]) == ("America/Sao_Paulo", "10:00")
    assert chair.busy(booking) == [(chair.ana.pk, "10:00", "11:00", True)]
    with inside(chair.salon_id):
        assert AuditEntry.objects.get(subject=str(booking.public_id)).action == "booking.booked"
        event = Event.objects.get(subject=booking.public_id)
        move = BookingMove.objects.get(booking=booking)
    assert (event.kind, event.payload["contact_id"]) == ("booking.booked", chair.contact.pk)
    assert (move.what, move.by_kind, move.after["items"][0]["professional"]) == ("booked", "system", "Ana")


def test_processing_time_leaves_the_professional_free_and_takes_the_sink(chair: Chair) -> None:
    booking = chair.book("10:00", service=chair.colour)
    assert chair.busy(booking) == [
        (chair.ana.pk, "10:00", "10:30", True), (chair.sink.pk, "10:00", "12:00", True),
        (chair.ana.pk, "11:30", "12:00", True),
    ]  # fmt: skip
    assert chair.book("10:30").state == "booked"


def test_the_place_of_another_is_refused_with_the_nearest_that_are_free(chair: Chair) -> None:
    chair.book("10:00")
    with pytest.raises(SlotTaken) as taken:
        chair.book("10:30")
    assert {why.reason for why in taken.value.why} == {Reason.BUSY}
    with inside(chair.salon_id):
        assert len(taken.value.free) == 5
        assert Booking.objects.count() == 1


def test_anyone_is_who_is_free(chair: Chair) -> None:
    chair.book("10:00")
    with inside(chair.salon_id):
        item = ItemWanted(chair.cut.pk, None, chair.at("10:00"))
        booking = book(NewBooking(items=[item], contact=chair.contact), by=None)
    assert [(item.professional_id, item.is_anyone) for item in chair.items(booking)] == [(chair.bia.pk, True)]


def test_several_services_follow_each_other(chair: Chair) -> None:
    items = [ItemWanted(chair.colour.pk, chair.ana.pk, chair.at("09:00")), ItemWanted(chair.cut.pk, chair.ana.pk)]
    with inside(chair.salon_id):
        booking = book(NewBooking(items=items, contact=chair.contact), by=None)
    assert booking.ends_at == chair.at("11:45")
    assert booking.price_minor == 28000
    assert [span for span in chair.busy(booking) if span[0] == chair.ana.pk] == [
        (chair.ana.pk, "09:00", "09:30", True), (chair.ana.pk, "10:30", "11:00", True),
        (chair.ana.pk, "11:00", "12:00", True),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "days", "field"), [("10:00", -30, "starts_at"), ("10:00", 18_000, "starts_at")])
def test_what_is_over_and_what_is_fifty_years_ahead_is_refused(chair: Chair, text: str, days: int, field: str) -> None:
    with inside(chair.salon_id), pytest.raises(WrongItem) as wrong:
        book(NewBooking(items=[ItemWanted(chair.cut.pk, chair.ana.pk, chair.at(text, days))]), by=None)
    assert (wrong.value.position, wrong.value.field) == (0, field)


def test_a_professional_without_the_service_is_refused(chair: Chair) -> None:
    with pytest.raises(WrongItem) as wrong:
        chair.book(service=chair.colour, who=chair.bia)
    assert (wrong.value.field, wrong.value.code) == ("professional", "not_offered")


def test_outside_of_hours_only_with_a_reason_and_never_over_another(chair: Chair) -> None:
    with pytest.raises(SlotTaken) as taken:
        chair.book("22:00")
    assert {why.reason for why in taken.value.why} == {Reason.NOT_WORKING}
    with inside(chair.salon_id):
        booking = book(chair.wanted("22:00"), by=None, override="A bride")
        assert booking.override_reason == "A bride"
        with pytest.raises(SlotTaken):
            book(chair.wanted("22:30"), by=None, override="Her sister")


def test_a_hold_that_is_over_makes_room(chair: Chair) -> None:
    held = chair.hold("10:00")
    with pytest.raises(SlotTaken):
        chair.book("10:00")
    with inside(chair.salon_id):
        Booking.objects.filter(pk=held.pk).update(hold_until=clock.now() - timedelta(seconds=1))
    booking = chair.book("10:00")
    assert (booking.state, chair.fresh(held).state, chair.fresh(held).cancel_reason) == (
        "booked", "cancelled", "hold_over",
    )  # fmt: skip
    assert chair.busy(held)[0][3] is False
    with inside(chair.salon_id), pytest.raises(states.NotAllowed):
        states.arrive(held, by=None)


def test_a_hold_has_a_timer_and_reminders_only_when_it_is_booked(chair: Chair) -> None:
    held = chair.hold("10:00")
    timers = Timer.objects.filter(subject=str(held.pk), kind="booking.hold_over", state="pending")
    assert timers.count() == 1
    with inside(chair.salon_id):
        assert not Reminder.objects.filter(booking=held).exists()
        states.settle(held, by=None, version=1)
        reminder = Reminder.objects.get(booking=held)
    assert timers.count() == 0
    assert reminder.due_at == chair.at("10:00", -1)
    assert Timer.objects.filter(subject=str(reminder.pk), kind="booking.remind").count() == 1
