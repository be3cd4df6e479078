"""FR-DB-002: visits are booked from the calendar, and time is blocked."""

import re
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.bookings.actions import offering
from crm.bookings.actions.blocking import block
from crm.bookings.defaults import touch
from crm.bookings.models import BlockedTime, Booking, Service
from crm.consent import policy
from ops.salon import inside
from tenants.salons.models import Salon
from tests.bookings.calendar.conftest import Desk
from tests.bookings.conftest import Chair
from tests.world import Browser

HTMX = {"HX-Request": "true"}


def form(chair: Chair, **more: Any) -> dict[str, Any]:
    """What the browser sends for Corte with Ana at ten."""
    return {
        "lines": 1, "service-0": chair.cut.public_id, "who-0": chair.ana.public_id, "day": chair.day, "time": "10:00",
        "contact": chair.contact.public_id, **more,
    }  # fmt: skip


def book(desk: Desk, **more: Any) -> Any:
    return desk.browser.post("/calendar/new/", form(desk.chair, **more), headers=HTMX)


def booked(chair: Chair) -> list[Booking]:
    with inside(chair.salon_id):
        return list(Booking.objects.select_related("contact").order_by("starts_at"))


def test_fr_db_002_a_click_books(desk: Desk, chair: Chair) -> None:
    answer = book(desk)
    assert answer.status_code == 200
    assert "calendar-changed" in answer.headers["HX-Trigger"]
    assert desk.visits() == [("Carla Dias", "10:00", "10:45")]


def test_fr_db_002_sent_twice_is_booked_once(desk: Desk, chair: Chair) -> None:
    """With anyone, so that there would be a place for both."""
    for _ in range(2):
        assert book(desk, token="t1", **{"who-0": ""}).status_code == 200
    assert len(booked(chair)) == 1


def test_fr_db_002_a_taken_time_is_explained_and_what_was_typed_stays(desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    answer = book(desk, note="com franja")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Ana is busy then." in text
    assert "com franja" in text
    assert 'data-slot="' in text
    assert len(booked(chair)) == 1


def test_fr_db_002_before_it_is_sent_the_form_says_what_is_free(desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    looked = desk.browser.post("/calendar/new/look/", form(chair, time="10:15"), headers=HTMX).content.decode()
    assert "10:15: Ana is busy then." in looked
    assert f'data-slot="{chair.day}T11:00"' in looked
    assert f'data-slot="{chair.day}T10:00"' not in looked
    assert (
        "This time is free."
        in desk.browser.post("/calendar/new/look/", form(chair, time="12:00"), headers=HTMX).content.decode()
    )


def test_fr_db_002_several_services_with_add_ons_follow_each_other(desk: Desk, chair: Chair) -> None:
    with inside(chair.salon_id):
        fringe = Service.objects.create(name="Franja", segments=[{"kind": "busy", "minutes": 10}], currency="BRL",
                                        price_minor=1000, is_add_on=True)  # fmt: skip
        offering.change(chair.cut, {"add_on_ids": [fringe.pk]}, by=None)
    more = {"lines": 2, "addon-0": fringe.public_id, "service-1": chair.colour.public_id, "who-1": ""}
    assert book(desk, **more).status_code == 200
    assert [one[1:] for one in desk.visits()] == [("10:00", "10:55"), ("10:55", "12:55")]


def test_fr_db_002_a_new_guest_is_written_down_and_a_known_phone_is_recognised(desk: Desk, chair: Chair) -> None:
    assert book(desk, contact="", name="Nova Guest", phone="11 97777-0001").status_code == 200
    assert book(desk, contact="", name="X", phone="11 98888-5678", time="14:00").status_code == 200
    first, second = booked(chair)
    assert (first.contact and first.contact.name, second.contact_id) == ("Nova Guest", chair.contact.pk)
    with inside(chair.salon_id):
        assert Identity.objects.filter(value="+5511977770001").exists()
    assert book(desk, contact="", time="16:00").status_code == 422


def test_bk_004_a_series_is_all_or_what_has_a_place(desk: Desk, chair: Chair) -> None:
    """Weekly, one week left out, one taken."""
    with inside(chair.salon_id):
        chair.day += timedelta(days=14)
        chair.book("10:00")
        chair.day -= timedelta(days=14)
    rule = {"every": 1, "unit": "weeks", "count": 4, "but": chair.day + timedelta(days=7)}
    answer = book(desk, **rule)
    assert answer.status_code == 409
    assert len(booked(chair)) == 1
    assert book(desk, skip_taken=1, **rule).status_code == 200
    days = [(one.starts_at.date() - chair.day).days for one in booked(chair)]
    assert days == [0, 14, 21]


def test_fr_db_002_a_walk_in_begins_now_and_is_there(desk: Desk, chair: Chair) -> None:
    answer = book(desk, walk_in=1, contact="", **{"who-0": ""})
    if answer.status_code == 409:
        # Outside of everybody's hours it needs a reason, as any other visit.
        answer = book(desk, walk_in=1, contact="", override="porta", **{"who-0": ""})
    assert answer.status_code == 200
    (one,) = booked(chair)
    assert (one.state, one.source, one.contact_id) == ("arrived", "walk_in", None)


def test_fr_db_002_an_hour_that_is_not_there_is_said_and_one_that_comes_twice_is_asked(
    desk: Desk, chair: Chair
) -> None:
    with inside(chair.salon_id):
        Salon.objects.filter(pk=chair.salon_id).update(time_zone="America/New_York")
        touch()
    gone = desk.browser.post("/calendar/new/", form(chair, day="2027-03-14", time="02:30"), headers=HTMX)
    assert (gone.status_code, "02:30 does not exist" in gone.content.decode()) == (422, True)
    twice = desk.browser.post("/calendar/new/", form(chair, day="2027-11-07", time="01:30"), headers=HTMX)
    text = twice.content.decode()
    assert twice.status_code == 422
    assert 'data-slot="2027-11-07T01:30-04:00"' in text
    assert 'data-slot="2027-11-07T01:30-05:00"' in text
    exact = form(chair, day="2027-11-07", time="01:30", exact="2027-11-07T01:30-05:00", override="festa")
    assert desk.browser.post("/calendar/new/", exact, headers=HTMX).status_code == 200
    assert booked(chair)[0].starts_at.isoformat() == "2027-11-07T06:30:00+00:00"


def test_fr_db_002_who_sees_phones_masked_finds_guests_with_masked_phones(chair: Chair, bob: Browser) -> None:
    with inside(chair.salon_id):
        policy.change({"masked_roles": ["receptionist"]}, by=None)
    found = bob.get("/calendar/new/people/", {"search": "Carla"}).content.decode()
    assert "Carla Dias" in found
    assert not re.search(r"88885-?5678", found)


def test_fr_db_002_who_has_their_own_calendar_only_books_into_no_other(own_desk: Desk, chair: Chair) -> None:
    assert book(own_desk).status_code == 403
    assert book(own_desk, **{"who-0": ""}).status_code == 200
    (one,) = booked(chair)
    assert chair.items(one)[0].professional_id == chair.bia.pk


@pytest.mark.parametrize("given", [{"service-0": "x"}, {"time": "25:00"}, {"day": "0000-01-01"}, {"every": "x"},
                                   {"lines": "99999"}, {"who-0": "\x00"}, {"every": "1", "count": "999999"},
                                   {"day": "9999-12-31", "time": "23:59"}])  # fmt: skip
def test_fr_db_002_hostile_fields_are_refused(desk: Desk, chair: Chair, given: dict[str, str]) -> None:
    for path in ("/calendar/new/", "/calendar/new/look/"):
        answer = desk.browser.post(path, form(chair, **given), headers=HTMX)
        assert answer.status_code in (200, 409, 422)
    if given not in ({"lines": "99999"}, {"who-0": "\x00"}):
        assert booked(chair) == []


def test_fr_db_002_time_is_blocked_moved_and_taken_back(desk: Desk, chair: Chair) -> None:
    given = {"professional": chair.ana.public_id, "start_day": chair.day, "start_time": "13:00", "end_day": chair.day,
             "end_time": "14:00", "reason": "Almoço", "kind": "block"}  # fmt: skip
    assert desk.browser.post("/calendar/times/new/", given, headers=HTMX).status_code == 200
    (block,) = desk.days()["blocked"]
    there = {"start": f"{chair.day}T15:00", "end": f"{chair.day}T16:00", "version": block["version"]}
    moved = desk.browser.post(f"/calendar/times/{block['id']}/", there, headers={"Accept": "application/json"})
    assert moved.status_code == 200
    assert [one["start"][11:] for one in desk.days()["blocked"]] == ["15:00"]
    desk.browser.post(moved.json()["undo"], headers=HTMX)
    assert [(one["start"][11:], one["reason"]) for one in desk.days()["blocked"]] == [("13:00", "Almoço")]
    chair_taken = desk.browser.post("/calendar/new/", form(chair, time="13:15"), headers=HTMX)
    assert chair_taken.status_code == 409
    assert desk.browser.post(f"/calendar/times/{block['id']}/cancel/", headers=HTMX).status_code == 200
    assert desk.days()["blocked"] == []


def test_fr_db_002_who_undoes_does_not_undo_what_a_colleague_did_since(desk: Desk, chair: Chair) -> None:
    with inside(chair.salon_id):
        row = block(chair.ana, chair.at("10:00"), chair.at("11:00"), by=None)
    there = f"/calendar/times/{row.public_id}/"
    json = {"Accept": "application/json"}
    first = desk.browser.post(
        there, {"start": f"{chair.day}T12:00", "end": f"{chair.day}T13:00", "version": 1}, headers=json
    )
    to_bia = {"start": f"{chair.day}T14:00", "end": f"{chair.day}T15:00", "professional": str(chair.bia.public_id)}
    assert desk.browser.post(there, {**to_bia, "version": 1}, headers=json).status_code == 409
    assert desk.browser.post(there, {**to_bia, "version": 2}, headers=json).status_code == 200
    assert desk.browser.post(first.json()["undo"], headers=json).status_code == 409
    assert [one["start"][11:] for one in desk.days()["blocked"]] == ["14:00"]


def test_fr_db_002_of_two_undos_of_a_time_off_one_counts(desk: Desk, chair: Chair) -> None:
    with inside(chair.salon_id):
        row = block(chair.ana, chair.at("10:00"), chair.at("11:00"), by=None, kind="time_off")
    json = {"Accept": "application/json"}
    undo = desk.browser.post(f"/calendar/times/{row.public_id}/cancel/", headers=json).json()["undo"]
    assert [desk.browser.post(undo, headers=json).status_code for _ in range(2)] == [200, 409]
    assert len(desk.days()["blocked"]) == 1


@pytest.mark.parametrize(
    "path",
    ["times/new/?start=9999-12-31T23:30", "new/?less=%C2%B2", "new/?less=" + "1" * 5000],
)
def test_odd_numbers_and_moments_break_no_form(desk: Desk, chair: Chair, path: str) -> None:
    assert desk.browser.get(f"/calendar/{path}").status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"position": "0", "resize": "1", "start": "x", "end": "y"},
        {"position": "0", "resize": "1", "start": "2026-01-01T10:00", "end": "9999-12-31T00:00"},
        {"start": "0001-01-01T00:00", "position": "0"},
        {"minutes-0": "999999999", "day": "2030-01-01", "time": "10:00"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_odd_moves_are_refused_with_words(desk: Desk, chair: Chair, given: dict[str, str], method: str) -> None:
    there = f"/calendar/bookings/{chair.book().public_id}/move/"
    assert getattr(desk.browser, method)(there, {**given, "version": "1"}).status_code in (200, 409, 422)


def test_fr_db_002_who_has_their_own_calendar_learns_nothing_of_others(own_desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    assert own_desk.browser.post("/calendar/new/look/", form(chair, time="10:00"), headers=HTMX).status_code == 403


def test_fr_db_002_time_off_names_the_visits_that_stand_in_it(desk: Desk, chair: Chair) -> None:
    chair.book("10:00")
    given = {"professional": chair.ana.public_id, "start_day": chair.day, "start_time": "08:00", "end_day": chair.day,
             "end_time": "20:00", "kind": "time_off"}  # fmt: skip
    answer = desk.browser.post("/calendar/times/new/", given, headers=HTMX)
    assert "Carla Dias" in answer.content.decode()
    with inside(chair.salon_id):
        assert BlockedTime.objects.get().kind == "time_off"
