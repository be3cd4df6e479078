"""Merging by hand, and taking it back (CR-001): exactly what was moved goes back, what came later stays."""

from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from channels_wa.messages.models import Identity, Message
from crm.consent.models import ConsentEntry
from crm.contacts import identities
from crm.contacts.merging import AlreadyOne, merge_by_hand
from crm.contacts.models import Contact, ContactMerge, Note
from crm.contacts.unmerging import CannotUndo, undo
from crm.inbox.models import Conversation
from flows.models import FlowExecution
from ops import clock
from ops.eventqueue import handling
from ops.runs import ids_of, runs_of
from ops.salon import inside, run_in_salon
from tests.inbound import talks
from tests.inbound.conftest import talk
from tests.world import Browser, Salons

__all__ = ["talk"]

SECOND = "5511990000002"


def two_people(salons: Salons) -> tuple[Contact, Contact]:
    talks.hear("um")
    talks.hear("dois", sender=SECOND)
    with inside(salons.aurora.pk):
        first, second = Contact.objects.order_by("pk")
        Contact.objects.filter(pk=first.pk).update(name="Ana", tags=["vip"], fields={"hair": "red"})
        Contact.objects.filter(pk=second.pk).update(name="Ana B", tags=["new"], fields={"hair": "blue", "dog": "Rex"})
        for contact in (first, second):
            talk = Conversation.objects.get(contact=contact)
            Note.objects.create(contact=contact, conversation_id=talk.pk, text="x")
        return first, second


def everything() -> dict[str, Any]:
    """Who has what, as far as a merge touches it."""
    talks_ = Conversation.objects.order_by("pk")
    return {
        "contacts": list(
            Contact.with_merged.order_by("pk").values("pk", "name", "tags", "fields", "merged_into_id", "created_at")
        ),
        "identities": sorted(Identity.with_former.values_list("pk", "contact_id")),
        "messages": sorted(Message.objects.values_list("pk", "contact_id", "conversation_id")),
        "notes": sorted(Note.objects.values_list("pk", "contact_id", "conversation_id")),
        "runs": sorted(FlowExecution.objects.values_list("pk", "contact_id", "conversation_id")),
        "consents": sorted(ConsentEntry.objects.values_list("pk", "contact_id")),
        "talks": list(
            talks_.values("pk", "contact_id", "unread", "last_text", "last_direction", "closed_at", "last_inbound_at")
        ),
    }


def merged(salons: Salons, first: Contact, second: Contact) -> ContactMerge:
    run_in_salon(salons.aurora.pk, lambda: merge_by_hand(second.public_id, first.public_id, by=None))
    with inside(salons.aurora.pk):
        return ContactMerge.objects.latest("pk")


def undone(salons: Salons, log: ContactMerge) -> None:
    run_in_salon(salons.aurora.pk, lambda: undo(log.pk, by=None))


def test_an_undo_restores_both(talk: Salons) -> None:
    first, second = two_people(talk)
    with inside(talk.aurora.pk):
        before = everything()
    log = merged(talk, first, second)
    handling.run()
    with inside(talk.aurora.pk):
        kept = Contact.objects.get()
        assert (kept.name, kept.tags, kept.fields) == ("Ana", ["vip", "new"], {"hair": "red", "dog": "Rex"})
        assert everything() != before
    undone(talk, log)
    handling.run()
    with inside(talk.aurora.pk):
        after = everything()
        for name, rows in before.items():
            assert after[name] == rows, name


def test_what_came_later_stays(talk: Salons) -> None:
    first, second = two_people(talk)
    log = merged(talk, first, second)
    talks.hear("depois", sender=SECOND)
    with inside(talk.aurora.pk):
        Note.objects.create(contact=first, text="later")
        Contact.objects.update(name="Ana Clara")
    undone(talk, log)
    with inside(talk.aurora.pk):
        later = Message.objects.get(text="depois")
        assert later.contact_id == first.pk
        assert Conversation.objects.get(pk=later.conversation_id).contact_id == first.pk
        assert Note.objects.get(text="later").contact_id == first.pk
        assert list(Contact.objects.order_by("pk").values_list("name", flat=True)) == ["Ana Clara", "Ana B"]
        assert Message.objects.get(text="dois").contact_id == second.pk
    talks.hear("e agora", sender=SECOND)
    with inside(talk.aurora.pk):
        assert Message.objects.get(text="e agora").contact_id == second.pk


def test_a_notice_that_comes_after_the_undo_moves_nothing(talk: Salons) -> None:
    first, second = two_people(talk)
    log = merged(talk, first, second)
    undone(talk, log)
    with inside(talk.aurora.pk):
        before = everything()
    handling.run()
    with inside(talk.aurora.pk):
        assert everything() == before


def test_aliases_lead_to_the_right_contact_again(talk: Salons) -> None:
    first, second = two_people(talk)
    talks.hear("três", sender="5511990000003")
    with inside(talk.aurora.pk):
        third = Contact.objects.latest("pk")
    merged(talk, second, third)
    log = merged(talk, first, second)
    undone(talk, log)
    with inside(talk.aurora.pk):
        assert Contact.with_merged.get(pk=third.pk).merged_into_id == second.pk


def test_twice_is_said(talk: Salons) -> None:
    first, second = two_people(talk)
    log = merged(talk, first, second)
    with pytest.raises(AlreadyOne):
        merged(talk, first, second)
    undone(talk, log)
    with pytest.raises(CannotUndo, match="undone"):
        undone(talk, log)


def test_after_another_merge_the_newer_one_goes_first(talk: Salons) -> None:
    first, second = two_people(talk)
    talks.hear("três", sender="5511990000003")
    with inside(talk.aurora.pk):
        third = Contact.objects.latest("pk")
        before = everything()
    one = merged(talk, first, second)
    other = merged(talk, first, third)
    with pytest.raises(CannotUndo, match="newer"):
        undone(talk, one)
    undone(talk, other)
    undone(talk, one)
    with inside(talk.aurora.pk):
        assert everything() == before


def test_after_thirty_days_it_is_too_late(talk: Salons) -> None:
    first, second = two_people(talk)
    log = merged(talk, first, second)
    with inside(talk.aurora.pk):
        ContactMerge.objects.update(at=clock.now() - timedelta(days=30, minutes=1))
    with pytest.raises(CannotUndo, match="late"):
        undone(talk, log)


def test_an_automatic_merge_has_a_log(talk: Salons) -> None:
    talks.hear("um")
    talks.hear_of("BR.1", "dois")
    talks.hear("três", from_user_id="BR.1")
    with inside(talk.aurora.pk):
        log = ContactMerge.objects.get()
        assert (log.because, log.by) == ("one message", None)
        assert ids_of(log.moved["message"])


def test_i08_a_merge_by_hand_waits_for_a_message_that_is_being_kept(
    salons: Salons, django_db_blocker: DjangoDbBlocker
) -> None:
    """Two sessions: whom an identity leads to stays true until the message is written."""
    order: list[str] = []

    def merging() -> None:
        try:
            with suppress(AlreadyOne):
                run_in_salon(salons.aurora.pk, lambda: merge_by_hand(uuid4(), uuid4(), by=None))
            order.append("merge")
        finally:
            connection.close()

    def keeping() -> None:
        thread = Thread(target=merging)
        with transaction.atomic():
            identities.hold_still()
            thread.start()
            thread.join(timeout=0.3)
            order.append("keep")
        thread.join(timeout=10)

    with django_db_blocker.unblock():
        run_in_salon(salons.aurora.pk, keeping)
    assert order == ["keep", "merge"]


def test_runs_are_the_ids() -> None:
    assert runs_of([5, 1, 2, 3, 3]) == [[1, 3], 5]
    assert ids_of([[1, 3], 5]) == [1, 2, 3, 5]


def test_a_receptionist_merges_and_takes_it_back(talk: Salons, bob: Browser) -> None:
    first, second = two_people(talk)
    place = f"/contacts/{second.public_id}/merge/"
    assert "Ana" in bob.get_page(place, search="Ana")
    page = bob.get_page(place, **{"with": str(first.public_id)})
    assert "Ana B" in page
    assert "Rex" in page
    answer = bob.post(place, {"with": str(first.public_id)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/contacts/{first.public_id}/")
    with inside(talk.aurora.pk):
        log = ContactMerge.objects.get()
        assert log.by_id == bob.member.pk
    address = f"/contacts/{first.public_id}/merges/{log.public_id}/undo/"
    assert address in bob.get_page(f"/contacts/{first.public_id}/merges/")
    assert bob.post(address).status_code == 303
    assert bob.get(f"/contacts/{second.public_id}/").status_code == 200
    assert bob.post(address, headers={"HX-Request": "true"}).status_code == 409


def test_a_viewer_may_not_and_another_salon_finds_nothing(talk: Salons, vera: Browser, charlie: Browser) -> None:
    first, second = two_people(talk)
    log = merged(talk, first, second)
    for place in ("merge/", f"merges/{log.public_id}/undo/"):
        address = f"/contacts/{first.public_id}/{place}"
        assert vera.post(address, {"with": str(second.public_id)}).status_code == 403
        assert charlie.post(address, {"with": str(second.public_id)}).status_code == 404
