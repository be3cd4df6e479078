"""FR-DB-005: hours, breaks, days that differ and time off; visits that stand outside of them are kept and listed."""

import json
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from crm.bookings.actions import states
from crm.bookings.models import BlockedTime, DatedHours, Professional
from crm.bookings.offers.parts import read_day
from crm.bookings.offers.person_form import hours_known
from crm.bookings.offers.today import today
from ops.salon import inside
from tests.bookings.conftest import ALL_DAY, Chair
from tests.world import Browser


def week(person: Professional, hours: dict[int, list[str]], breaks: dict[int, list[str]] | None = None) -> Any:
    """What the browser sends: 09:00-18:00 by day."""
    data = QueryDict(mutable=True)
    data.update({"version": str(person.version), "seen": json.dumps(hours_known(person))})
    for name, days in (("hours", hours), ("breaks", breaks or {})):
        for day, spans in days.items():
            for span in spans:
                start, _, end = span.partition("-")
                data.appendlist(f"{name}-{day}-from", start)
                data.appendlist(f"{name}-{day}-until", end)
    return data.urlencode()


FORM = "application/x-www-form-urlencoded"


def test_visits_outside_of_new_hours_are_kept_and_listed(chair: Chair, alice: Browser) -> None:
    early, late, gone = chair.book("09:00"), chair.book("16:00"), chair.book("18:00")
    with inside(chair.salon_id):
        states.cancel(gone, by=None)
    path = f"/professionals/{chair.ana.public_id}/hours/"
    sent = week(chair.ana, {day: ["08:00-15:00"] for day in range(7)}, {day: ["09:00-09:30"] for day in range(7)})
    assert alice.post(path, sent, content_type=FORM).status_code == 303
    text = alice.get_page(path)
    for booking in (early, late):
        assert f"/calendar/bookings/{booking.public_id}/" in text
        assert chair.fresh(booking).state == "booked"
    assert f"/calendar/bookings/{gone.public_id}/" not in text
    with inside(chair.salon_id):
        ana = Professional.objects.get(pk=chair.ana.pk)
    assert (ana.hours[0], ana.breaks[6]) == ([[480, 900]], [[540, 570]])


def test_a_week_that_two_change_is_nobodys_loss(chair: Chair, alice: Browser) -> None:
    path = f"/professionals/{chair.ana.public_id}/hours/"
    mine = week(chair.ana, {0: ["10:00-12:00"]})
    assert alice.post(path, week(chair.ana, {1: ["09:00-18:00"]}), content_type=FORM).status_code == 303
    answer = alice.post(path, mine, content_type=FORM)
    assert answer.status_code == 409
    assert 'value="10:00"' in answer.content.decode()
    with inside(chair.salon_id):
        assert Professional.objects.get(pk=chair.ana.pk).hours[1] == [[540, 1080]]


def test_hours_change_beside_a_profile_that_somebody_else_changed(chair: Chair, alice: Browser) -> None:
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.ana.pk).update(title="Sócia", version=7)
    sent = week(chair.ana, {day: ["09:00-18:00"] for day in range(7)})
    assert alice.post(f"/professionals/{chair.ana.public_id}/hours/", sent, content_type=FORM).status_code == 303
    with inside(chair.salon_id):
        ana = Professional.objects.get(pk=chair.ana.pk)
    assert (ana.title, ana.hours[0], ana.version) == ("Sócia", [[540, 1080]], 8)


@pytest.mark.parametrize(
    ("spans", "minutes"),
    [
        ([["09:00", "18:00"]], [[540, 1080]]),
        ([["22:00", "02:00"]], [[1320, 1560]]),
        ([["00:00", "00:00"]], [[0, 1440]]),
        ([["13:00", "18:00"], ["09:00", "12:00"]], [[540, 720], [780, 1080]]),
        ([["18:00", "09:00"]], [[1080, 1980]]),
        ([["09:00", "08:00"]], None),
        ([["09:00", "09:00"]], None),
        ([["09:00", ""]], None),
        ([["9h", "18h"]], None),
        ([["09:00", "12:00"], ["11:00", "13:00"]], None),
    ],
)
def test_a_day_is_read(spans: list[list[str]], minutes: list[list[int]] | None) -> None:
    if minutes is None:
        with pytest.raises(forms.ValidationError):
            read_day(spans)
    else:
        assert read_day(spans) == minutes


def off(chair: Chair, days: int = 0, **more: Any) -> dict[str, str]:
    day = chair.at("00:00", days).date().isoformat()
    return {"from_date": day, "until_date": day, "reason": "Dentista", **more}


def test_time_off_is_given_changed_and_cancelled_and_keeps_visits(chair: Chair, alice: Browser) -> None:
    booking = chair.book()
    path = f"/professionals/{chair.ana.public_id}/time-off/"
    assert alice.post(path, off(chair)).status_code == 303
    assert f"/calendar/bookings/{booking.public_id}/" in alice.get_page(path)
    with inside(chair.salon_id):
        row = BlockedTime.objects.get(kind="time_off")
    assert (row.starts_at, row.ends_at) == (chair.at("00:00"), chair.at("00:00", 1))
    one = f"/professionals/time-off/{row.public_id}/"
    moved = off(chair, 1, from_time="09:00", until_time="12:00", version="1")
    assert alice.post(one, moved).status_code == 303
    assert f"/calendar/bookings/{booking.public_id}/" not in alice.get_page(path)
    # A tab that still shows the first version.
    assert alice.post(one, off(chair, 2, version="1")).status_code == 409
    told = json.loads(alice.post(f"{one}cancel/", headers={"HX-Request": "true"}).headers["HX-Trigger"])
    with inside(chair.salon_id):
        row.refresh_from_db()
        assert row.cancelled_at
    alice.post(told["toast"]["undo"])
    with inside(chair.salon_id):
        assert BlockedTime.objects.filter(cancelled_at=None, starts_at=chair.at("09:00", 1)).exists()
    assert chair.fresh(booking).state == "booked"


@pytest.mark.parametrize("wrong", [{"until_date": "2020-01-01"}, {"until_date": "9999-12-31"}, {"from_date": "x"},
                                   {"from_time": "12:00", "until_time": "11:00"}])  # fmt: skip
def test_time_off_that_cannot_be_is_refused(chair: Chair, alice: Browser, wrong: dict[str, str]) -> None:
    path = f"/professionals/{chair.ana.public_id}/time-off/"
    assert alice.post(path, off(chair) | wrong).status_code == 422
    with inside(chair.salon_id):
        assert not BlockedTime.objects.exists()


def test_a_holiday_is_written_once_and_comes_back_by_undo(chair: Chair, alice: Browser) -> None:
    booking = chair.book()
    data = {"date": chair.day.isoformat(), "reason": "Feriado", "is_yearly": "on"}
    assert alice.post("/settings/bookings/holidays/", data).status_code == 303
    assert f"/calendar/bookings/{booking.public_id}/" in alice.get_page("/settings/bookings/hours/")
    # The same day again would overwrite it without a word.
    assert alice.post("/settings/bookings/holidays/", data | {"reason": "Outro"}).status_code == 422
    with inside(chair.salon_id):
        row = DatedHours.objects.get()
    path = f"/settings/bookings/holidays/{row.public_id}/delete/"
    told = json.loads(alice.post(path, headers={"HX-Request": "true"}).headers["HX-Trigger"])
    assert alice.post(told["toast"]["undo"]).status_code == 303
    with inside(chair.salon_id):
        again = DatedHours.objects.get()
    assert (again.date, again.hours, again.reason, again.is_yearly) == (chair.day, [], "Feriado", True)


def test_a_day_of_the_list_says_how_it_is(chair: Chair) -> None:
    """Hours without breaks and visits, and the first place that is free."""
    with inside(chair.salon_id):
        found = today([chair.ana.pk, chair.bia.pk])[chair.ana.pk]
    assert found.free_at
    assert found.hours == "08:00–20:00"
    assert ALL_DAY[0] == [[480, 1200]]


def test_zone_is_changed_after_it_was_asked(chair: Chair, alice: Browser) -> None:
    booking = chair.book()
    path = "/settings/bookings/zone/"
    assert alice.post(path, {"zone": "America/Manaus"}).status_code == 200
    assert chair.fresh(booking).zone == "America/Sao_Paulo"
    assert alice.post(path, {"zone": "Mars/Olympus", "sure": "1"}).status_code == 422
    answer = alice.post(path, {"zone": "America/Manaus", "sure": "1"})
    assert answer.headers["Location"] == "/settings/bookings/review/"
    text = alice.get_page("/settings/bookings/review/")
    assert f"/calendar/bookings/{booking.public_id}/" in text
    assert "10:00" in text
    alice.post(f"/settings/bookings/review/{booking.public_id}/")
    assert not chair.fresh(booking).needs_review
