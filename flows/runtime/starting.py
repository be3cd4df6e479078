"""Beginning runs that no message of the guest begins: by an event, the clock, a program or a person.

What such a run says is started by the salon, so the outbox asks for consent and the service window.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection

from crm.contacts.models import Contact
from crm.inbox.opening import Opened, opened_for
from flows.engine.inputs import Started
from flows.engine.state import State
from flows.runtime import rows
from flows.runtime.facts import people, salon_facts
from flows.runtime.running import Execution, Turn, run
from flows.triggers.lineup import Candidate, lineup
from flows.usage import may_begin
from ops import clock
from ops.salon import current_salon_id

# Flows that start each other (a tag here, a tag there) are noticed by this.
MOST_AN_HOUR: Final = 20
_ANSWERS: Final = ("any_message", "keywords", "first_contact", "button", "referral", "flow", "")


class Fate(StrEnum):
    """What became of a wish."""

    STARTED = "started"
    BUSY = "busy"  # another flow waits for this guest's answer
    PEOPLE = "people"  # a person answers there, flows are silent
    # No such contact, a blocked one, no number to write from, the flow begins no more, or the plan is used up.
    GONE = "gone"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Wish:
    """A flow is to begin with a contact. `trigger` is what expressions see; `ref` names its cause, for trying again."""

    flow_id: int
    contact_id: int
    began_by: str
    trigger: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    ref: str = ""
    # Over this number; else over the one that the contact last used.
    number_id: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of a wish, and the execution if there is one."""

    wish: Wish
    fate: Fate
    execution: UUID | None = None


def start_many(wishes: Sequence[Wish]) -> list[Begun]:
    """Begin what can begin, in the caller's transaction and in the order given; what became of each."""
    found: dict[int, Begun] = {}
    left = list(enumerate(wishes))
    salon_id = current_salon_id() or 0
    found_flows = lineup(salon_id, {wish.flow_id for wish in wishes}) if may_begin(salon_id) else []
    flows = {one.flow_id: one for one in found_flows}
    while left:
        # One of each contact at a time: the first may listen, and then the next one has to wait.
        first = {wish.contact_id: number for number, wish in reversed(left)}
        turn = [(number, wish) for number, wish in left if first[wish.contact_id] == number]
        left = [(number, wish) for number, wish in left if first[wish.contact_id] != number]
        for (number, _wish), begun in zip(turn, _start([wish for _number, wish in turn], flows), strict=True):
            found[number] = begun
    return [found[number] for number in range(len(wishes))]


def _start(wishes: Sequence[Wish], flows: dict[int, Candidate]) -> list[Begun]:
    """Begin wishes of different contacts."""
    salon_id = current_salon_id() or 0
    wanted = {wish.contact_id for wish in wishes if wish.flow_id in flows}
    there = set(Contact.objects.filter(pk__in=wanted, blocked_at=None).values_list("pk", flat=True))
    often = _too_often(there)
    over = {wish.contact_id: wish.number_id for wish in wishes if wish.number_id}
    talks = opened_for(there - often, over)
    busy = rows.listening([talk.id for talk in talks.values()])
    known = people([(pk, talk.portfolio) for pk, talk in talks.items()])
    reached = {pk: talk for pk, talk in talks.items() if known[pk].recipient}
    fates = {wish.contact_id: _fate(wish, flows, often, reached, busy) for wish in wishes}
    going = [wish for wish in wishes if fates[wish.contact_id] is Fate.STARTED]
    said, salon = rows.said_lately([wish.contact_id for wish in going]), salon_facts(salon_id).to_json()
    turns = {
        wish.contact_id: Turn(
            execution=_execution(wish, flows[wish.flow_id], talks[wish.contact_id], said.get(wish.contact_id, [])),
            graph=flows[wish.flow_id].graph,
            said=Started(
                facts={"contact": known[wish.contact_id].facts, "salon": salon},
                trigger=wish.trigger,
                variables=wish.variables,
            ),
            person=known[wish.contact_id],
        )
        for wish in going
    }
    run(salon_id, list(turns.values()))
    return [
        Begun(
            wish,
            fates[wish.contact_id],
            turns[wish.contact_id].execution.public_id if wish.contact_id in turns else None,
        )
        for wish in wishes
    ]


def _fate(
    wish: Wish, flows: dict[int, Candidate], often: set[int], talks: dict[int, Opened], busy: dict[int, Execution]
) -> Fate:
    talk = talks.get(wish.contact_id)
    if wish.contact_id in often:
        return Fate.TOO_OFTEN
    if wish.flow_id not in flows or talk is None:
        return Fate.GONE
    if not talk.bot_on:
        return Fate.PEOPLE
    return Fate.BUSY if talk.id in busy else Fate.STARTED


def _execution(wish: Wish, flow: Candidate, talk: Opened, sent: list[list[int]]) -> Execution:
    return Execution(
        flow_id=flow.flow_id,
        version_id=flow.version_id,
        contact_id=wish.contact_id,
        conversation_id=talk.id,
        conversation_public_id=talk.public_id,
        number_id=talk.number_id,
        state=State(sent=sent),
        started_at=clock.now(),
        began_by=wish.began_by,
    )


def _too_often(contact_ids: Collection[int]) -> set[int]:
    """Contacts with whom so many runs began by themselves within an hour that something goes in circles."""
    if not contact_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.id FROM unnest(%s::bigint[]) AS w(id) WHERE (SELECT count(*) FROM flow_execution e "
            "WHERE e.contact_id = w.id AND e.started_at > %s AND e.began_by <> ALL(%s)) >= %s",
            [list(contact_ids), clock.now() - timedelta(hours=1), list(_ANSWERS), MOST_AN_HOUR],
        )
        return {pk for (pk,) in cursor.fetchall()}
