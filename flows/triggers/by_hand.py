"""A person or a program begins a flow with a guest."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from billing.metering.kinds import Kind
from billing.quotas.asking import require
from crm.contacts.models import Contact
from crm.inbox import actions as inbox
from crm.inbox.models import Conversation
from crm.inbox.opening import opened_for
from flows.models import Flow, FlowExecution
from flows.runtime import rows
from flows.runtime.cancelling import cancel_talks
from flows.runtime.starting import Fate, Wish, start_many
from ops.salon import current_salon_id
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member

PERSON, PROGRAM = "person", "api"


class CannotBegin(Exception):
    """Nothing began; `fate` says why."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(fate.value)
        self.fate = fate


@transaction.atomic
def begin(
    flow: Flow,
    contact: Contact,
    *,
    by: Member | ApiKey,
    number_id: int | None = None,
    variables: Mapping[str, Any] | None = None,
    takes_over: bool = False,
) -> FlowExecution:
    """Begin a flow with a contact, over the number they last used or this one. Raises CannotBegin, and
    QuotaExceeded where the plan has no room.

    `takes_over`: who asks for it means it, so that a flow which waits for the guest's answer is ended, and flows answer
    again where a person had silenced them.
    """
    require(current_salon_id() or 0, Kind.FLOW_EXECUTIONS)
    if takes_over:
        _make_room(contact, number_id, by)
    kind = PERSON if isinstance(by, Member) else PROGRAM
    told = {"on": kind, "by": by.name} if isinstance(by, Member) else {"on": kind}
    wish = Wish(flow.pk, contact.pk, kind, told, dict(variables or {}), number_id=number_id)
    [begun] = start_many([wish])
    if begun.execution is None:
        raise CannotBegin(begun.fate)
    after = {"execution": str(begun.execution), "contact": str(contact.public_id)}
    audit.record("flow.begun", subject=flow.public_id, by=by, after=after)
    return FlowExecution.objects.select_related("flow", "version").get(public_id=begun.execution)


def _make_room(contact: Contact, number_id: int | None, by: Member | ApiKey) -> None:
    talk = opened_for([contact.pk], {contact.pk: number_id} if number_id else None).get(contact.pk)
    if talk is None:
        return
    cancel_talks([one.id for one in rows.listening([talk.id]).values()], why="interrupted")
    if not talk.bot_on:
        inbox.set_bot(conversation=Conversation.objects.get(pk=talk.id), on=True, by=by)
