"""I30: each equation finds its own fault, and what holds finds none. Then: what may go goes, nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from billing.metering.models import LastBill
from channels_wa.gate.models import Delivery
from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.outbox.models import OutboxItem
from ops import accounting, clock, retention
from ops.eventqueue.models import EventItem
from ops.timers.models import Timer
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

pytestmark = pytest.mark.usefixtures("db")

OLD = timedelta(days=400)


def sent(**fields: Any) -> OutboxItem:
    values = {"salon_id": 1, "number_id": 1, "order_key": "x", "message_id": 1, "not_before": clock.now(), **fields}
    return OutboxItem.objects.create(**values)


def drained() -> InboxItem:
    keep(delivery("1" * 15, text_message("oi"), text_message("oi")))
    drain.run()
    return InboxItem.objects.order_by("id")[0]


def test_after_ordinary_work_the_books_are_right(salons: Salons) -> None:
    drained()
    sent(state="settled", outcome="accepted", settled_at=clock.now())
    sent(state="sending", lease_until=clock.real() + timedelta(seconds=30))
    keep(delivery("1" * 15, text_message("not split yet")))
    assert accounting.faults() == {}


def lost_item() -> None:
    drained().delete()


def split_undone() -> None:
    drained()
    Delivery.objects.update(split_at=None)


def no_message() -> None:
    InboxItem.objects.filter(pk=drained().pk).update(state="pending", stage="answer", message_id=None)


def no_salon() -> None:
    InboxItem.objects.filter(pk=drained().pk).update(state="pending", salon_id=None)


def stuck() -> None:
    sent(state="sending", lease_until=clock.real() - timedelta(minutes=6))


def no_outcome() -> None:
    sent(state="settled", outcome="", settled_at=clock.now())


def no_last_bill() -> None:
    ended = clock.real() - timedelta(days=3)
    LastBill.objects.create(salon_id=1, subscription_ref="sub_1", begun_at=ended - OLD, ended_at=ended)


FAULTS = [lost_item, split_undone, no_message, no_salon, stuck, no_outcome, no_last_bill]
PLANTED = dict(zip(accounting.EQUATIONS, FAULTS, strict=True))


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_by_its_equation(salons: Salons, name: str, caplog: pytest.LogCaptureFixture) -> None:
    PLANTED[name]()
    found = accounting.check()
    assert name in found
    assert f"accounting: {name}" in caplog.text


def told(state: str) -> None:
    """An event's pointer of long ago."""
    fields = {"kind": "x", "handler": "x", "order_key": "x", "due_at": clock.real() - OLD}
    EventItem.objects.create(salon_id=1, event_id=1, state=state, **fields)


def test_what_has_ended_long_ago_goes(salons: Salons) -> None:
    drained()
    InboxItem.objects.update(created_at=clock.real() - OLD)
    sent(state="settled", outcome="accepted", settled_at=clock.now() - OLD)
    Timer.objects.create(kind="x", subject="1", state="done", due_at=clock.now() - OLD)
    EventItem.objects.create(
        salon_id=1, event_id=1, kind="x", handler="x", order_key="x", state="done", due_at=clock.real() - OLD
    )
    gone = retention.prune()
    assert (gone["inbox_item"], gone["outbox_item"], gone["timer"], gone["event_item"]) == (2, 1, 1, 1)


def test_what_is_open_or_young_stays(salons: Salons) -> None:
    drained()
    sent(state="queued")
    sent(state="unknown", settled_at=None)
    sent(state="settled", outcome="accepted", settled_at=clock.now())
    Timer.objects.create(kind="x", subject="1", due_at=clock.now() - OLD)
    told(state="pending")
    InboxItem.objects.filter(pk=InboxItem.objects.order_by("id")[0].pk).update(
        state="pending", created_at=clock.real() - OLD
    )
    assert not any(retention.prune().values())


def test_more_than_one_batch_goes_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        Timer.objects.create(kind="x", subject=str(number), state="done", due_at=clock.now() - OLD)
    assert retention.prune()["timer"] == 10


@pytest.mark.parametrize("name", retention.RULES)
def test_every_rule_is_of_a_table_that_is_there(name: str) -> None:
    assert retention._prune(name) == 0
