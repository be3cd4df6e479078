"""Runs and their steps as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from flows.console.drawing import DrawnStep, described, kind_of
from flows.console.looks import EVENT_WORDS, look_of
from flows.models import FlowExecution, FlowStep, FlowVersion

STATUSES: dict[str, tuple[str | Promise, str]] = {
    "running": (gettext_lazy("Running"), "blue"),
    "waiting": (gettext_lazy("Waiting"), "yellow"),
    "completed": (gettext_lazy("Completed"), "green"),
    "failed": (gettext_lazy("Failed"), "red"),
    "cancelled": (gettext_lazy("Cancelled"), ""),
}
LONGEST_VALUE = 120


@dataclass(frozen=True)
class Run:
    """One line of the history."""

    public_id: UUID
    flow_public_id: UUID
    flow_name: str
    contact_name: str
    started_at: datetime
    steps: int
    status: str
    note: str

    @property
    def status_words(self) -> str | Promise:
        """The status in the reader's language."""
        return STATUSES[self.status][0]

    @property
    def status_tone(self) -> str:
        """Its colour."""
        return STATUSES[self.status][1]


@dataclass(frozen=True)
class StepRow:
    """One line of the console."""

    id: int
    node: str
    edge: str
    type: str
    title: str
    icon: str
    exit: str
    exit_label: str
    summary: str
    changes: list[tuple[str, str]]
    error: str
    at: datetime
    duration_ms: float
    flow_public_id: UUID
    execution_public_id: UUID
    contact_name: str
    ended: bool


def runs_of(executions: Sequence[FlowExecution]) -> list[Run]:
    """The lines; two queries more for the names. Select `flow` with the executions."""
    names = contact_names({one.contact_id for one in executions})
    return [
        Run(
            public_id=one.public_id,
            flow_public_id=one.flow.public_id,
            flow_name=one.flow.name,
            contact_name=names[one.contact_id],
            started_at=one.started_at,
            steps=one.last_seq,
            status=one.status,
            note=one.error,
        )
        for one in executions
    ]


def steps_of(steps: Sequence[FlowStep]) -> list[StepRow]:
    """The console's lines, in the order given. Select `execution` and its `flow` with the steps."""
    names = contact_names({one.execution.contact_id for one in steps})
    drawings = drawings_of({one.execution.version_id for one in steps})
    return [_step(one, drawings[one.execution.version_id].get(one.node), names) for one in steps]


def drawings_of(version_ids: set[int]) -> dict[int, dict[str, DrawnStep]]:
    """The drawings in words by version."""
    return {
        pk: described(graph) for pk, graph in FlowVersion.objects.filter(pk__in=version_ids).values_list("pk", "graph")
    }


def contact_names(contact_ids: set[int]) -> dict[int, str]:
    """What to call each contact, also those that were erased."""
    found = Contact.objects.in_bulk(contact_ids)
    nameless = [pk for pk, contact in found.items() if not contact.name]
    known = addresses(nameless) if nameless else {}
    return {pk: name_of(found[pk], known.get(pk, "")) if pk in found else _("Guest") for pk in contact_ids}


def _step(one: FlowStep, drawn: DrawnStep | None, names: dict[int, str]) -> StepRow:
    return StepRow(
        id=one.pk,
        node=one.node,
        edge=one.edge,
        type=one.type,
        title=drawn.title if drawn else kind_of(one.type),
        icon=look_of(one.type).icon,
        exit=one.exit,
        exit_label=drawn.exit_label(one.exit) if drawn else one.exit,
        summary=str(EVENT_WORDS.get(one.event, "")) or (drawn.summary if drawn and not one.exit else ""),
        changes=[(name, _value(change)) for name, change in (one.changes or {}).items()],
        error=one.error,
        at=one.at,
        duration_ms=one.duration_ms,
        flow_public_id=one.execution.flow.public_id,
        execution_public_id=one.execution.public_id,
        contact_name=names[one.execution.contact_id],
        ended=one.execution.status not in ("running", "waiting") and one.seq == one.execution.last_seq,
    )


def _value(change: Any) -> str:
    after = change.get("after") if isinstance(change, dict) and "after" in change else change
    text = str(after)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
