"""BL-010, FR-BL-006: what a state or a plan does not allow is refused in words, with a way out; reading stays open."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver, resolve

from billing.plans.models import PlanVersion
from billing.plans.names import FEATURES
from billing.subscriptions import doors
from billing.subscriptions.entitlement import apply
from billing.subscriptions.excess import over
from billing.subscriptions.states import State
from channels_wa.outbox import subscription
from channels_wa.outbox.checks import OutboundFacts
from crm.bookings.actions import offering
from crm.bookings.catalogue import catalogue
from crm.contacts.models import Contact
from flows.models import Flow, FlowVersion
from flows.triggers.startable import startable
from ops import clock
from ops.salon import inside
from tests.api.program import Program
from tests.billing.subscriptions.conftest import PAID, House
from tests.world import Browser


def facts(purpose: str, contact: int = 1) -> OutboundFacts:
    """A message of this purpose."""
    return OutboundFacts(contact, 1, 0, "text", purpose, clock.now())


def reasons(house: House, *purposes: str) -> list[str]:
    """Why messages of these purposes do not leave."""
    with inside(house.salon.pk):
        asked = subscription.check([facts(purpose) for purpose in purposes], clock.now())
    return [refusal.reason if refusal else "" for refusal in asked]


def contact(house: House, name: str) -> Contact:
    with inside(house.salon.pk):
        return Contact.objects.create(name=name)


def test_a_suspended_salon_looks_and_changes_nothing(house: House, alice: Browser) -> None:
    house.gets(State.SUSPENDED)
    assert alice.get("/contacts/").status_code == 200
    answer = alice.post("/contacts/new/", {"name": "New"})
    assert (answer.status_code, "/billing/" in answer.content.decode()) == (403, True)
    shown = alice.post("/contacts/new/", {"name": "New"}, headers={"hx-request": "true"})
    assert json.loads(shown["HX-Trigger"])["toast"]["link"] == "/billing/"
    with inside(house.salon.pk):
        assert not Contact.objects.filter(name="New").exists()
    house.gets(State.ACTIVE)
    assert alice.post("/contacts/new/", {"name": "New"}).status_code < 400


def test_who_does_not_see_bills_gets_no_dead_link(house: House, bob: Browser) -> None:
    house.gets(State.SUSPENDED)
    assert 'href="/billing/"' not in bob.post("/contacts/new/", {"name": "New"}).content.decode()


def test_programs_are_told_the_way_out(house: House) -> None:
    house.gets(State.SUSPENDED)
    program = Program(house.salon)
    program.ask("contacts/")
    answer = program.write("contacts/", {"name": "New"})
    said = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert (said["code"], said["way_out"].endswith("/billing/")) == ("subscription_suspended", True)


def test_offers_wait_for_a_payment_and_answers_go(house: House) -> None:
    house.gets(State.PAST_DUE)
    assert reasons(house, "reply", "reminder", "marketing") == ["", "", "subscription_past_due"]
    house.gets(State.SUSPENDED)
    assert reasons(house, "reply", "reminder") == ["", "subscription_suspended"]


def test_a_feature_that_the_plan_lacks(house: House, alice: Browser) -> None:
    apply(house.salon.pk, PAID)
    PlanVersion.objects.filter(plan__code="pro").update(features=[])
    house.forget()
    assert alice.get("/settings/roles/").status_code == 200
    assert alice.post("/settings/roles/new/", {"name": "x"}).status_code == 403
    assert alice.get("/settings/audit/export/").status_code == 403


@pytest.fixture
def small(house: House) -> House:
    """The plan has room for one contact and one flow."""
    apply(house.salon.pk, PAID)
    PlanVersion.objects.filter(plan__code="pro").update(limits={"contacts": 1, "flows": 1})
    house.forget()
    return house


def test_the_oldest_stay_and_the_rest_can_be_looked_at(small: House, alice: Browser) -> None:
    old, new = contact(small, "Old"), contact(small, "New")
    assert [(one.name, one.used, one.limit) for one in over(small.salon.pk)] == [("contacts", 2, 1)]
    page = f"/contacts/{new.public_id}/"
    assert alice.get(page).status_code == 200
    assert alice.post(f"{page}tag/", {"tag": "vip"}).status_code == 403
    assert alice.post(f"/contacts/{old.public_id}/tag/", {"tag": "vip"}).status_code < 400
    with inside(small.salon.pk):
        offers = [facts("marketing", one.pk) for one in (old, new)]
        assert [bool(one) for one in subscription.check(offers, clock.now())] == [False, True]


def test_a_flow_beyond_the_plan_starts_no_more(small: House) -> None:
    with inside(small.salon.pk):
        for name in ("Old", "New"):
            flow = Flow.objects.create(name=name)
            Flow.objects.filter(pk=flow.pk).update(published=FlowVersion.objects.create(flow=flow, number=1, graph={}))
        assert list(startable().values_list("name", flat=True)) == ["Old"]


def test_a_professional_beyond_the_plan_gets_no_new_visits(house: House) -> None:
    apply(house.salon.pk, PAID)
    with inside(house.salon.pk):
        for name in ("Ana", "Bruno"):
            offering.create_professional({"name": name, "hours": [[[480, 1200]]] * 7}, by=None, offers=[])
    PlanVersion.objects.filter(plan__code="pro").update(limits={"professionals": 1})
    house.forget()
    with inside(house.salon.pk):
        people = catalogue().people.values()
    assert [(one.name, one.is_online, one.is_beyond_plan) for one in people] == [
        ("Ana", True, False),
        ("Bruno", False, True),
    ]


def names_of(patterns: Any, space: str = "") -> set[str]:
    """The names of all pages below."""
    found = set()
    for one in patterns:
        if isinstance(one, URLResolver):
            found |= names_of(one.url_patterns, f"{one.namespace}:" if one.namespace else space)
        elif one.name:
            found.add(f"{space}{one.name}")
    return found


def test_the_tables_name_pages_and_features_that_exist() -> None:
    known = names_of(get_resolver(settings.SALON_URLCONF).url_patterns)
    kept = {f"{space}:{name}" for space, (_thing, names) in doors.THING_DOORS.items() for name in names}
    assert doors.OPEN_PAGES | kept <= known
    assert set(doors.FEATURE_DOORS.values()) == set(FEATURES), "a feature that no door asks for is only a promise"
    for path in doors.FEATURE_DOORS:
        resolve(path, urlconf=settings.SALON_URLCONF)
