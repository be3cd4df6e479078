"""Timers that wait for somebody outside are done apart from the others, and once more when they fail."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection

from ops import clock
from ops.salon import current_salon_id
from ops.timers import errands, registry, ticker
from ops.timers.actions import NewTimer, set_many
from ops.timers.models import Timer
from ops.timers.registry import Due, on_timer
from tests.world import Salons

done: list[tuple[int | None, str]] = []


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch, salons: Salons, db: None) -> Iterator[None]:
    """A kind of our own."""
    done.clear()
    registry.kinds()
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    monkeypatch.setattr(registry, "_waiting", set(registry._waiting))

    @on_timer("test.call", acts_for="salon", waits=True)
    def call(due: Sequence[Due]) -> None:
        done.extend((current_salon_id(), one.subject) for one in due)
        if due[0].subject == "bad":
            raise RuntimeError("nobody answered")

    yield


def test_the_ticker_leaves_them_alone(salons: Salons) -> None:
    set_many(salons.aurora.pk, [NewTimer("test.call", "1", clock.now())])
    assert ticker.run() == 0
    assert errands.work() == 1
    assert done == [(salons.aurora.pk, "1")]
    assert errands.work() == 0


def test_one_that_fails_is_tried_again_and_holds_nobody_up(salons: Salons) -> None:
    set_many(salons.aurora.pk, [NewTimer("test.call", subject, clock.now()) for subject in ("bad", "good")])
    assert errands.work() == 2
    assert Timer.objects.get(subject="bad").state == "pending"
    assert "nobody answered" in Timer.objects.get(subject="bad").error
    assert Timer.objects.get(subject="good").state == "done"
    assert not connection.needs_rollback
