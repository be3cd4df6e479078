"""Two people at the same moment, each with a connection of their own (CR-002): what one wrote, the other sees."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from crm.contacts import actions
from crm.contacts.merging import AlreadyOne, merge_by_hand
from crm.contacts.models import Contact, ContactMerge
from crm.inbox.drafting import Kept, NewerDraft, keep
from crm.inbox.models import Conversation, Draft
from ops import clock
from ops.salon import inside, run_in_salon
from tenants.members.models import Member
from tests.committed import forgotten
from tests.inbox.test_assigning import at_once
from tests.world import Salons


@pytest.fixture
def salon_id(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora, in which what is written stays written until the test is over."""
    pk = salons.aurora.pk
    with django_db_blocker.unblock(), forgotten(pk, ContactMerge, Draft, Conversation, Contact):
        try:
            yield pk
        finally:
            with inside(pk):
                ContactMerge.objects.all().delete()
                Contact.with_merged.exclude(merged_into=None).delete()


def all_of(salon_id: int, acts: list[Callable[[], Any]]) -> list[Any]:
    """What each gave back or raised."""
    return at_once([lambda act=act: run_in_salon(salon_id, act) for act in acts])  # type: ignore[misc]


def made(salon_id: int, *names: str) -> list[Contact]:
    with inside(salon_id):
        return [Contact.objects.create(name=name) for name in names]


def test_of_two_who_merge_the_same_one_does(salon_id: int) -> None:
    one, other = made(salon_id, "Ana", "Ana S.")

    def merging(first: Contact, second: Contact) -> Callable[[], Any]:
        return lambda: merge_by_hand(first.public_id, second.public_id, by=None)

    found = all_of(salon_id, [merging(one, other), merging(other, one)])
    assert sorted(type(each).__name__ for each in found) == ["AlreadyOne", "Person"]
    with inside(salon_id):
        assert ContactMerge.objects.count() == 1


def test_merges_that_cross_end_in_one_person(salon_id: int) -> None:
    """No deadlock, and nobody points to somebody who is gone."""
    people = made(salon_id, "Ana", "Bia", "Carla")
    pairs = [(0, 1), (1, 2), (2, 0)]
    found = all_of(
        salon_id,
        [
            lambda a=a, b=b: merge_by_hand(people[a].public_id, people[b].public_id, by=None)  # type: ignore[misc]
            for a, b in pairs
        ],
    )
    assert [each for each in found if isinstance(each, Exception) and not isinstance(each, AlreadyOne)] == []
    with inside(salon_id):
        assert [one.pk for one in Contact.objects.all()] == [people[0].pk]
        assert set(Contact.with_merged.exclude(merged_into=None).values_list("merged_into", flat=True)) == {
            people[0].pk
        }


def test_of_changes_to_one_version_the_first_counts(salon_id: int) -> None:
    [contact] = made(salon_id, "Ana")

    def naming(name: str) -> Callable[[], Any]:
        return lambda: actions.change(contact, {"name": name}, by=None, version=1).name

    found = all_of(salon_id, [naming("Bia"), naming("Carla"), naming("Dora")])
    [won] = [each for each in found if isinstance(each, str)]
    assert [type(each).__name__ for each in found if not isinstance(each, str)] == ["Changed", "Changed"]
    with inside(salon_id):
        fresh = Contact.objects.get(pk=contact.pk)
        assert (fresh.name, fresh.version) == (won, 2)


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_devices_the_slower_gets_the_newer_words(salon_id: int, version: int) -> None:
    """FR-WA-007: a draft is one, on whichever device it is written; no words are lost unseen."""
    [contact] = made(salon_id, "Ana")
    with inside(salon_id):
        talk = Conversation.objects.create(contact=contact, number_id=1, last_at=clock.now())
        member = Member.objects.order_by("pk")[0]
        if version:
            keep(member, talk, Kept("before"))

    def writing(text: str) -> Callable[[], Any]:
        return lambda: keep(member, talk, Kept(text, version=version))

    found = all_of(salon_id, [writing("phone"), writing("desk")])
    [won] = [each for each in found if isinstance(each, Kept)]
    [lost] = [each for each in found if isinstance(each, NewerDraft)]
    assert lost.kept == won
    with inside(salon_id):
        assert Draft.objects.get().text == won.text
