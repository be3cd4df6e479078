"""FR-DB-002: what the calendar shows of a day, and to whom."""

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.bookings.actions.blocking import block
from crm.bookings.defaults import touch
from crm.bookings.models import Booking
from ops.salon import inside
from tenants.salons.models import Salon
from tests.bookings.calendar.conftest import Desk
from tests.bookings.conftest import Chair
from tests.world import Browser


def test_fr_db_002_a_day_has_its_visits_blocks_and_closed_hours(desk: Desk, chair: Chair) -> None:
    """Wall clock of the salon, with what only processes and what comes before and after."""
    chair.book("10:00", service=chair.colour)
    chair.book("10:00", who=chair.bia)
    with inside(chair.salon_id):
        block(chair.ana, chair.at("13:00"), chair.at("14:00"), by=None, reason="Almoço")
    day = desk.days()
    colour, cut = sorted(day["visits"], key=lambda one: one["service"])
    assert (colour["start"], colour["end"]) == (f"{chair.day}T10:00", f"{chair.day}T12:00")
    assert (colour["guest"], colour["processing"], cut["after"]) == ("Carla Dias", [[30, 60]], 15)
    assert [(one["start"][11:], one["reason"]) for one in day["blocked"]] == [("13:00", "Almoço")]
    anas = [(one["start"], one["end"]) for one in day["closed"] if one["who"] == str(chair.ana.public_id)]
    night = f"{chair.day + timedelta(days=1)}T00:00"
    assert anas == [(f"{chair.day}T00:00", f"{chair.day}T08:00"), (f"{chair.day}T20:00", night)]
    assert [one["name"] for one in day["resources"]] == ["Ana", "Bia"]
    # The sink has a column of its own, if one wishes.
    assert [one["name"] for one in day["rooms"]] == ["Sink"]
    assert (colour["uses"], cut["uses"]) == ([str(chair.sink.public_id)], [])
    assert 'value="rooms"' in desk.browser.get_page("/calendar/")
    assert 'data-who="rooms"' in desk.browser.get_page("/calendar/", who="rooms")


def test_fr_db_002_what_is_off_is_left_out(desk: Desk, chair: Chair) -> None:
    """Cancelled visits are shown to whoever asks, holds that are over to nobody."""
    gone, over = chair.book("10:00"), chair.hold("12:00")
    with inside(chair.salon_id):
        Booking.objects.filter(pk=gone.pk).update(state="cancelled")
        Booking.objects.filter(pk=over.pk).update(hold_until=over.created_at - timedelta(days=1))
    assert desk.visits() == []
    assert desk.visits(cancelled="1") == [("Carla Dias", "10:00", "10:45")]


def test_fr_db_002_only_what_is_held_says_until_when(desk: Desk, chair: Chair) -> None:
    chair.hold("10:00")
    booked = chair.hold("12:00")
    with inside(chair.salon_id):
        Booking.objects.filter(pk=booked.pk).update(state="booked")
    assert [bool(one["until"]) for one in sorted(desk.days()["visits"], key=lambda one: one["start"])] == [True, False]


def test_fr_db_002_who_has_their_own_calendar_only_sees_no_other_column(own_desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    chair.book("11:00", who=chair.bia)
    day = own_desk.days()
    assert [one["name"] for one in day["resources"]] == ["Bia"]
    assert (day["rooms"], 'value="rooms"' in own_desk.browser.get_page("/calendar/")) == ([], False)
    assert own_desk.visits() == [("Carla Dias", "11:00", "11:45")]
    assert not [one for one in day["closed"] if one["who"] not in (None, str(chair.bia.public_id))]


def test_ux_004_a_week_of_four_hundred_visits_is_read_by_few_questions(desk: Desk, chair: Chair) -> None:
    for hour in range(8, 16):
        chair.book(f"{hour:02d}:00")
    desk.days()
    with CaptureQueriesContext(connection) as asked:
        desk.days(many=7)
    questions = [one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET"))]
    assert len(questions) <= 12, [one["sql"][:90] for one in questions]


def test_fr_db_002_the_night_on_which_the_clock_is_put_back_keeps_lengths(chair: Chair, desk: Desk) -> None:
    """01:30 comes twice in New York on the first of November 2026; the second one ends at 02:15, 45 minutes later."""
    with inside(chair.salon_id):
        Salon.objects.filter(pk=chair.salon_id).update(time_zone="America/New_York")
        touch()
        booking = chair.book("10:00")
        start = datetime.fromisoformat("2026-11-01T05:30:00+00:00")
        end = start + timedelta(minutes=45)
        Booking.objects.filter(pk=booking.pk).update(starts_at=start, ends_at=end)
        booking.items.update(starts_at=start, ends_at=end)  # type: ignore[attr-defined]
    answer = desk.browser.get("/calendar/days/", {"from": "2026-11-01", "to": "2026-11-02"}).json()
    (one,) = answer["visits"]
    assert (one["start"][11:], one["end"][11:], one["offset"]) == ("01:30", "02:15", "UTC−04:00")


def test_fr_db_002_the_month_counts_what_the_viewer_sees(desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    chair.book("12:00")
    page = desk.browser.get_page("/calendar/month/", month=f"{chair.day:%Y-%m}")
    assert "2 visits" in page
    assert f"date={chair.day}" in page


def test_fr_db_002_days_must_be_days(alice: Browser, chair: Chair) -> None:
    for given in ({}, {"from": "x", "to": "y"}, {"from": "2026-01-01", "to": "2027-01-01"},
                  {"from": "2026-01-02", "to": "2026-01-01"}):  # fmt: skip
        assert alice.get("/calendar/days/", given).status_code == 422
