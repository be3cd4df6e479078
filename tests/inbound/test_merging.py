"""Merging two contacts: nothing points to the one that is gone, and those at work at the same moment lose nothing."""

from threading import Thread
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from channels_wa.messages.models import Message
from crm.contacts import identities
from crm.contacts.merging import merge
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import FlowExecution
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside, run_in_salon
from tests.inbound import talks
from tests.inbound.talks import GUEST
from tests.world import Salons

# Who moves the rows of each table that names a contact; or why they stay.
MOVED = {
    "identity": "crm.contacts.merging",
    "contact": "crm.contacts.merging (merged_into)",
    "conversation": "crm.inbox.merging",
    "message": "crm.inbox.merging",
    "flow_execution": "flows.runtime.merging",
    "media": "channels_wa.media.actions",
    "contact_key": "channels_wa.media.actions: files are sealed anew for the one who stays",
    "consent_entry": "crm.consent.merging",
    "note": "crm.contacts.merging",
    "deal": "crm.deals.merging",
    "task": "crm.deals.merging",
    "booking": "crm.bookings.merging",
    "waitlist_entry": "crm.bookings.merging",
    "package_sale": "crm.bookings.merging",
    "payment_link": "crm.bookings.merging",
    "warm_up_talk": "stays: it counts whom a number wrote to on a day, and is forgotten soon",
}


def names_contact(model: Any) -> bool:
    names = {field.attname for field in model._meta.concrete_fields}
    return bool(names & {"contact_id", "merged_into_id"})


def test_every_table_that_names_a_contact_is_thought_of() -> None:
    tables = {model._meta.db_table for model in apps.get_models() if names_contact(model)}
    assert tables == MOVED.keys()


def two_people(salons: Salons) -> tuple[int, int]:
    talks.hear("um")
    talks.hear("dois", sender="5511990000002")
    with inside(salons.aurora.pk):
        first, second = Contact.objects.order_by("pk").values_list("pk", flat=True)
        return first, second


def merge_now(first: int, second: int) -> None:
    with transaction.atomic():
        identities.hold_still(alone=True)
        merge(second, first, because="test")


def test_the_older_contact_stays_and_the_other_leads_to_it(talk: Salons) -> None:
    first, second = two_people(talk)
    run_in_salon(talk.aurora.pk, lambda: merge_now(first, second))
    with inside(talk.aurora.pk):
        assert [one.pk for one in Contact.objects.all()] == [first]
        assert Contact.with_merged.get(pk=second).merged_into_id == first


def test_a_contact_that_was_merged_into_one_that_is_merged_leads_to_the_last(talk: Salons) -> None:
    first, second = two_people(talk)
    talks.hear("três", sender="5511990000003")
    with inside(talk.aurora.pk):
        third = Contact.objects.latest("pk").pk
    run_in_salon(talk.aurora.pk, lambda: merge_now(second, third))
    run_in_salon(talk.aurora.pk, lambda: merge_now(first, second))
    with inside(talk.aurora.pk):
        assert set(Contact.with_merged.exclude(pk=first).values_list("merged_into_id", flat=True)) == {first}


def test_of_two_runs_that_listen_the_one_of_the_newer_talk_goes_on(talk: Salons) -> None:
    from flows.models import Flow, FlowVersion

    first, second = two_people(talk)
    with inside(talk.aurora.pk):
        flow = Flow.objects.create(name="x")
        version = FlowVersion.objects.create(flow=flow, number=1, graph={})
        for contact_id in (first, second):
            conversation = Conversation.objects.get(contact_id=contact_id)
            FlowExecution.objects.create(
                flow=flow,
                version=version,
                contact_id=contact_id,
                conversation_id=conversation.pk,
                status="waiting",
                seed=1,
                started_at=clock.now(),
            )
    run_in_salon(talk.aurora.pk, lambda: merge_now(first, second))
    with inside(talk.aurora.pk):
        (still_open,) = Conversation.objects.filter(closed_at=None)
        found = FlowExecution.objects.order_by("pk").values_list("contact_id", "conversation_id", "status")
        assert list(found) == [(first, still_open.pk, "cancelled"), (first, still_open.pk, "waiting")]


def test_what_was_written_to_the_old_contact_meanwhile_is_moved_afterwards(talk: Salons) -> None:
    first, second = two_people(talk)
    run_in_salon(talk.aurora.pk, lambda: merge_now(first, second))
    with inside(talk.aurora.pk):
        old = Conversation.objects.get(last_kind="goes_on")
        Message.objects.filter(text="um").update(contact_id=second, conversation_id=old.pk)
    handling.run()
    with inside(talk.aurora.pk):
        still_open = Conversation.objects.get(closed_at=None)
        assert set(Message.objects.values_list("contact_id", "conversation_id")) == {(first, still_open.pk)}


def test_i08_a_merge_waits_for_those_who_keep_a_message(salons: Salons, django_db_blocker: DjangoDbBlocker) -> None:
    """Two sessions: whoever keeps holds the lock, so a merge beside it comes after, never in between."""
    order: list[str] = []

    def merging() -> None:
        try:
            run_in_salon(salons.aurora.pk, _alone)
        finally:
            connection.close()

    def _alone() -> None:
        with transaction.atomic():
            identities.hold_still(alone=True)
            order.append("merge")

    def keeping() -> None:
        with transaction.atomic():
            identities.hold_still()
            identities.hold_still()
            thread = Thread(target=merging)
            thread.start()
            thread.join(timeout=0.3)
            order.append("keep")
        thread.join(timeout=10)

    # Without a transaction around the test: the locks go with the commit.
    with django_db_blocker.unblock():
        run_in_salon(salons.aurora.pk, keeping)
    assert order == ["keep", "merge"]


def test_the_pages_of_a_merged_contact_lead_to_the_person(talk: Salons) -> None:
    from tests.world import Browser

    first, second = two_people(talk)
    run_in_salon(talk.aurora.pk, lambda: merge_now(first, second))
    with inside(talk.aurora.pk):
        kept, gone = (Contact.with_merged.get(pk=pk).public_id for pk in (first, second))
    alice = Browser(talk.aurora, "alice@example.com")
    answer = alice.get(f"/contacts/{gone}/")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/contacts/{kept}/")
    assert f"+{GUEST[:2]}" in alice.get(f"/contacts/{kept}/").content.decode()
