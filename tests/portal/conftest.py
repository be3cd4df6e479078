"""What the tests of pages stand on: a guest who wrote, a flow that answered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity, Message
from channels_wa.numbers.models import Number
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import Flow, FlowExecution, FlowStep, FlowVersion
from ops import clock
from ops.salon import inside
from tests.world import Salons

GRAPH: dict[str, Any] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start"},
        {
            "id": "hello",
            "type": "send_message",
            "text": "Oi, {{ contact.first_name }}!",
            "buttons": [{"id": "book", "title": "Marcar"}, {"id": "price", "title": "Preços"}],
        },
        {"id": "end", "type": "end"},
    ],
    "edges": [
        {"id": "e1", "from": "start", "exit": "done", "to": "hello"},
        {"id": "e2", "from": "hello", "exit": "book", "to": "end"},
    ],
}


@dataclass(frozen=True)
class Guest:
    """Beatriz, who wrote to Aurora."""

    contact: Contact
    conversation: Conversation
    number: Number
    salon_id: int

    def wrote(self, text: str, *, direction: str = "in", **fields: Any) -> Message:
        """One message more."""
        values = {"type": "text", "status": "delivered", "at": clock.now(), **fields}
        with inside(self.salon_id):
            return Message.objects.create(
                direction=direction,
                text=text,
                contact_id=self.contact.pk,
                conversation_id=self.conversation.pk,
                number_id=self.number.pk,
                **values,
            )


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's database work happens in the test's own transaction, whose connection must not be closed."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def guest(salons: Salons, db: None) -> Guest:
    """Beatriz and her open conversation; she wrote "oi" a minute ago."""
    number = Number.objects.get(salon_id=salons.aurora.pk)
    at = clock.now() - timedelta(minutes=1)
    with inside(salons.aurora.pk):
        contact = Contact.objects.create(name="Beatriz Lima")
        Identity.objects.create(
            portfolio=number.portfolio, kind="phone", value="+5511988881234", contact_id=contact.pk, created_at=at
        )
        conversation = Conversation.objects.create(
            contact=contact,
            number_id=number.pk,
            last_text="oi",
            last_direction="in",
            last_at=at,
            last_inbound_at=at,
            unread=1,
        )
    guest = Guest(contact, conversation, number, salons.aurora.pk)
    guest.wrote("oi", at=at)
    return guest


@pytest.fixture
def flow(salons: Salons, db: None) -> Flow:
    """A published flow."""
    with inside(salons.aurora.pk):
        flow = Flow.objects.create(name="Welcome")
        flow.published = FlowVersion.objects.create(flow=flow, number=1, graph=GRAPH)
        flow.save()
    return flow


@pytest.fixture
def run(salons: Salons, flow: Flow, guest: Guest) -> FlowExecution:
    """Beatriz's run: it said hello and waits for her choice."""
    with inside(salons.aurora.pk):
        run = new_run(flow, guest, status="waiting", last_seq=2)
        step(run, 1, "start", "start", exit="done", edge="e1")
        step(run, 2, "hello", "send_message")
    return run


def new_run(flow: Flow, guest: Guest, **fields: Any) -> FlowExecution:
    """A run of the flow's published version; call it inside the salon."""
    assert flow.published is not None
    return FlowExecution.objects.create(
        flow=flow,
        version=flow.published,
        contact_id=guest.contact.pk,
        conversation_id=guest.conversation.pk,
        seed=1,
        started_at=clock.now(),
        **fields,
    )


def step(run: FlowExecution, seq: int, node: str, node_type: str, **fields: Any) -> FlowStep:
    """One step of a run; call it inside the salon."""
    return FlowStep.objects.create(
        execution=run, flow_id=run.flow_id, seq=seq, node=node, type=node_type, at=clock.now(), **fields
    )
