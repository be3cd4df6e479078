"""Who answers: taking, giving, turns, and two at once (CR-002)."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from crm.inbox import assigning, turns
from crm.inbox.models import Conversation, Team
from crm.inbox.turns import Opened, next_turns
from ops.events.models import Event
from ops.ids import uuid7
from ops.salon import inside, run_in_salon
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.committed import forgotten
from tests.inbox.conftest import Guest, NewTalk, fresh
from tests.world import Browser, Salons


def test_one_takes_it(guest: Guest, bob: Browser) -> None:
    with inside(guest.salon_id):
        assert assigning.take(conversation=guest.conversation, by=bob.member)
        assert AuditEntry.objects.filter(action="conversation.taken").count() == 1
        assert Event.objects.get(kind="conversation.assigned").payload["member"] == str(bob.member.public_id)
    assert fresh(guest.conversation).assignee == bob.member


def test_who_has_it_already_takes_nothing(guest: Guest, bob: Browser) -> None:
    with inside(guest.salon_id):
        assigning.take(conversation=guest.conversation, by=bob.member)
        assert not assigning.take(conversation=guest.conversation, by=bob.member)
        assert AuditEntry.objects.filter(action="conversation.taken").count() == 1


def test_nobody_takes_over(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        assigning.take(conversation=guest.conversation, by=bob.member)
        with pytest.raises(assigning.AlreadyTaken, match="Bob"):
            assigning.take(conversation=guest.conversation, by=alice.member)
    assert fresh(guest.conversation).assignee == bob.member


def test_it_is_given_and_taken_back(guest: Guest, alice: Browser, bob: Browser) -> None:
    with inside(guest.salon_id):
        given = assigning.give([guest.conversation.pk], member=bob.member, by=alice.member)
        assert given == [guest.conversation.pk]
        assert assigning.give([guest.conversation.pk], member=bob.member, by=alice.member) == []
        assert assigning.give([guest.conversation.pk], member=None, by=alice.member) == [guest.conversation.pk]
    assert fresh(guest.conversation).assignee is None


@pytest.mark.parametrize(
    ("members", "last", "there", "given"),
    [
        ([1, 2, 3], None, {1, 2, 3}, [1, 2, 3, 1]),
        ([1, 2, 3], 1, {1, 2, 3}, [2, 3, 1, 2]),
        ([1, 2, 3], 3, {1, 3}, [1, 3, 1, 3]),
        ([1, 2, 3], 9, {2}, [2, 2, 2, 2]),
        ([1, 2, 3], 1, set(), [None] * 4),
        ([], None, {1}, [None] * 4),
    ],
)
def test_whose_turn_it_is(members: list[int], last: int | None, there: set[int], given: list[int | None]) -> None:
    assert next_turns(members, last, there, 4) == given


def team_of(guest: Guest, *people: Browser, **fields: Any) -> Team:
    """A team for the guest's number."""
    with inside(guest.salon_id):
        values = {"number_ids": [guest.number.pk], "takes_turns": True, **fields}
        return Team.objects.create(name="Front desk", members=[one.member.pk for one in people], **values)


def opened(*talks: Conversation) -> list[Opened]:
    return [Opened(one.pk, one.public_id, one.number_id) for one in talks]


def test_new_ones_go_round(guest: Guest, talk: NewTalk, alice: Browser, bob: Browser) -> None:
    team = team_of(guest, alice, bob)
    talks = [talk(name) for name in "abc"]
    with inside(guest.salon_id):
        turns.give_opened(opened(*talks))
        assert Event.objects.filter(kind="conversation.assigned").count() == 3
    found = [fresh(one) for one in talks]
    assert [one.assignee for one in found] == [alice.member, bob.member, alice.member]
    assert {one.team for one in found} == {team}


def test_who_is_away_gets_none(guest: Guest, talk: NewTalk, alice: Browser, bob: Browser) -> None:
    team_of(guest, alice, bob)
    first = talk("a")
    with inside(guest.salon_id):
        Member.objects.filter(pk=alice.member.pk).update(is_away=True)
        turns.give_opened(opened(first))
    assert fresh(first).assignee == bob.member


def test_who_is_away_or_answers_nobody_is_passed_over(
    guest: Guest, talk: NewTalk, alice: Browser, bob: Browser, vera: Browser
) -> None:
    """FR-WA-007: many at once go round among the others; whoever is back is next in their place."""
    team = team_of(guest, vera, alice, bob)
    talks = [talk(name) for name in "abcde"]
    with inside(guest.salon_id):
        assigning.give_to_team([one.pk for one in talks[:3]], team=team, by=alice.member)
        Member.objects.filter(pk=bob.member.pk).update(is_away=True)
        assigning.give_to_team([talks[3].pk], team=team, by=alice.member)
        Member.objects.filter(pk=bob.member.pk).update(is_away=False)
        assigning.give_to_team([talks[4].pk], team=team, by=alice.member)
    given = [one.assignee.name for one in map(fresh, talks) if one.assignee]
    assert given == ["Alice", "Bob", "Alice", "Alice", "Bob"]


def test_a_team_without_turns_shares(guest: Guest, talk: NewTalk, alice: Browser) -> None:
    team = team_of(guest, alice, takes_turns=False)
    first = talk("a")
    with inside(guest.salon_id):
        turns.give_opened(opened(first))
    assert (fresh(first).team, fresh(first).assignee) == (team, None)


def test_other_numbers_are_no_business_of_the_team(guest: Guest, talk: NewTalk, alice: Browser) -> None:
    team_of(guest, alice, number_ids=[guest.number.pk + 1])
    first = talk("a")
    with inside(guest.salon_id):
        turns.give_opened(opened(first))
    assert (fresh(first).team, fresh(first).assignee) == (None, None)


def test_giving_to_a_team_takes_turns(guest: Guest, alice: Browser, bob: Browser) -> None:
    team = team_of(guest, bob)
    with inside(guest.salon_id):
        assigning.give([guest.conversation.pk], member=alice.member, by=alice.member)
        assigning.give_to_team([guest.conversation.pk], team=team, by=alice.member)
    found = fresh(guest.conversation)
    assert (found.team, found.assignee) == (team, bob.member)


# At the same time.


@pytest.fixture
def committed(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[int], list[int]]]:
    """Conversations that other connections see; all that came of them goes afterwards."""
    from crm.contacts.models import Contact
    from ops import clock

    def make(count: int) -> list[int]:
        with inside(salons.aurora.pk):
            return [
                Conversation.objects.create(
                    contact=Contact.objects.create(name=f"Guest {n}"), number_id=n + 1, last_at=clock.now()
                ).pk
                for n in range(count)
            ]

    with django_db_blocker.unblock(), forgotten(salons.aurora.pk, Conversation, Contact, Team):
        yield make


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each gave back or raised, all begun at the same moment."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        start.wait(10)
        try:
            found[place] = acts[place]()
        except Exception as error:
            found[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    return found


def test_of_two_who_take_it_one_wins(salons: Salons, committed: Callable[[int], list[int]]) -> None:
    """CR-002: nobody overwrites, the other is told."""
    [pk] = committed(1)
    with inside(salons.aurora.pk):
        people = list(Member.objects.order_by("pk")[:2])

    def taking(member: Member) -> Callable[[], Any]:
        def act() -> Any:
            def take() -> bool:
                return assigning.take(conversation=Conversation.objects.get(pk=pk), by=member)

            return run_in_salon(salons.aurora.pk, take)

        return act

    found = at_once([taking(one) for one in people])
    assert sorted(type(one).__name__ for one in found) == ["AlreadyTaken", "bool"]
    with inside(salons.aurora.pk):
        assert Conversation.objects.get(pk=pk).assignee == people[found.index(True)]


def test_turns_stay_fair_when_many_come_at_once(salons: Salons, committed: Callable[[int], list[int]]) -> None:
    """FR-WA-007: two workers open conversations side by side; nobody is left out, nobody gets two in a row."""
    pks = committed(8)
    with inside(salons.aurora.pk):
        people = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:2])
        Member.objects.update(is_away=False)
        Team.objects.create(name="Turns", members=people, number_ids=list(range(1, 9)), takes_turns=True)

    def opening(pk: int, number: int) -> Callable[[], Any]:
        def act() -> Any:
            from django.db import transaction

            def give() -> None:
                with transaction.atomic():
                    turns.give_opened([Opened(pk, uuid7(), number)])

            return run_in_salon(salons.aurora.pk, give)

        return act

    found = at_once([opening(pk, number + 1) for number, pk in enumerate(pks)])
    assert found == [None] * len(pks)
    with inside(salons.aurora.pk):
        given = [Conversation.objects.get(pk=pk).assignee_id for pk in pks]
    assert sorted(given.count(one) for one in people) == [4, 4]
