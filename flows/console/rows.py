"""Steps as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flows.console.drawing import DrawnStep, kind_of
from flows.console.drawings import drawings_of
from flows.console.heard import heard
from flows.console.looks import EVENT_WORDS, look_of
from flows.console.outside import Call, Sent, calls_of, sent_of
from flows.console.reasons import Explained, explain
from flows.console.runs import Contacts, contacts_of
from flows.console.words import shown
from flows.models import FlowStep


@dataclass(frozen=True)
class Change:
    """A variable that has a new value."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class StepRow:
    """One line of the console."""

    id: int
    seq: int
    node: str
    edge: str
    type: str
    title: str
    icon: str
    exit: str
    exit_label: str
    summary: str
    heard: str
    changes: list[Change]
    error: str
    why: Explained | None
    at: datetime
    duration_ms: float
    flow_public_id: UUID
    execution_public_id: UUID
    contact_name: str
    contact_public_id: UUID | None
    ended: bool
    # Whether the run came here with this step; going on after a wait is no arrival (flows.runtime.counts).
    arrived: bool
    version_id: int
    calls: list[Call] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


def steps_of(steps: Sequence[FlowStep], *, outside: bool = False, contacts: Contacts | None = None) -> list[StepRow]:
    """The console's lines, in the order given. Select `execution` and its `flow` with the steps.

    With `outside` also what the steps caused: calls to other programs, messages to the guest; two queries more.
    """
    contacts = contacts or contacts_of({one.execution.contact_id for one in steps})
    drawings = drawings_of({one.execution.version_id for one in steps})
    calls = calls_of(steps) if outside else {}
    sent = sent_of(steps) if outside else {}
    return [
        _step(
            one,
            drawings[one.execution.version_id].get(one.node),
            contacts[one.execution.contact_id],
            calls.get((one.execution_id, one.seq), []),
            sent.get((one.execution_id, one.seq), []),
        )
        for one in steps
    ]


def _step(
    one: FlowStep, drawn: DrawnStep | None, contact: tuple[str, UUID | None], calls: list[Call], sent: list[Sent]
) -> StepRow:
    return StepRow(
        id=one.pk,
        seq=one.seq,
        node=one.node,
        edge=one.edge,
        type=one.type,
        title=drawn.title if drawn else kind_of(one.type),
        icon=look_of(one.type).icon,
        exit=one.exit,
        exit_label=drawn.exit_label(one.exit) if drawn else one.exit,
        summary=str(EVENT_WORDS.get(one.event, "")) or (drawn.summary if drawn and not one.exit else ""),
        heard=heard(one.input),
        changes=[_change(name, change) for name, change in (one.changes or {}).items()],
        error=one.error,
        why=explain(one.error),
        at=one.at,
        duration_ms=one.duration_ms,
        flow_public_id=one.execution.flow.public_id,
        execution_public_id=one.execution.public_id,
        contact_name=contact[0],
        contact_public_id=contact[1],
        ended=one.execution.status not in ("running", "waiting") and one.seq == one.execution.last_seq,
        arrived=not one.input or one.input.get("input") == "started",
        version_id=one.execution.version_id,
        calls=calls,
        sent=sent,
    )


def _change(name: str, change: Any) -> Change:
    if isinstance(change, dict) and "after" in change:
        return Change(name, shown(change.get("before")), shown(change["after"]))
    return Change(name, "", shown(change))
