"""The rules really run (CO-001): a batch at a time, by a timer, and say what they took."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels_wa.messages.models import Message
from crm.bookings.models import Booking
from crm.contacts.models import Contact
from crm.deals.models import Task
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from ops.timers.models import Timer
from ops.timers.registry import Due
from tenants.privacy import policy, retention, tasks
from tenants.privacy.models import PrivacyRequest
from tests.tenants.privacy.conftest import Guests
from tests.world import Salons


def run_all(salon_id: int) -> None:
    """Every timer of the rules, until none is left."""
    due = [("all", 0)]
    while due:
        with inside(salon_id):
            retention.keep_rules([Due(subject, version) for subject, version in due])
            rows = Timer.objects.filter(kind=retention.KEEP, salon_id=salon_id, state="pending")
            due = list(rows.values_list("subject", "version"))
            rows.update(state="done")


def test_co001_what_is_too_old_goes_and_the_page_says_so(guests: Guests) -> None:
    salon_id = guests.salons.aurora.pk
    with inside(salon_id):
        messages = Message.objects.count()
        policy.change({"messages": (30, "delete"), "events": (30, "delete")}, controller="", officer="",
                      redaction="full", by=None)  # fmt: skip
        Message.objects.filter(text__startswith="oi ").update(at=clock.now() - timedelta(days=31))
        Event.objects.update(at=clock.now() - timedelta(days=31))
    run_all(salon_id)
    with inside(salon_id):
        assert Message.objects.count() == messages - 2
        assert not Message.objects.filter(text__startswith="oi ").exists()
        assert not Event.objects.exists()
        held = {one.rule.kind: one for one in policy.holding()}
        assert (held["messages"].removed, held["messages"].total) == (2, 2)
        assert held["media"].removed == 0 and held["media"].ran_at


def test_co001_contacts_that_nobody_hears_of_are_marked(guests: Guests) -> None:
    salon_id = guests.salons.aurora.pk
    with inside(salon_id):
        quiet = Contact.objects.create(name="Quiet", created_at=clock.now() - timedelta(days=400))
        policy.change({"contacts": (365, "tag")}, controller="", officer="", redaction="full", by=None)
    run_all(salon_id)
    with inside(salon_id):
        assert len(Contact.objects.get(pk=quiet.pk).tags) == 1
        assert Contact.objects.get(public_id=guests.public_id).tags == ["zzcanaryzz"]


def test_co001_every_salon_is_asked_by_a_row_and_no_schema_is_visited(salons: Salons, db: None) -> None:
    assert tasks.ask_for_retention.run() >= 2
    assert Timer.objects.filter(kind=retention.KEEP, subject="all").count() >= 2


def test_co001_a_rule_that_fails_keeps_no_other_from_its_turn(guests: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> int:
        raise RuntimeError("no")

    first = policy.rules()[0]
    broken = replace(first, run=fails)
    monkeypatch.setattr(policy, "rules", lambda rules=(broken, *policy.rules()[1:]): list(rules))
    salon_id = guests.salons.aurora.pk
    with inside(salon_id):
        policy.change({first.kind: (400, "delete")}, controller="", officer="", redaction="full", by=None)
    run_all(salon_id)
    with inside(salon_id):
        ran = {one.rule.kind for one in policy.holding() if one.ran_at}
    assert first.kind not in ran and ran


def test_co001_guests_with_something_planned_are_not_quiet(guests: Guests) -> None:
    salon_id = guests.salons.aurora.pk
    with inside(salon_id):
        planned = Contact.objects.create(name="Planned", created_at=clock.now() - timedelta(days=400))
        Task.objects.create(contact=planned, text="Call", due_at=clock.now() + timedelta(days=3))
        policy.change({"contacts": (365, "tag")}, controller="", officer="", redaction="full", by=None)
    run_all(salon_id)
    with inside(salon_id):
        assert Contact.objects.get(pk=planned.pk).tags == []


def test_co001_a_phone_that_nobody_confirmed_on_the_page_goes(guests: Guests) -> None:
    """BK-004: whoever types a stranger's phone leaves nothing behind; a guest who wrote, or came, stays."""
    salon_id = guests.salons.aurora.pk
    long_ago, page = clock.now() - timedelta(days=31), {"page": "2026-01-01"}
    with inside(salon_id):
        typed, wrote, came, young = (Contact.objects.create(attribution=page, created_at=long_ago) for _ in range(4))
        Contact.objects.filter(pk=wrote.pk).update(seen_at=long_ago)
        Contact.objects.filter(pk=young.pk).update(created_at=clock.now())
        for contact, state in ((typed, Booking.State.CANCELLED), (came, Booking.State.DONE)):
            Booking.objects.create(
                contact=contact,
                state=state,
                source="page",
                currency="BRL",
                starts_at=long_ago,
                ends_at=long_ago + timedelta(hours=1),
            )
    run_all(salon_id)
    with inside(salon_id):
        asked = PrivacyRequest.objects.filter(why=PrivacyRequest.Why.RULE).values_list("contact_public_id", flat=True)
        assert list(asked) == [typed.public_id]
