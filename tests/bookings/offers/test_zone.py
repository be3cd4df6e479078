"""FR-DB-005, I21: a zone that changes under future visits: the wall clock is kept, somebody looks, reminders follow."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from crm.bookings.actions import blocking, states, zone
from crm.bookings.models import Allocation, BlockedTime, Booking, BookingMove, Reminder
from crm.bookings.rights import visible_bookings
from ops import clock
from ops.salon import inside
from tenants.salons.actions import UnknownZone, change_time_zone
from tests.bookings.conftest import Chair
from tests.world import Browser, Salons

MANAUS = ZoneInfo("America/Manaus")


def change(salons: Salons, name: str = "America/Manaus") -> int:
    return change_time_zone(salons.aurora, name, by=None)


def test_visits_keep_what_the_clock_shows_and_are_listed(chair: Chair, salons: Salons) -> None:
    """Visits back to back, too: while all of them move none may stand in another's way."""
    bookings = [chair.book(text) for text in ("10:00", "11:00", "12:00")]
    gone = chair.book("15:00")
    with inside(chair.salon_id):
        states.cancel(gone, by=None)
    assert change(salons) == 3
    for booking, hour in zip(bookings, ("10:00", "11:00", "12:00"), strict=True):
        fresh = chair.fresh(booking)
        assert (fresh.wall_clock[11:], fresh.zone, fresh.needs_review, fresh.version) == (
            hour, "America/Manaus", True, booking.version + 1,
        )  # fmt: skip
        assert fresh.starts_at - booking.starts_at == timedelta(hours=1)
        assert f"{fresh.starts_at.astimezone(MANAUS):%H:%M}" == hour
        assert chair.items(fresh)[0].starts_at == fresh.starts_at
        assert [row[3] for row in chair.busy(fresh)] == [True]
    with inside(chair.salon_id):
        row = Allocation.objects.get(item__booking=bookings[0])
        assert row.during.lower == chair.fresh(bookings[0]).starts_at
        move = BookingMove.objects.filter(booking=bookings[0]).order_by("-pk")[0]
        assert (move.what, move.reason) == ("zone_changed", "America/Sao_Paulo → America/Manaus")
        assert list(zone.to_review(Booking.objects.all())) == [chair.fresh(one) for one in bookings]
    assert chair.fresh(gone).starts_at == gone.starts_at


def test_reminders_and_time_off_follow_the_wall_clock(chair: Chair, salons: Salons) -> None:
    booking = chair.book("10:00")
    with inside(chair.salon_id):
        off = blocking.block(
            chair.bia, chair.at("09:00"), chair.at("18:00", 2), by=None, kind=BlockedTime.Kind.TIME_OFF
        )
        blocked = blocking.block(chair.bia, chair.at("13:00", 4), chair.at("14:00", 4), by=None)
    change(salons)
    with inside(chair.salon_id):
        states_of = list(Reminder.objects.filter(booking=booking).order_by("pk").values_list("state", flat=True))
        due = Reminder.objects.get(booking=booking, state="planned").due_at
        off.refresh_from_db()
        taken = Allocation.objects.get(blocked_time=blocked)
    assert states_of == ["cancelled", "planned"]
    assert f"{due.astimezone(MANAUS):%H:%M}" == "10:00"
    assert due.date() == (booking.starts_at - timedelta(days=1)).date()
    assert [f"{at.astimezone(MANAUS):%H:%M}" for at in (off.starts_at, off.ends_at)] == ["09:00", "18:00"]
    assert taken.during.lower is not None
    assert f"{taken.during.lower.astimezone(MANAUS):%H:%M}" == "13:00"


def test_what_meets_something_that_stays_keeps_nothing_busy_and_is_not_lost(chair: Chair, salons: Salons) -> None:
    """East of here the hour comes earlier: into a visit that is over and does not move."""
    over, coming = chair.book("10:00"), chair.book("11:00")
    with inside(chair.salon_id), connection.cursor() as cursor:
        # The day is today, the first visit has just ended.
        shift = [(clock.now() - timedelta(minutes=5) - over.ends_at).total_seconds()] * 2
        by = "make_interval(secs => %s)"
        for table in ("booking", "booking_item"):
            cursor.execute(f"UPDATE {table} SET starts_at = starts_at + {by}, ends_at = ends_at + {by}", shift)
        cursor.execute(f"UPDATE allocation SET during = tstzrange(lower(during) + {by}, upper(during) + {by})", shift)
    change(salons, "America/Noronha")
    assert [row[3] for row in chair.busy(over)] == [True]
    assert [row[3] for row in chair.busy(coming)] == [False]
    assert (chair.fresh(over).needs_review, chair.fresh(coming).needs_review) == (False, True)


def test_a_zone_that_is_none_changes_nothing(chair: Chair, salons: Salons) -> None:
    booking = chair.book()
    with pytest.raises(UnknownZone):
        change(salons, "America/Nowhere")
    assert change(salons, "America/Sao_Paulo") == 0
    assert chair.fresh(booking).version == booking.version


def test_who_has_looked_takes_it_off_the_list(chair: Chair, salons: Salons, alice: Browser) -> None:
    booking = chair.book()
    change(salons)
    with inside(chair.salon_id):
        mine = visible_bookings(alice.member)
        assert zone.looked_at(zone.to_review(mine), by=alice.member) == 1
        assert not zone.to_review(mine).exists()
        zone.look_again(booking, by=alice.member)
        assert zone.to_review(mine).count() == 1
