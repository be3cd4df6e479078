"""A flow that should begin while the guest talks with another flow, or with a person, waits until they are done.

As a timer, which names flow, contact and cause; given up after a day.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from flows.runtime.starting import Fate, Wish, start_many
from flows.triggers.lineup import Candidate, lineup
from ops import clock
from ops.eventqueue.handling import Heard
from ops.events.models import Event
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due

log = logging.getLogger(__name__)

START: Final = "flow.start"
_WAITS: Final = (Fate.BUSY, Fate.PEOPLE)
_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
# About a day with these pauses.
_TRIES: Final = 28


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A wish as its timer names it. `ref`: `e` and the id of an event, or `d` and the day of a schedule."""

    flow_id: int
    contact_id: int
    ref: str
    tried: int

    @classmethod
    def read(cls, due: Due) -> Self:
        flow_id, contact_id, ref = due.subject.split(":")
        return cls(int(flow_id), int(contact_id), ref, due.version)


def start_or_wait(wishes: Sequence[Wish], tries: Sequence[int] = ()) -> None:
    """Begin what can begin; what stands in the queue behind a talk is tried again. `tries`: how often that was so."""
    if not wishes:
        return
    later = []
    for begun, tried in zip(start_many(wishes), tries or [0] * len(wishes), strict=True):
        wish = begun.wish
        if begun.fate not in _WAITS:
            continue
        if tried >= _TRIES:
            log.info("flow %s did not begin with contact %s for a day: %s", wish.flow_id, wish.contact_id, begun.fate)
            continue
        pause = min(_PAUSE * 2**tried, _LONGEST_PAUSE)
        subject = f"{wish.flow_id}:{wish.contact_id}:{wish.ref}"
        later.append(NewTimer(START, subject, clock.now() + pause, tried + 1))
    set_many(current_salon_id(), later)


def try_again(due: Sequence[Due]) -> None:
    """Those whose turn may have come. A flow that would not begin by its cause any more does not."""
    asked = [_Waiting.read(one) for one in due]
    flows = {one.flow_id: one for one in lineup(current_salon_id() or 0, {one.flow_id for one in asked})}
    events = _events([int(one.ref[1:]) for one in asked if one.ref.startswith("e")])
    wishes, tries = [], []
    for one in asked:
        flow = flows.get(one.flow_id)
        told = _cause(flow, one.ref, events) if flow else None
        if told:
            wishes.append(Wish(one.flow_id, one.contact_id, told["on"], told, ref=one.ref))
            tries.append(one.tried)
    start_or_wait(wishes, tries)


def _cause(flow: Candidate, ref: str, events: dict[int, Heard]) -> dict[str, Any] | None:
    from flows.runtime.triggers import trigger_of  # it begins flows by this module

    if ref.startswith("e"):
        event = events.get(int(ref[1:]))
        return trigger_of(flow, event) if event else None
    return {"on": "schedule", "date": ref[1:]} if flow.of_kind("schedule") else None


def _events(ids: Sequence[int]) -> dict[int, Heard]:
    rows = Event.objects.filter(pk__in=ids) if ids else []
    return {
        one.pk: Heard(one.pk, one.public_id, one.kind, one.subject, one.version, one.payload, one.at) for one in rows
    }
