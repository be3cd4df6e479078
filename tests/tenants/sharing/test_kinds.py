"""TN-005: pipelines, segments, numbers and calendars are closed to all but some, and given to one more."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from channels_wa.numbers.models import Number
from crm.bookings.models import BookingItem
from crm.contacts.models import Contact, Segment
from crm.deals.actions import NewDeal, create, pipelines
from crm.deals.defaults import STAGES, default_pipeline
from crm.deals.models import Deal, Stage
from crm.inbox.models import Conversation
from ops import clock
from ops.salon import inside
from tenants.access.roles import built_in
from tenants.members.models import Member
from tenants.sharing.rights import Right
from tests.bookings.calendar.conftest import Desk, own_desk
from tests.bookings.calendar.test_new import form
from tests.bookings.conftest import Chair, chair
from tests.tenants.sharing.conftest import Give
from tests.world import Browser, Salons

__all__ = ["chair", "own_desk"]
Close = Callable[..., None]
JSON = "application/json"


@pytest.fixture
def deal(salons: Salons, alice: Browser) -> Deal:
    """One in a pipeline of its own."""
    with inside(salons.aurora.pk):
        default_pipeline()
        stages = [{"name": n, "kind": k, "probability": p, "rot_days": r} for n, k, p, r in STAGES]
        made = pipelines.create("Brides", stages=stages, lost_reasons=["No"], by=alice.member)
        stage = Stage.objects.select_related("pipeline").filter(pipeline=made).order_by("order")[0]
        return create(NewDeal(contact=Contact.objects.create(name="Rita"), title="Veil", stage=stage), by=None)


def test_a_closed_pipeline_and_its_deals_are_not_there(bob: Browser, deal: Deal, close: Close, give: Give) -> None:
    pipeline, stage = deal.stage.pipeline, deal.stage
    board = f"/deals/?pipeline={pipeline.public_id}"
    assert "Veil" in bob.get_page(board)
    close(pipeline, "pipeline")
    assert "Brides" not in bob.get_page("/deals/")
    for path in (board, f"/deals/{deal.public_id}/", f"/deals/stages/{stage.public_id}/"):
        assert bob.get(path).status_code == 404, path
    assert bob.get("/api/v1/deals/").json()["results"] == []
    assert bob.get(f"/api/v1/deals/?pipeline={pipeline.public_id}").status_code == 404
    given = json.dumps({"title": "X", "contact": str(deal.contact.public_id), "stage": str(stage.public_id)})
    assert bob.post("/api/v1/deals/", given, content_type=JSON).status_code == 404
    assert bob.post(f"/deals/{deal.public_id}/win/").status_code == 404
    give(pipeline, bob, kind="pipeline")
    assert "Veil" in bob.get_page(board)
    assert bob.post(f"/deals/{deal.public_id}/win/").status_code == 403
    assert bob.post("/api/v1/deals/", given, content_type=JSON).status_code == 404


def test_a_closed_segment_filters_nothing(bob: Browser, salons: Salons, close: Close) -> None:
    with inside(salons.aurora.pk):
        found = Segment.objects.create(name="Secret guests", filter={"all": []})
    where = f"/api/v1/contacts/?segment={found.public_id}"
    assert bob.get(where).status_code == 200
    close(found, "segment")
    assert bob.get(where).status_code == 404
    assert "Secret guests" not in bob.get_page("/contacts/")
    assert bob.get(f"/api/v1/segments/{found.public_id}/").status_code == 404


def test_what_is_said_over_a_closed_number_is_not_theirs(
    bob: Browser, alice: Browser, salons: Salons, close: Close, give: Give
) -> None:
    number = Number.objects.get(salon_id=salons.aurora.pk)
    with inside(salons.aurora.pk):
        contact = Contact.objects.create(name="Rita")
        talk = Conversation.objects.create(
            contact=contact, number_id=number.pk, last_at=clock.now(), last_text="Psst", last_direction="in"
        )
    assert "Psst" in bob.get_page("/inbox/")
    close(number, "number")
    assert "Psst" not in bob.get_page("/inbox/")
    assert bob.get(f"/inbox/{talk.public_id}/").status_code == 404
    assert bob.get(f"/api/v1/conversations/{talk.public_id}/").status_code == 404
    body = {"number": str(number.public_id), "contact": str(contact.public_id), "type": "text", "text": {"body": "x"}}
    assert bob.post("/api/v1/messages/", json.dumps(body), content_type=JSON).status_code == 404
    assert "Psst" in alice.get_page("/inbox/")
    give(number, bob, kind="number")
    assert "Psst" in bob.get_page("/inbox/")


def test_news_over_a_closed_number_go_to_whom_it_is_open(bob: Browser, salons: Salons, close: Close) -> None:
    from crm.inbox.rights import closed_numbers, visible_conversations

    number = Number.objects.get(salon_id=salons.aurora.pk)
    close(number, "number")
    with inside(salons.aurora.pk):
        who = Member(pk=bob.member.pk)
        who.rights = built_in("receptionist")
        assert closed_numbers(who) == {number.pk}
        assert not visible_conversations(who).filter(number_id=number.pk).exists()


def test_a_colleagues_calendar_is_seen_and_then_written_into(own_desk: Desk, chair: Chair, give: Give) -> None:
    """Bob is Bia and has her calendar only."""
    booking = chair.book("10:00")
    assert own_desk.visits() == []
    give(chair.ana, own_desk.browser, kind="calendar")
    assert [guest for guest, _start, _end in own_desk.visits()] == ["Carla Dias"]
    assert own_desk.act(booking, "state", state="arrived").status_code == 403
    where = f"/api/v1/bookings/{booking.public_id}/cancel/"
    assert own_desk.browser.post(where, "{}", content_type=JSON).status_code == 403
    give(chair.ana, own_desk.browser, Right.EDIT, kind="calendar")
    assert own_desk.act(booking, "state", state="arrived").status_code == 200


def test_a_closed_calendar_is_no_column_but_ones_own_stays(
    chair: Chair, bob: Browser, own_desk: Desk, close: Close, salons: Salons
) -> None:
    from crm.bookings.models import BookingPolicy

    with inside(chair.salon_id):
        BookingPolicy.objects.update(own_calendar_roles=[])
    hers, theirs = chair.book("10:00"), chair.book("11:00", who=chair.bia)
    for one in (chair.ana, chair.bia):
        close(one, "calendar")
    assert [one["name"] for one in own_desk.days()["resources"]] == ["Bia"]
    assert own_desk.browser.get(f"/calendar/bookings/{hers.public_id}/").status_code == 404
    assert own_desk.browser.get(f"/api/v1/bookings/{hers.public_id}/").status_code == 404
    assert own_desk.browser.get(f"/calendar/bookings/{theirs.public_id}/").status_code == 200


def test_who_sees_no_calendar_by_role_sees_the_one_that_was_given(
    chair: Chair, bob: Browser, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    may, his, hidden = Member.may, bob.member.pk, ("bookings.see", "bookings.edit")
    monkeypatch.setattr(Member, "may", lambda who, asked: may(who, asked) and not (who.pk == his and asked in hidden))
    assert bob.get("/calendar/").status_code == 403
    give(chair.ana, bob, kind="calendar")
    assert [one["name"] for one in Desk(bob, chair).days()["resources"]] == ["Ana"]


def asked_for(chair: Chair, time: str, who: str | None = None) -> dict[str, Any]:
    item = {"service": str(chair.cut.public_id), "starts_at": chair.at(time).isoformat()}
    return {"guest_name": "Rita", "items": [item | ({"professional": who} if who else {})]}


def test_a_calendar_that_was_given_opens_the_api_to_it_and_to_no_other(
    chair: Chair, bob: Browser, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TN-005: to see it, then to book in it, as on the pages."""
    hers, theirs = chair.book("10:00"), chair.book("11:00", who=chair.bia)
    may, his, hidden = Member.may, bob.member.pk, ("bookings.see", "bookings.edit")
    monkeypatch.setattr(Member, "may", lambda who, asked: may(who, asked) and not (who.pk == his and asked in hidden))
    ana, bia = str(chair.ana.public_id), str(chair.bia.public_id)
    slots = f"/api/v1/availability/?service={chair.cut.public_id}&from={chair.day}&to={chair.day}"

    def write(where: str, given: dict[str, Any]) -> int:
        return int(bob.post(f"/api/v1/bookings/{where}", given, content_type=JSON).status_code)

    assert (bob.get("/api/v1/bookings/").status_code, bob.get(slots).status_code) == (403, 403)
    give(chair.ana, bob, kind="calendar")
    assert [one["id"] for one in bob.get("/api/v1/bookings/").json()["results"]] == [str(hers.public_id)]
    assert bob.get(f"/api/v1/bookings/{theirs.public_id}/").status_code == 404
    assert {item["professional"] for slot in bob.get(slots).json()["results"] for item in slot["items"]} == {ana}
    assert bob.get(f"{slots}&professional={bia}").status_code == 404
    assert write("", asked_for(chair, "14:00", ana)) == 403
    assert write(f"{hers.public_id}/cancel/", {}) == 403
    give(chair.ana, bob, Right.EDIT, kind="calendar")
    assert [write("", asked_for(chair, "14:00", who)) for who in (bia, None, ana)] == [403, 403, 201]
    assert write(f"{theirs.public_id}/cancel/", {}) == 404
    assert write(f"{hers.public_id}/cancel/", {}) == 200


@pytest.mark.parametrize("way", ["api", "series", "page"])
def test_anyone_is_nobody_whose_calendar_is_closed(
    chair: Chair, bob: Browser, close: Close, give: Give, way: str
) -> None:
    """TN-005: Ana would be next in turn, and is closed to Bob, also where he may look at it."""
    close(chair.ana, "calendar")
    give(chair.ana, bob, kind="calendar")

    def book(time: str) -> int:
        given: dict[str, Any] = asked_for(chair, time)
        if way == "page":
            given = form(chair, time=time, **{"who-0": ""})
            return int(bob.post("/calendar/new/", given, headers={"HX-Request": "true"}).status_code)
        if way == "series":
            given["every"] = {"every": 1, "unit": "weeks", "count": 2}
        where = "/api/v1/bookings/" + ("series/" if way == "series" else "")
        return int(bob.post(where, given, content_type=JSON).status_code)

    chair.book("16:00", who=chair.bia)
    assert book("10:00") in (200, 201)
    assert book("10:00") == 409, "Ana is free"
    with inside(chair.salon_id):
        assert not BookingItem.objects.filter(professional=chair.ana.pk).exists()
