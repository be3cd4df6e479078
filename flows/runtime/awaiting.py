"""What happens to a guest goes to the executions that wait for it (`Happened`).

An event reaches an execution once: the handler commits with the end of the event's own pointer. What was there before
the execution began to wait is no news to it, and its own doing neither (`Execution.events_after`, `events_had`). Events
are told apart by their ids, never by their time: two within a moment are two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from channels_wa.numbers.models import Number
from crm.contacts.models import Contact
from flows.engine.inputs import Happened
from flows.runtime import rows
from flows.runtime.facts import people, salon_facts
from flows.runtime.graphs import graphs_of
from flows.runtime.running import Execution, Turn, run
from flows.runtime.silence import EVENT, silent
from ops import clock
from ops.eventqueue.handling import Heard
from ops.events.models import Event
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many

# Another flow talks with the guest: it is brought again after this time. While a person does, it is kept with the
# execution, and brought when they are done (flows.runtime.silence).
STAND_BACK: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _News:
    """One thing that happened to one contact, as flows know it."""

    event_id: int
    contact_id: int
    kind: str
    payload: dict[str, Any]


def on_events(events: Sequence[Heard]) -> None:
    """Bring events to those who wait for them, in order."""
    _bring([(event.id, event.kind, event.subject, event.payload) for event in events])


def on_due(subjects: Iterable[str]) -> None:
    """Bring again what had to stand back: `<execution>:<event>`."""
    wanted: dict[int, set[int]] = {}
    for subject in subjects:
        execution_id, _, event_id = subject.partition(":")
        wanted.setdefault(int(event_id), set()).add(int(execution_id))
    found = Event.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "kind", "subject", "payload")
    _bring(list(found), only=wanted)


def _bring(events: Sequence[tuple[int, str, UUID, dict[str, Any]]], only: dict[int, set[int]] | None = None) -> None:
    news = _news(events)
    if not news:
        return
    waiting = rows.awaiting(sorted({one.contact_id for one in news}))
    # In the order in which they happened: what one brings an execution to may wait for the next.
    for one in sorted(news, key=lambda one: one.event_id):
        _tell(one, [e for e in waiting if _wants(e, one) and (not only or e.id in only[one.event_id])])


def _wants(execution: Execution, news: _News) -> bool:
    is_news = news.event_id > execution.events_after and news.event_id not in execution.events_had
    return execution.contact_id == news.contact_id and news.kind in execution.awaits and is_news


def _tell(news: _News, executions: Sequence[Execution]) -> None:
    if not executions:
        return
    salon_id = current_salon_id() or 0
    conversations = [one.conversation_id for one in executions]
    busy, silenced = rows.listening(conversations), silent(conversations)
    silent_now = [one for one in executions if one.conversation_id in silenced]
    rows.hold_event(silent_now, news.event_id)
    talking = [one for one in executions if one not in silent_now]
    held = [one for one in talking if (other := busy.get(one.conversation_id)) is not None and other.id != one.id]
    # A version of its own each time, as the timer that fires now is finished beside the new one.
    version = int(clock.real().timestamp() * 1000)
    set_many(
        salon_id, [NewTimer(EVENT, f"{one.id}:{news.event_id}", clock.now() + STAND_BACK, version) for one in held]
    )
    free = [one for one in talking if one not in held]
    if not free:
        return
    portfolios = dict(Number.objects.filter(salon_id=salon_id).values_list("pk", "portfolio"))
    known = people([(one.contact_id, portfolios.get(one.number_id, "")) for one in free])
    graphs, salon = graphs_of(salon_id, {one.version_id for one in free}), salon_facts(salon_id).to_json()
    # One after the other: two of one conversation may both want to talk with the guest.
    for one in free:
        facts = {"contact": known[one.contact_id].facts, "salon": salon}
        said = Happened(news.kind, news.payload, facts)
        run(salon_id, [Turn(one, graphs[one.version_id], said, known[one.contact_id], event_id=news.event_id)])


def _news(events: Sequence[tuple[int, str, UUID, dict[str, Any]]]) -> list[_News]:
    contacts = _contacts(events)
    return [
        _News(pk, contacts[pk], shown, told)
        for pk, kind, _subject, payload in events
        if pk in contacts
        for shown, told in shown_as(kind, payload)
    ]


def shown_as(kind: str, payload: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """As which kinds flows know an event, each with what they may see of it: a change of tags is `contact.tagged` too,
    and a field's is named."""
    told = {name: value for name, value in payload.items() if name not in ("contact_id", "conversation_id")}
    found = [(kind, told)]
    if kind == "contact.changed" and "tags_added" in payload:
        tags = {"added": payload["tags_added"], "removed": payload["tags_removed"], "by": payload.get("by", "")}
        found.append(("contact.tagged", tags))
    return found


def _contacts(events: Sequence[tuple[int, str, UUID, dict[str, Any]]]) -> dict[int, int]:
    """Whose each event is: by its payload, by its conversation, or by its subject."""
    found = {pk: int(payload["contact_id"]) for pk, _kind, _subject, payload in events if payload.get("contact_id")}
    talks = {pk: int(payload["conversation_id"]) for pk, _k, _s, payload in events if payload.get("conversation_id")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, contact_id FROM conversation WHERE id = ANY(%s)", [sorted(set(talks.values()))])
        of_talks = dict(cursor.fetchall())
    found |= {pk: of_talks[talk] for pk, talk in talks.items() if pk not in found and talk in of_talks}
    named = {pk: str(payload.get("contact") or subject) for pk, _kind, subject, payload in events if pk not in found}
    by_id = dict(Contact.with_merged.filter(public_id__in=named.values()).values_list("public_id", "pk"))
    return found | {pk: by_id[UUID(one)] for pk, one in named.items() if UUID(one) in by_id}
