"""Taking turns: new conversations of a team's numbers go round among those of its members who are there."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from crm.inbox.models import Team
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from tenants.access.membership import holders
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.salons.models import Membership


class Opened(NamedTuple):
    """A conversation that a guest has just begun."""

    id: int
    public_id: UUID
    number_id: int


def next_turns(members: Sequence[int], last: int | None, there: Collection[int], count: int) -> list[int | None]:
    """Whose turn it is for the next `count` conversations, in the order of the team, after `last`.

    None for each where nobody is there.
    """
    start = members.index(last) + 1 if last in members else 0
    order = [one for one in (*members[start:], *members[:start]) if one in there]
    return [order[n % len(order)] if order else None for n in range(count)]


def next_of(team: Team, count: int) -> list[int | None]:
    """The same for a team as it stands, whose turn is moved on; in a transaction, which holds the team."""
    held = Team.objects.select_for_update().get(pk=team.pk)
    there = Member.objects.filter(
        pk__in=held.members, is_active=True, is_away=False, user_id__in=_who_answer().values("user_id")
    )
    given = next_turns(held.members, held.last_turn, set(there.values_list("pk", flat=True)), count)
    last = next((pk for pk in reversed(given) if pk), None)
    if last is not None and last != held.last_turn:
        Team.objects.filter(pk=held.pk).update(last_turn=last)
    return given


def give_opened(opened: Sequence[Opened]) -> None:
    """Give conversations that have just begun to the team of their number, and to a member where the team takes turns.

    In the transaction that opened them: one question where no team waits for these numbers.
    """
    numbers = sorted({one.number_id for one in opened})
    teams = list(Team.objects.filter(number_ids__overlap=numbers).order_by("pk")) if numbers else []
    given: list[tuple[int, int, int | None]] = []
    news = []
    # By id, so that two who do the same never wait for each other.
    for team in teams:
        taken = {pk for pk, _team, _member in given}
        own = [one for one in opened if one.number_id in team.number_ids and one.id not in taken]
        if not own:
            continue
        turns = next_of(team, len(own)) if team.takes_turns else [None] * len(own)
        people = dict(Member.objects.filter(pk__in={pk for pk in turns if pk}).values_list("pk", "public_id"))
        for one, member in zip(sorted(own), turns, strict=True):
            given.append((one.id, team.pk, member))
            if member is not None:
                payload = {"conversation_id": one.id, "member": str(people[member]), "by": "turn"}
                news.append(NewEvent("conversation.assigned", one.public_id, payload))
    if given:
        _write(given)
        emit_many(news)


def _who_answer() -> QuerySet[Membership]:
    """Whose role answers guests: others belong to a team still, and get nothing that they could not answer."""
    return holders(current_salon_id() or 0, Permission.INBOX_ANSWER)


def _write(given: Sequence[tuple[int, int, int | None]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET team_id = new.team, assignee_id = new.member "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS new(id, team, member) WHERE v.id = new.id",
            [list(column) for column in zip(*given, strict=True)],
        )
