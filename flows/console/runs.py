"""Runs as lists show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from flows.console.drawing import DrawnStep
from flows.console.drawings import drawings_of
from flows.console.reasons import explain
from flows.console.words import STATUSES, began_words, span_words
from flows.models import FlowExecution
from ops import clock

# Between two steps of a burst: nobody wants to read "0 s".
SHORTEST = timedelta(seconds=1)
# What to call each contact, and its id.
Contacts = dict[int, tuple[str, UUID | None]]


@dataclass(frozen=True)
class Run:
    """One line of the history."""

    public_id: UUID
    flow_public_id: UUID
    flow_name: str
    contact_name: str
    contact_public_id: UUID | None
    started_at: datetime
    began: str
    steps: int
    status: str
    # The step it waits at or stopped at, where that says something.
    node: str
    place: str
    until: datetime | None
    took: str
    note: str

    @property
    def status_words(self) -> str | Promise:
        """The status in the reader's language."""
        return STATUSES[self.status][0]

    @property
    def status_tone(self) -> str:
        """Its colour."""
        return STATUSES[self.status][1]

    @property
    def is_active(self) -> bool:
        """Whether it goes on."""
        return self.status in ("running", "waiting")


def in_order(ids: Sequence[int]) -> list[FlowExecution]:
    """These runs in this order, without their variables."""
    rows = with_place(FlowExecution.objects.filter(pk__in=ids)).in_bulk()
    return [rows[pk] for pk in ids if pk in rows]


def with_place(rows: QuerySet[FlowExecution]) -> QuerySet[FlowExecution]:
    """What `runs_of` needs and no more: a state may hold all that the guest ever said."""
    return rows.annotate(stands_at=KT("state__at")).defer("state").select_related("flow").defer("flow__draft")


def runs_of(executions: Sequence[FlowExecution], contacts: Contacts | None = None) -> list[Run]:
    """The lines; three queries more for names and places. Select `flow` with the executions, or see `with_place`."""
    contacts = contacts or contacts_of({one.contact_id for one in executions})
    drawings = drawings_of({one.version_id for one in executions if one.status in ("waiting", "failed")})
    now = clock.now()
    return [_run(one, contacts, drawings.get(one.version_id, {}).get(_node(one)), now) for one in executions]


def contacts_of(contact_ids: Iterable[int]) -> Contacts:
    """What to call each contact and its id, also those that were erased."""
    wanted = set(contact_ids)
    found = Contact.objects.in_bulk(wanted)
    nameless = [pk for pk, contact in found.items() if not contact.name]
    known = addresses(nameless) if nameless else {}
    return {
        pk: (name_of(found[pk], known.get(pk, "")), found[pk].public_id) if pk in found else (_("Guest"), None)
        for pk in wanted
    }


def _node(one: FlowExecution) -> str:
    at = one.stands_at if hasattr(one, "stands_at") else one.state.get("at")
    return str(at or "")


def _run(
    one: FlowExecution,
    contacts: Contacts,
    drawn: DrawnStep | None,
    now: datetime,
) -> Run:
    name, contact_public_id = contacts[one.contact_id]
    took = (one.ended_at or now) - one.started_at
    why = explain(one.error)
    return Run(
        public_id=one.public_id,
        flow_public_id=one.flow.public_id,
        flow_name=one.flow.name,
        contact_name=name,
        contact_public_id=contact_public_id,
        started_at=one.started_at,
        began=began_words(one.began_by),
        steps=one.last_seq,
        status=one.status,
        node=_node(one),
        place=drawn.title if drawn else _node(one) if one.status in ("waiting", "failed") else "",
        until=one.waiting_until if one.status == "waiting" else None,
        took=span_words(took) if took >= SHORTEST else "",
        note=why.words if why else "",
    )
