"""FR-DB-002, BK-002: states, moves, other people and lengths, blocked time; with their history and refusals."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.bookings.actions import blocking, moving, series, states, writing
from crm.bookings.actions.booking import WrongItem
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import GUEST
from crm.bookings.models import Booking, BookingMove, BookingPolicy, Reminder
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from tests.bookings.conftest import Chair
from tests.world import Browser


def test_it_goes_its_way_and_everybody_sees_who_did_what(chair: Chair, alice: Browser) -> None:
    booking = chair.book()
    with inside(chair.salon_id):
        states.confirm(booking, by=chair.contact, version=1)
        states.arrive(booking, by=alice.member)
        done = states.finish(booking, by=alice.member)
        moves = list(BookingMove.objects.filter(booking=booking).order_by("pk").values_list("what", "by_kind"))
        kinds = Event.objects.filter(subject=booking.public_id).order_by("pk").values_list("kind", flat=True)
        assert [*kinds][1:] == ["booking.confirmed", "booking.arrived", "booking.done"]
    assert moves == [("booked", "system"), ("confirmed", "contact"), ("arrived", "member"), ("done", "member")]
    assert done.version == 4


def test_who_saw_an_older_one_changes_nothing(chair: Chair) -> None:
    booking = chair.book()
    with inside(chair.salon_id):
        states.confirm(booking, by=None)
        with pytest.raises(states.Stale) as stale:
            states.cancel(booking, by=None, version=1)
        with pytest.raises(states.Stale):
            moving.move(booking, chair.at("15:00"), by=None, version=1)
    assert (stale.value.booking.version, chair.fresh(booking).state) == (2, "confirmed")


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_what_does_not_take_place_frees_its_time_and_may_come_back_while_it_is_free(chair: Chair, state: str) -> None:
    booking = chair.book()
    with inside(chair.salon_id):
        states.change_state(booking, state, by=None)
        assert [row[3] for row in chair.busy(booking)] == [False]
        states.settle(booking, by=None)
        assert [row[3] for row in chair.busy(booking)] == [True]
        states.change_state(booking, state, by=None)
    chair.book()
    with inside(chair.salon_id), pytest.raises(SlotTaken):
        states.settle(booking, by=None)
    assert chair.fresh(booking).state == state


def test_it_is_moved_with_its_reminders(chair: Chair) -> None:
    booking = chair.book(service=chair.colour)
    with inside(chair.salon_id):
        moved = moving.move(booking, chair.at("15:00", 1), by=None, version=1)
        rows = list(Reminder.objects.filter(booking=booking).order_by("pk").values_list("state", "due_at", "pk"))
        move = BookingMove.objects.get(booking=booking, what="moved")
    assert (moved.version, moved.wall_clock[11:]) == (2, "15:00")
    assert [row[:2] for row in rows] == [("cancelled", chair.at("10:00", -1)), ("planned", chair.at("15:00", 0))]
    assert not Timer.objects.filter(kind="booking.remind", subject=str(rows[0][2])).exists()
    assert [span[1:3] for span in chair.busy(booking)] == [
        ("15:00", "15:30"), ("15:00", "17:00"), ("16:30", "17:00"),
    ]  # fmt: skip
    assert [side["items"][0]["starts_at"][11:16] for side in (move.before or {}, move.after)] == ["13:00", "18:00"]


def test_a_move_into_somebody_leaves_all_as_it_was(chair: Chair) -> None:
    chair.book("12:00")
    booking = chair.book("10:00")
    with inside(chair.salon_id), pytest.raises(SlotTaken) as taken:
        moving.move(booking, chair.at("12:30"), by=None)
    with inside(chair.salon_id):
        assert taken.value.free
    assert [span[1:] for span in chair.busy(booking)] == [("10:00", "11:00", True)]
    assert chair.fresh(booking).version == 1
    with inside(chair.salon_id):
        # It does not stand in its own way.
        assert moving.move(booking, chair.at("10:15"), by=None).wall_clock[11:] == "10:15"


def test_it_is_given_to_somebody_else_and_made_longer(chair: Chair) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        moving.reassign(booking, chair.bia.pk, by=None)
        moving.resize(booking, 60, by=None)
        with pytest.raises(WrongItem):
            moving.resize(booking, 0, by=None)
    assert [span[:3] for span in chair.busy(booking)] == [(chair.bia.pk, "10:00", "11:15")]
    assert chair.fresh(booking).price_minor == 8000


def test_a_guest_moves_and_cancels_as_long_as_the_salon_lets_them(chair: Chair) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        assert moving.move(booking, chair.at("11:00"), by=chair.contact, rules=GUEST).version == 2
        BookingPolicy.objects.update(cancel_hours=24 * 30, revision=1)
        with pytest.raises(states.TooLate):
            moving.move(booking, chair.at("12:00"), by=chair.contact, rules=GUEST)
        with pytest.raises(states.TooLate):
            states.cancel(booking, by=chair.contact, in_policy=True)
    assert chair.fresh(booking).state == "booked"


def test_a_hold_ends_by_its_timer_unless_it_was_booked(chair: Chair) -> None:
    held, booked = chair.hold("10:00"), chair.hold("12:00")
    with inside(chair.salon_id):
        states.settle(booked, by=None)
        Booking.objects.filter(pk__in=[held.pk, booked.pk]).update(hold_until=clock.now() - timedelta(minutes=1))
        with pytest.raises(states.HoldOver):
            states.settle(held, by=None)
        writing.release_over([held.pk, booked.pk])
    assert (chair.fresh(held).state, chair.fresh(booked).state) == ("cancelled", "booked")


def test_blocked_time_takes_nobody_and_stands_beside_nobody(chair: Chair) -> None:
    chair.book("10:00")
    with inside(chair.salon_id):
        with pytest.raises(SlotTaken):
            blocking.block(chair.ana, chair.at("10:30"), chair.at("12:00"), by=None)
        row = blocking.block(chair.ana, chair.at("11:00"), chair.at("12:00"), by=None, reason="Dentist")
        with pytest.raises(blocking.WrongTime):
            blocking.block(chair.ana, chair.at("12:00"), chair.at("12:00"), by=None)
    with pytest.raises(SlotTaken):
        chair.book("11:15")
    with inside(chair.salon_id):
        blocking.unblock(row, by=None)
    assert chair.book("11:15")


def test_time_off_leaves_what_is_there_and_says_so(chair: Chair) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        row = blocking.block(chair.ana, chair.at("08:00"), chair.at("20:00"), by=None, kind="time_off")
        assert blocking.conflicts(row) == [booking]
    with pytest.raises(SlotTaken) as taken:
        chair.book("14:00")
    assert str(taken.value) == "time_off"


def test_a_visit_is_moved_from_where_it_is_now_whatever_row_one_holds(chair: Chair) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        moving.move(chair.fresh(booking), chair.at("15:00"), by=None)
        assert moving.move(booking, chair.at("12:00"), by=None).wall_clock[11:] == "12:00"
        moving.move(chair.fresh(booking), chair.at("16:00"), by=None)
        assert moving.reassign(booking, chair.bia.pk, by=None).wall_clock[11:] == "16:00"


def test_the_rest_of_a_series_waits_for_all_at_once_and_is_cancelled_whole_or_not(chair: Chair) -> None:
    with inside(chair.salon_id):
        made = series.book_series(chair.wanted("10:00"), series.Every(1, "weeks", 4), by=None).bookings
        moving.reassign(made[2], chair.bia.pk, by=None)
        with CaptureQueriesContext(connection) as queries:
            series.cancel_rest(made[1], by=None, among=Booking.objects.exclude(pk=made[3].pk))
        asked = [one["sql"] for one in queries if "advisory" in one["sql"] or "FOR UPDATE" in one["sql"]]
        assert "advisory" in asked[0] and asked[0].count(",") >= 1
        with pytest.raises(states.Stale):
            series.cancel_rest(made[0], by=None, version=9)
    assert [chair.fresh(one).state for one in made] == ["booked", "cancelled", "cancelled", "booked"]


def test_a_series_keeps_its_wall_clock(chair: Chair) -> None:
    with inside(chair.salon_id):
        made = series.book_series(chair.wanted("10:00"), series.Every(2, "weeks", 26), by=None)
        assert len(made.bookings) == 26
        assert {booking.wall_clock[11:] for booking in made.bookings} == {"10:00"}
        with pytest.raises(series.WrongRule):
            series.book_series(chair.wanted("10:00"), series.Every(1, "weeks", 53), by=None)
        assert len(series.cancel_rest(made.bookings[3], by=None)) == 23
