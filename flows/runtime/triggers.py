"""Flows that begin by what happens to a contact: a tag, or another event (FL-003).

A handler's work and its claim are one transaction (ops.eventqueue), so an event begins each flow once.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flows.nodes.triggers import Trigger
from flows.runtime.starting import Wish
from flows.runtime.waiting_wishes import start_or_wait
from flows.triggers.about import contacts_of
from flows.triggers.kinds import TAGGED
from flows.triggers.lineup import Candidate, lineup
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

BY_EVENT: Final = ("tag_added", "event")


def on_events(heard: Sequence[Heard]) -> None:
    """Begin the flows that want one of the events, in the order of the events, the first flow first."""
    flows = [one for one in lineup(current_salon_id() or 0) if one.of_kind(*BY_EVENT)]
    if not flows:
        return
    about = contacts_of(heard)
    start_or_wait([wish for event in heard if event.id in about for wish in _wishes(event, about[event.id], flows)])


def trigger_of(flow: Candidate, event: Heard) -> dict[str, Any] | None:
    """What began the flow, as expressions see it; None if it does not begin by this event."""
    return next((told for one in flow.of_kind(*BY_EVENT) if (told := _told(one, event))), None)


def _wishes(event: Heard, contact_id: int, flows: Sequence[Candidate]) -> Iterator[Wish]:
    for flow in flows:
        if told := trigger_of(flow, event):
            yield Wish(flow.flow_id, contact_id, told["on"], told, ref=f"e{event.id}")


def _told(trigger: Trigger, event: Heard) -> dict[str, Any] | None:
    if trigger.trigger == "tag_added":
        added = event.payload.get("tags_added", []) if event.kind == TAGGED else []
        wanted = [tag for tag in added if not trigger.tags or tag in trigger.tags]
        return {"on": "tag_added", "tag": wanted[0], "tags": wanted} if wanted else None
    if event.kind not in trigger.events:
        return None
    if event.kind == "contact.created" and event.payload.get("source") == "page":
        # Somebody typed a phone into the booking page, and has not shown that it is theirs.
        return None
    if event.kind.startswith("booking.") and not _is_about(trigger, event.payload):
        return None
    plain = {name: value for name, value in event.payload.items() if not name.endswith("_id")}
    return {"on": "event", "event": event.kind, "payload": plain}


def _is_about(trigger: Trigger, payload: dict[str, Any]) -> bool:
    """Whether it is a visit that the trigger means. A held time that is let go was none: nobody is told that their
    visit is cancelled."""
    let_go = payload.get("was") == "held" and payload.get("state") == "cancelled"
    return not let_go and trigger.wants_booking(payload.get("items") or [])
