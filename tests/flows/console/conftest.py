"""Runs of Aurora to look at: guests, flows and steps as the runtime leaves them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels_wa.messages.models import Identity
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from flows.models import FlowExecution, FlowStep
from ops import clock
from ops.salon import inside
from tests.portal.conftest import _one_transaction, flow, guest, run, step
from tests.world import Browser, Salons

__all__ = ["_one_transaction", "flow", "guest", "run"]

CANARY = "<script>alert('canary')</script>"


@dataclass(frozen=True)
class History:
    """Makes runs of the flow "Welcome"; `address` is that of their list."""

    salon_id: int
    run: FlowExecution

    @property
    def address(self) -> str:
        """The list of the flow's runs."""
        return f"/flows/{self.run.flow.public_id}/executions/"

    def guest(self, name: str, phone: str = "") -> Contact:
        """Somebody else."""
        with inside(self.salon_id):
            contact = Contact.objects.create(name=name)
            Conversation.objects.create(
                contact=contact, number_id=1, last_text="", last_direction="in", last_at=clock.now()
            )
            if phone:
                Identity.objects.create(
                    portfolio="p", kind="phone", value=phone, contact_id=contact.pk, created_at=clock.now()
                )
        return contact

    def ran(self, contact: Contact | None = None, *, at: datetime | None = None, **fields: Any) -> FlowExecution:
        """A run more; completed, if nothing else is said."""
        with inside(self.salon_id):
            contact = contact or Contact.objects.get(pk=self.run.contact_id)
            talk = Conversation.objects.filter(contact=contact).first()
            values: dict[str, Any] = {"status": "completed", "listens": False, "last_seq": 2, **fields}
            return FlowExecution.objects.create(
                flow=self.run.flow,
                version_id=values.pop("version_id", self.run.version_id),
                contact_id=contact.pk,
                conversation_id=talk.pk if talk else 0,
                seed=1,
                started_at=at or clock.now(),
                **values,
            )

    def step(self, run: FlowExecution, seq: int, node: str = "hello", **fields: Any) -> FlowStep:
        """A step of a run."""
        with inside(self.salon_id):
            return step(run, seq, node, fields.pop("type", "send_message"), **fields)


@pytest.fixture
def history(salons: Salons, run: FlowExecution) -> History:
    """Beatriz waits at "hello" since a moment."""
    return History(salons.aurora.pk, run)


Listed = Callable[..., list[str]]


@pytest.fixture
def listed(alice: Browser, history: History) -> Listed:
    """The ids of the runs that the list shows, in its order, for these filters."""

    def look(address: str = "", **query: Any) -> list[str]:
        page = alice.get_page(address or history.address, **query)
        return re.findall(r"/executions/([0-9a-f-]{36})/\"", page)

    return look


def ago(**span: float) -> datetime:
    """A moment of the past."""
    return clock.now() - timedelta(**span)
