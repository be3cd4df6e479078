"""API-001, BK-001, BK-002: services, professionals, availability and bookings for programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.bookings.defaults import touch
from crm.bookings.models import Booking, BookingPolicy, Professional, Service
from ops.ids import uuid7
from ops.salon import inside
from tenants.salons.models import Salon
from tests.api.program import Program
from tests.bookings.conftest import Chair, chair
from tests.world import Browser, Salons

__all__ = ["chair"]


def body(chair: Chair, text: str = "10:00", **more: Any) -> dict[str, Any]:
    item = {
        "service": str(chair.cut.public_id),
        "professional": str(chair.ana.public_id),
        "starts_at": chair.at(text).isoformat(),
    }
    return {"contact": str(chair.contact.public_id), "items": [item | more.pop("item", {})], **more}


def problem(answer: Any, status: int = 400) -> tuple[str, str]:
    assert answer.status_code == status, answer.content
    assert answer["content-type"] == "application/problem+json"
    return answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]


def test_it_books_what_availability_offers(program: Program, chair: Chair) -> None:
    query: dict[str, Any] = {"service": [str(chair.cut.public_id), str(chair.colour.public_id)], "from": str(chair.day),
             "to": str(chair.day)}  # fmt: skip
    slots = program.ask("availability/", **query)["results"]
    assert next(item["ends_at"] for item in slots[0]["items"]) == slots[0]["items"][1]["starts_at"]
    answer = program.write("bookings/", {"contact": str(chair.contact.public_id), "items": [
        {name: item[name] for name in ("service", "professional", "starts_at")} for item in slots[0]["items"]
    ]})  # fmt: skip
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["version"], made["price_minor"], made["currency"]) == ("booked", 1, 28000, "BRL")
    assert [item["starts_at"] for item in made["items"]] == [item["starts_at"] for item in slots[0]["items"]]
    assert program.ask(f"bookings/{made['id']}/") == made
    again = program.ask("availability/", **query)["results"]
    assert slots[0] not in again


def test_a_taken_slot_is_409_with_the_nearest_free(program: Program, chair: Chair) -> None:
    assert program.write("bookings/", body(chair)).status_code == 201
    answer = program.write("bookings/", body(chair, "10:15"))
    assert problem(answer, 409) == ("items.0.starts_at", "slot_taken")
    free = answer.json()["free"]
    assert 1 <= len(free) <= 5
    assert answer.json()["why"][0]["reason"] == "busy"
    item = {name: free[0]["items"][0][name] for name in ("service", "professional", "starts_at")}
    assert program.write("bookings/", {**body(chair), "items": [item]}).status_code == 201


def test_a_key_books_once(program: Program, chair: Chair) -> None:
    first, second = (program.write("bookings/", body(chair), key="k") for _ in range(2))
    assert (first.status_code, second.status_code, first.json()["id"]) == (201, 201, second.json()["id"])


def test_why_a_moment_is_not_offered(program: Program, chair: Chair) -> None:
    query = {"service": str(chair.cut.public_id), "professional": str(chair.ana.public_id)}
    answer = program.ask("availability/", **query, starts_at=chair.at("21:00").isoformat())
    assert (answer["results"], answer["why"][0]["reason"]) == ([], "not_working")
    free = program.ask("availability/", **query, starts_at=chair.at("10:00").isoformat())
    assert (len(free["results"]), free["why"]) == (1, [])


@pytest.mark.parametrize(
    ("item", "field", "code"),
    [({"starts_at": "2020-01-01T10:00:00Z"}, "items.0.starts_at", "past"),
     ({"starts_at": "2076-01-01T10:00:00Z"}, "items.0.starts_at", "too_far"),
     ({"starts_at": "9999-12-31T23:59:00Z"}, "items.0.starts_at", "too_far"),
     ({"starts_at": "tomorrow"}, "items.0.starts_at", "instant"),
     ({"starts_at": "2027-01-04T13:00:30Z"}, "items.0.starts_at", "whole_minutes"),
     ({"professional": "bia", "service": "colour"}, "items.0.professional", "not_offered"),
     ({"add_ons": ["cut"]}, "items.0.add_ons", "not_offered"),
     ({"ends_at": "2027-01-04T13:00:00Z"}, "items.0.ends_at", "invalid")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(
    program: Program, chair: Chair, item: dict[str, Any], field: str, code: str
) -> None:
    rows: dict[str, Any] = {"bia": chair.bia, "colour": chair.colour, "cut": chair.cut}
    named = {
        name: [str(rows[one].public_id) for one in value]
        if isinstance(value, list)
        else str(rows[value].public_id) if value in rows else value
        for name, value in item.items()
    }  # fmt: skip
    assert problem(program.write("bookings/", body(chair, item=named))) == (field, code)
    with inside(chair.salon_id):
        assert not Booking.objects.exists()


@pytest.mark.parametrize(("text", "code"), [("2027-03-14T02:30", "no_such_time"), ("2027-11-07T01:30", "shown_twice")])
def test_a_wall_clock_that_is_not_there_or_there_twice_is_refused(
    program: Program, chair: Chair, text: str, code: str
) -> None:
    Salon.objects.filter(pk=chair.salon_id).update(time_zone="America/New_York")
    assert problem(program.write("bookings/", body(chair, item={"starts_at": text}))) == ("items.0.starts_at", code)


def test_a_wall_clock_without_offset_is_the_salons(program: Program, chair: Chair) -> None:
    text = chair.at("10:00").strftime("%Y-%m-%dT%H:%M")
    made = program.write("bookings/", body(chair, item={"starts_at": text})).json()
    assert made["starts_at"] == chair.at("13:00").strftime("%Y-%m-%dT%H:%M:00Z")
    assert made["wall_clock"] == text


def test_it_is_moved_confirmed_and_cancelled(program: Program, chair: Chair) -> None:
    made = program.write("bookings/", body(chair)).json()
    where = f"bookings/{made['id']}/"
    moved = program.write(where, {"starts_at": chair.at("14:00").isoformat(), "version": 1}, method="patch")
    assert (moved.status_code, moved.json()["version"]) == (200, 2), moved.content
    older = program.write(where, {"starts_at": chair.at("15:00").isoformat(), "version": 1}, method="patch")
    assert problem(older, 409) == ("version", "stale")
    assert program.write(where, {"state": "confirmed"}, method="patch").json()["state"] == "confirmed"
    assert program.write(f"{where}cancel/", {"reason": "ill"}).json()["state"] == "cancelled"
    assert program.write(f"{where}cancel/", {}).json()["state"] == "cancelled"
    assert problem(program.write(where, {"state": "done"}, method="patch"), 409) == ("state", "not_allowed")
    assert program.write("bookings/", body(chair, "14:00")).status_code == 201
    assert problem(program.write(where, {"state": "booked"}, method="patch"), 409)[1] == "slot_taken"
    assert [move["what"] for move in program.ask(f"{where}history/")] == [
        "booked", "moved", "confirmed", "cancelled",
    ]  # fmt: skip


def test_it_is_given_to_somebody_else_and_made_longer(program: Program, chair: Chair) -> None:
    made = program.write("bookings/", body(chair)).json()
    item = {"service": str(chair.cut.public_id), "professional": str(chair.bia.public_id), "minutes": 90}
    changed = program.write(f"bookings/{made['id']}/", {"items": [item]}, method="patch").json()
    assert changed["items"][0]["professional"] == str(chair.bia.public_id)
    assert changed["items"][0]["ends_at"] == chair.at("14:30").strftime("%Y-%m-%dT%H:%M:00Z")
    assert changed["price_minor"] == 8000


def test_a_hold_becomes_a_booking(program: Program, chair: Chair) -> None:
    made = program.write("bookings/", body(chair, state="held", hold_minutes=5)).json()
    assert (made["state"], made["hold_until"] is None) == ("held", False)
    assert (
        program.write(f"bookings/{made['id']}/", {"state": "booked", "version": 1}, method="patch").json()["state"]
        == "booked"
    )


def test_a_series_is_all_or_nothing_or_what_has_a_place(program: Program, chair: Chair) -> None:
    program.write("bookings/", body(chair, item={"starts_at": chair.at("10:00", 14).isoformat()}))
    every = {"every": 1, "unit": "weeks", "count": 4, "but": [str(chair.day + timedelta(days=7))]}
    refused = program.write("bookings/series/", body(chair, every=every))
    assert (refused.status_code, len(refused.json()["refused"])) == (409, 1)
    with inside(chair.salon_id):
        assert Booking.objects.count() == 1
    made = program.write("bookings/series/", body(chair, every=every, skip_taken=True)).json()
    assert [one["starts_at"][:10] for one in made["bookings"]] == [
        str(chair.day + timedelta(days=days)) for days in (0, 21)
    ]
    first = made["bookings"][0]["id"]
    program.write(f"bookings/{first}/cancel/", {"rest_of_series": True})
    states = [one["state"] for one in program.ask("bookings/", series=made["bookings"][0]["series"])["results"]]
    assert states == ["cancelled", "cancelled"]


def test_the_list_is_filtered(program: Program, chair: Chair) -> None:
    ids = [program.write("bookings/", body(chair, text)).json()["id"] for text in ("10:00", "12:00")]
    program.write(f"bookings/{ids[0]}/cancel/", {})

    def found(**query: str) -> list[str]:
        return [one["id"] for one in program.ask("bookings/", **query)["results"]]

    assert found() == ids[::-1]
    assert found(order="oldest", contact=str(chair.contact.public_id), service=str(chair.cut.public_id)) == ids
    assert found(state="cancelled", professional=str(chair.ana.public_id)) == ids[:1]
    assert found(starts_after=chair.at("11:00").isoformat()) == ids[1:]
    assert found(professional=str(chair.bia.public_id)) == []


def test_services_and_professionals_are_made_changed_and_put_away(program: Program, chair: Chair) -> None:
    service = program.write("services/", {"name": "Escova", "minutes": 40, "price_minor": 6000, "category": "Cabelo"})
    assert service.status_code == 201, service.content
    made = service.json()
    assert (made["minutes"], made["currency"], made["category"], made["professionals"]) == (40, "BRL", "Cabelo", [])
    person = program.write("professionals/", {"name": "Caio", "services": [{"service": made["id"], "minutes": 30}]})
    assert person.status_code == 201, person.content
    who = person.json()
    query = {"service": made["id"], "professional": who["id"], "from": str(chair.day), "to": str(chair.day)}
    assert program.ask("availability/", **query)["results"]
    program.write(f"professionals/{who['id']}/dated-hours/", {"date": str(chair.day), "hours": []})
    assert program.ask("availability/", **query)["results"] == []
    changed = program.write(f"services/{made['id']}/", {"price_minor": 7000, "version": 1}, method="patch").json()
    assert (changed["price_minor"], changed["version"]) == (7000, 2)
    assert problem(program.write(f"services/{made['id']}/", {"name": "x", "version": 1}, method="patch"), 409) == (
        "version",
        "stale",
    )
    assert program.write(f"services/{made['id']}/archive/", {}).json()["archived_at"]
    assert problem(program.get("/api/v1/availability/", query)) == ("service", "invalid")
    assert made["id"] not in [one["id"] for one in program.ask("services/", archived="false")["results"]]
    assert program.write(f"professionals/{who['id']}/archive/", {}).json()["archived_at"]
    assert program.write(f"professionals/{who['id']}/restore/", {}).json()["archived_at"] is None


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [("services/", {"name": "x", "segments": [{"kind": "busy", "minutes": 0}]}, "segments"),
     ("services/", {"name": "x", "segments": [{"kind": "processing", "minutes": 5}]}, "segments"),
     ("services/", {"name": "x", "minutes": -5}, "minutes"),
     ("professionals/", {"name": "x", "hours": [[[600, 540]]] * 7}, "hours"),
     ("professionals/", {"name": "x", "hours": [[[0, 600], [500, 700]]] * 7}, "hours")],
)  # fmt: skip
def test_times_that_make_no_sense_are_refused(program: Program, path: str, given: dict[str, Any], field: str) -> None:
    assert problem(program.write(path, given))[0] == field
    with inside(program.salon.pk):
        assert not (Service.objects.exists() or Professional.objects.exists())


@pytest.mark.parametrize("needs", [[1], 5, "chair", ["x" * 31], ["a\0b"], [["chair"]], {"chair": 1}])
def test_needs_are_words(program: Program, needs: Any) -> None:
    assert problem(program.write("services/", {"name": "x", "needs": needs}))[0].startswith("needs")


@pytest.mark.parametrize("limit", ["99999", "10000000000", "9" * 5000, "0", "-1"])
def test_a_limit_is_a_small_number(program: Program, chair: Chair, limit: str) -> None:
    query = {"service": str(chair.cut.public_id), "limit": limit}
    assert problem(program.get("/api/v1/availability/", query))[0] == "limit"


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00Z", "1969-12-31T23:00:00Z", "9999-12-31T23:59:00Z"])
def test_moments_of_other_ages_are_refused(program: Program, chair: Chair, when: str) -> None:
    query = {"service": str(chair.cut.public_id), "starts_at": when}
    assert problem(program.get("/api/v1/availability/", query)) == ("starts_at", "too_far")
    every = {"every": 52, "unit": "weeks", "count": 52}
    given = body(chair, every=every, item={"starts_at": when})
    assert problem(program.write("bookings/series/", given)) == ("items.0.starts_at", "too_far")
    made = program.write("bookings/", body(chair)).json()
    assert problem(program.write(f"bookings/{made['id']}/", {"starts_at": when}, method="patch"))[1] == "too_far"
    last = {"starts_at": "9000-12-31T23:59:00Z"}
    assert program.write("bookings/series/", body(chair, every=every, item=last)).status_code == 400
    assert program.write(f"bookings/{made['id']}/", last, method="patch").status_code == 400


def test_ids_are_counted_before_they_are_looked_up_and_then_at_once(program: Program, chair: Chair) -> None:
    ids = [str(chair.cut.public_id)] * 2000
    with CaptureQueriesContext(connection) as queries:
        refused = program.write("bookings/", body(chair, item={"add_ons": ids}))
        assert problem(refused)[0].startswith("items.0.add_ons")
        assert problem(program.write("services/", {"name": "x", "add_ons": ids}))[0] == "add_ons"
        given = {"name": "Caio", "services": [{"service": str(uuid7())} for _ in range(500)]}
        assert problem(program.write("professionals/", given), 404)[0] == "service"
    assert len(queries) < 150


def test_availability_has_no_address_of_rows(program: Program, chair: Chair) -> None:
    answer = program.get(f"/api/v1/availability/{chair.cut.public_id}/")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such address.")


def test_who_only_looks_books_nothing(vera: Browser, bob: Browser, chair: Chair) -> None:
    for browser, status in ((vera, 403), (bob, 201)):
        answer = browser.post("/api/v1/bookings/", body(chair), content_type="application/json")
        assert answer.status_code == status
    given = {"name": "x"}
    assert bob.post("/api/v1/services/", given, content_type="application/json").status_code == 403
    assert vera.get("/api/v1/bookings/").json()["results"]


def test_a_role_may_be_bound_to_its_own_calendar(bob: Browser, chair: Chair) -> None:
    chair.book("10:00")
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.bia.pk).update(member=bob.member)
        BookingPolicy.objects.update(own_calendar_roles=["receptionist"])
        touch()
    assert bob.get("/api/v1/bookings/").json()["results"] == []
    for who, status in ((chair.ana, 403), (chair.bia, 201)):
        given = body(chair, "12:00", item={"professional": str(who.public_id)})
        assert bob.post("/api/v1/bookings/", given, content_type="application/json").status_code == status


def bound(bob: Browser, chair: Chair) -> None:
    """Bob is Bia, and sees her calendar only."""
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.bia.pk).update(member=bob.member)
        BookingPolicy.objects.update(own_calendar_roles=["receptionist"])
        touch()


def test_items_keep_their_professional_where_none_is_named(program: Program, chair: Chair) -> None:
    made = program.write("bookings/", body(chair)).json()
    item: dict[str, Any] = {"service": str(chair.colour.public_id)}
    changed = program.write(f"bookings/{made['id']}/", {"items": [item]}, method="patch").json()
    assert changed["items"][0]["professional"] == str(chair.ana.public_id)
    item = {"service": str(chair.cut.public_id), "add_ons": []}
    changed = program.write(f"bookings/{made['id']}/", {"items": [item]}, method="patch").json()
    assert changed["items"][0]["professional"] == str(chair.ana.public_id)


def test_own_calendar_only_reaches_no_colleague(bob: Browser, program: Program, chair: Chair) -> None:
    bound(bob, chair)
    cut, bia = str(chair.cut.public_id), str(chair.bia.public_id)
    mine = program.write("bookings/", body(chair, "12:00", item={"professional": bia})).json()
    shared = body(chair, "15:00", item={"professional": bia})
    shared["items"] += [{"service": cut, "professional": str(chair.ana.public_id)}]
    both = program.write("bookings/", shared).json()

    def patch(where: str, given: dict[str, Any]) -> Any:
        return bob.patch(f"/api/v1/bookings/{where}/", given, content_type="application/json")

    assert patch(both["id"], {"starts_at": chair.at("17:00").isoformat()}).status_code == 403
    for items in ([{"service": cut, "professional": bia}], [{"service": cut}, {"service": cut}]):
        assert patch(both["id"], {"items": items}).status_code == 403
    assert program.ask(f"bookings/{both['id']}/")["version"] == 1
    longer = patch(mine["id"], {"items": [{"service": cut}, {"service": cut}]})
    assert (longer.status_code, {item["professional"] for item in longer.json()["items"]}) == (200, {bia})
    assert patch(mine["id"], {"starts_at": chair.at("09:00").isoformat()}).status_code == 200
    query = {"service": cut, "from": str(chair.day), "to": str(chair.day)}
    for more in ("", "&professional=anyone"):
        where = f"/api/v1/availability/?service={cut}&from={chair.day}&to={chair.day}{more}"
        slots = bob.get(where).json()["results"]
        assert {item["professional"] for slot in slots for item in slot["items"]} == {bia}
    with inside(chair.salon_id):
        Professional.objects.filter(pk=chair.bia.pk).update(member=None)
    assert bob.get("/api/v1/availability/", query).json()["results"] == []


def test_own_calendar_only_cancels_no_colleagues_visits_of_a_series(
    bob: Browser, program: Program, chair: Chair
) -> None:
    bound(bob, chair)
    every = {"every": 1, "unit": "weeks", "count": 3}
    item = {"professional": str(chair.bia.public_id)}
    made = [
        one["id"] for one in program.write("bookings/series/", body(chair, every=every, item=item)).json()["bookings"]
    ]
    given = {"items": [{"service": str(chair.cut.public_id), "professional": str(chair.ana.public_id)}]}
    assert program.write(f"bookings/{made[1]}/", given, method="patch").status_code == 200
    answer = bob.post(f"/api/v1/bookings/{made[0]}/cancel/", {"rest_of_series": True}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert [program.ask(f"bookings/{one}/")["state"] for one in made] == ["cancelled", "booked", "cancelled"]
    done = program.write("bookings/", body(chair)).json()["id"]
    program.write(f"bookings/{done}/", {"state": "done"}, method="patch")
    assert problem(program.write(f"bookings/{done}/cancel/", {"rest_of_series": True}), 409) == ("state", "not_allowed")


def test_a_note_and_a_state_wait_for_the_calendar_before_the_row(program: Program, chair: Chair) -> None:
    made = program.write("bookings/", body(chair)).json()
    with CaptureQueriesContext(connection) as queries:
        given = {"note": "x", "state": "confirmed", "version": 1}
        assert program.write(f"bookings/{made['id']}/", given, method="patch").json()["version"] == 3
    locks = [one["sql"] for one in queries if "pg_advisory_xact_lock" in one["sql"]
             or ("FOR UPDATE" in one["sql"] and '"booking"' in one["sql"])]  # fmt: skip
    assert "pg_advisory_xact_lock(k)" in locks[0]


def test_another_salon_sees_nothing(stranger: Program, chair: Chair, salons: Salons) -> None:
    booking = chair.book()
    assert stranger.get(f"/api/v1/bookings/{booking.public_id}/").status_code == 404
    assert stranger.write("bookings/", body(chair)).status_code == 404
    assert stranger.get("/api/v1/availability/", {"service": str(chair.cut.public_id)}).status_code == 404
    assert chair.fresh(booking).version == 1
