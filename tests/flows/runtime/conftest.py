"""A guest who writes, the real drain, and what Aurora's flows make of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from flows import actions
from flows.models import FlowExecution, FlowStep
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from ops.timers.models import Timer
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

PNID = "1" * 15


@dataclass
class Chat:
    """One guest and Aurora."""

    salon_id: int
    phone: str = "5511990000001"
    monkeypatch: Any = field(default=None, repr=False)

    def says(self, text: str, **more: Any) -> None:
        """The guest writes, and the message goes all the way."""
        keep(delivery(PNID, text_message(text, sender=self.phone, **more)))
        drain.run()

    def taps(self, title: str) -> None:
        """The guest taps a button of the newest message."""
        button = next(one for one in self.message().payload["buttons"] if one["title"] == title)
        self.sends("interactive", {"type": "button_reply", "button_reply": button})

    def sends(self, kind: str, content: dict[str, Any]) -> None:
        """The guest sends something that is no text."""
        message = text_message("", sender=self.phone)
        del message["text"]
        keep(delivery(PNID, {**message, "type": kind, kind: content}))
        drain.run()

    def later(self, **span: float) -> int:
        """Time passes and the ticker looks; how many timers did something."""
        self.monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(**span))
        return ticker.run()

    @property
    def answers(self) -> list[str]:
        """What Aurora said to this guest, in order."""
        with inside(self.salon_id):
            out = Message.objects.filter(direction="out", recipient__endswith=self.phone).order_by("id")
            return list(out.values_list("text", flat=True))

    @property
    def executions(self) -> list[FlowExecution]:
        """All runs, oldest first."""
        with inside(self.salon_id):
            return list(FlowExecution.objects.select_related("version", "flow").order_by("id"))

    def steps(self, execution: FlowExecution) -> list[tuple[str, str]]:
        """Nodes and what happened there."""
        with inside(self.salon_id):
            return list(FlowStep.objects.filter(execution=execution).order_by("seq").values_list("node", "event"))

    def message(self) -> Message:
        """The newest answer."""
        with inside(self.salon_id):
            mine = Message.objects.filter(direction="out", recipient__endswith=self.phone)
            newest = mine.order_by("id").last()
        assert newest is not None
        return newest

    def publish(self, name: str, *nodes: dict[str, Any], edges: list[str], **start: Any) -> Any:
        """A flow of these nodes; an edge is written `from.exit>to`. The flow's key."""
        with inside(self.salon_id):
            return actions.create(name, graph(*nodes, edges=edges, **start)).pk


def graph(*nodes: dict[str, Any], edges: list[str], on: str = "any_message", **start: Any) -> dict[str, Any]:
    """A drawing; its start is called `start`."""
    drawn = []
    for number, edge in enumerate(edges):
        source, _, target = edge.partition(">")
        node, _, leaving = source.partition(".")
        drawn.append({"id": f"e{number}", "from": node, "exit": leaving or "done", "to": target})
    return {"version": 1, "nodes": [{"id": "start", "type": "start", "trigger": on, **start}, *nodes], "edges": drawn}


def say(pk: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": pk, "type": "send_message", "text": text, **more}


def ask(pk: str, text: str, variable: str, **more: Any) -> dict[str, Any]:
    return {"id": pk, "type": "ask", "text": text, "answer": "text", "variable": variable, **more}


def wait(pk: str, amount: int, unit: str) -> dict[str, Any]:
    return {"id": pk, "type": "wait", "amount": amount, "unit": unit}


def pending() -> list[tuple[str, str]]:
    """Timers that still have to fire."""
    return list(Timer.objects.filter(state="pending").order_by("due_at").values_list("kind", "subject"))


def states() -> list[str]:
    return list(InboxItem.objects.order_by("id").values_list("state", flat=True))


@pytest.fixture
def chat(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """Ana's chat with Aurora."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    yield Chat(salons.aurora.pk, monkeypatch=monkeypatch)
