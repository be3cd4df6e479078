"""A run failed: the guest is told what the flow's settings say, and a person goes on (FL-010).

Called by the event `execution.failed`, so that it happens in a transaction of its own, after what failed.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import NewMessage
from channels_wa.outbox.window import is_open
from crm.inbox.live import tell_new
from crm.inbox.models import Conversation
from crm.inbox.summary import note_outbound
from crm.inbox.takeover import take_over
from flows.engine.expressions import ExpressionError, Scope
from flows.models import FlowExecution
from flows.runtime.facts import Person, people, salon_facts
from flows.settings import FlowSettings
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

# A guest who meets the same fault again is not told the same again within this time.
_TOLD: Final = timedelta(hours=1)
_JUST: Final = timedelta(minutes=1)


def on_failed(heard: Sequence[Heard]) -> None:
    """Tell the guests and hand over. A run inside of another one is that one's matter; people are not talked over."""
    runs = list(
        FlowExecution.objects.select_related("flow")
        .filter(public_id__in=[event.subject for event in heard], parent_id=None)
        .order_by("pk")
    )
    found = Conversation.objects.in_bulk([run.conversation_id for run in runs])
    talks = {pk: talk for pk, talk in found.items() if talk.bot_on and talk.closed_at is None}
    runs = [run for run in runs if run.conversation_id in talks]
    if not runs:
        return
    settings = {run.flow_id: FlowSettings.read(run.flow.settings) for run in runs}
    _tell([(run, talks[run.conversation_id]) for run in runs if settings[run.flow_id].failure_text])
    take_over((run.conversation_id for run in runs if settings[run.flow_id].hand_over_on_failure), by="flow")


def _tell(failed: Sequence[tuple[FlowExecution, Conversation]]) -> None:
    if not failed:
        return
    salon_id, now = current_salon_id() or 0, clock.now()
    portfolios = dict(Number.objects.filter(salon_id=salon_id).values_list("pk", "portfolio"))
    known = people([(run.contact_id, portfolios.get(talk.number_id, "")) for run, talk in failed])
    new = [
        message
        for run, talk in failed
        if is_open(talk.last_inbound_at, now) and (message := _message(run, talk, known[run.contact_id], salon_id))
    ]
    written = [one for one in enqueue_many(new) if one.is_new]
    note_outbound([(one.conversation_id, one.type, one.text) for one in written], at=now)
    tell_new([one.message_id for one in written], [one.conversation_id for one in written])


def _has_just_written(run: FlowExecution, talk: Conversation) -> bool:
    """Whether the run failed over the guest's message: who asks is answered, whatever they stopped."""
    return bool(talk.last_inbound_at and run.ended_at and run.ended_at - talk.last_inbound_at < _JUST)


def _message(run: FlowExecution, talk: Conversation, person: Person, salon_id: int) -> NewMessage | None:
    template, salon = FlowSettings.read(run.flow.settings).failure_template, salon_facts(salon_id)
    if template is None:
        return None
    roots = {"contact": person.facts, "salon": salon.to_json(), "vars": run.state.get("variables", {})}
    try:
        text = template.render(Scope(roots, clock.now().astimezone(salon.zone), run.seed)).strip()
    except ExpressionError:
        # Nothing that can be said; a person goes on.
        return None
    told = Message.objects.filter(conversation_id=talk.pk, direction="out", text=text, at__gt=clock.now() - _TOLD)
    if not text or told.exists():
        return None
    return NewMessage(
        contact_id=run.contact_id,
        conversation_id=talk.pk,
        number_id=talk.number_id,
        recipient_kind=person.recipient_kind,
        recipient=person.recipient,
        text=text,
        purpose="reply" if _has_just_written(run, talk) else "service",
        dedupe_key=f"flow:{run.pk}:failed",
        execution_id=run.pk,
    )
