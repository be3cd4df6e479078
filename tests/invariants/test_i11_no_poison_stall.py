"""I11: a run that always raises is parked with its cause, and nobody else waits for it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pytest_django import Settings

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.steps import Incoming, steps
from channels_wa.messages.models import Message
from flows.actions import create
from flows.models import Flow, FlowExecution
from ops.eventqueue import handling
from ops.salon import inside
from tenants.alerts.models import Alert
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

PNID = "1" * 15
POISON, OTHERS = "veneno", 20
answered: list[str] = []
# Goes round without waiting for anything, and one that answers.
ROUND: dict[str, Any] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start", "trigger": "keywords", "keywords": [POISON]},
        {"id": "c", "type": "condition", "branches": [{"id": "b", "when": "true", "label": "x"}]},
    ],
    "edges": [
        {"id": "e1", "from": "start", "exit": "done", "to": "c"},
        {"id": "e2", "from": "c", "exit": "b", "to": "c"},
    ],
}
HELLO: dict[str, Any] = {
    "version": 1,
    "nodes": [
        {"id": "start", "type": "start", "trigger": "keywords", "keywords": ["oi"]},
        {"id": "hello", "type": "send_message", "text": "Olá!"},
    ],
    "edges": [{"id": "e1", "from": "start", "exit": "done", "to": "hello"}],
}


def answer_or_raise(batch: Sequence[Incoming]) -> list[bool]:
    if any(one.message.text == POISON for one in batch):
        raise ValueError("this flow always raises")
    answered.extend(one.message.wamid or "" for one in batch)
    return [True] * len(batch)


@pytest.fixture
def poisoned(settings: Settings) -> Iterator[None]:
    answered.clear()
    settings.INBOUND_STEPS = {**settings.INBOUND_STEPS, "answer": [f"{__name__}.answer_or_raise"]}
    steps.cache_clear()
    yield
    steps.cache_clear()


@pytest.mark.usefixtures("poisoned")
def test_i11_the_poison_is_parked_and_everybody_else_is_answered(salons: Salons, db: None) -> None:
    keep(delivery(PNID, text_message(POISON, sender="5511999999999")))
    for n in range(OTHERS):
        keep(delivery(PNID, text_message("oi", sender=f"5511990001{n:03d}", wamid=f"wamid.11.{n}")))
    drain.run()
    assert sorted(answered) == sorted(f"wamid.11.{n}" for n in range(OTHERS))
    for _ in range(10):
        InboxItem.objects.filter(state="pending").update(due_at="2020-01-01T00:00:00Z")
        drain.run()
    parked = InboxItem.objects.get(state="dead")
    assert (parked.stage, parked.error) == ("answer", "ValueError: this flow always raises")
    assert len(answered) == OTHERS


def test_i11_a_flow_that_always_fails_is_paused_and_the_others_go_on(salons: Salons, db: None) -> None:
    """The error budget: so many failures and no more, one alert, and nobody else hears of it."""
    with inside(salons.aurora.pk):
        poison = create("Veneno", ROUND).pk
        create("Olá", HELLO)
        Flow.objects.filter(pk=poison).update(settings={"error_budget": {"failures": 5, "within_minutes": 60}})
    for n in range(OTHERS):
        keep(delivery(PNID, text_message(POISON, sender=f"551199002{n:04d}", wamid=f"wamid.p.{n}")))
        keep(delivery(PNID, text_message("oi", sender=f"551199003{n:04d}", wamid=f"wamid.o.{n}")))
        if n % 5 == 4:
            drain.run()
            handling.run()
    with inside(salons.aurora.pk):
        assert Flow.objects.get(pk=poison).paused_at is not None
        assert FlowExecution.objects.filter(flow_id=poison).count() == 5
        assert FlowExecution.objects.exclude(flow_id=poison).filter(status="completed").count() == OTHERS
        assert Message.objects.filter(direction="in").count() == 2 * OTHERS
        assert Alert.objects.filter(kind="flow.paused").count() == 1
    assert set(InboxItem.objects.values_list("state", flat=True)) == {"done"}
