"""Old steps go (ARCHITECTURE §11): in batches, of ended runs only, and the counts stay."""

from datetime import timedelta
from typing import Any

import pytest

from flows.console import pruning
from flows.models import FlowCall, FlowCount, FlowExecution, FlowStep
from flows.tasks import ask_for_pruning
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from ops.timers.models import Timer
from tests.flows.console.conftest import CANARY, History, ago
from tests.world import Browser

OLD = {"days": 91}


def of_long_ago(history: History, *, steps: int = 3, **fields: Any) -> FlowExecution:
    """A run that ended 91 days ago."""
    values = {"ended_at": ago(**OLD), "state": {"at": "hello", "variables": {"said": CANARY}}, **fields}
    run = history.ran(at=ago(days=92), last_seq=steps, **values)
    for seq in range(1, steps + 1):
        history.step(run, seq)
    with inside(history.salon_id):
        FlowStep.objects.filter(execution=run).update(at=ago(days=92))
        FlowCall.objects.create(
            execution=run, flow_id=run.flow_id, node="hello", seq=1, kind="http", created_at=ago(days=92)
        )
    return run


def pass_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job asks, and within a day the ticker does it."""
    ask_for_pruning.run()
    monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(days=1))
    ticker.run()


def left(history: History, run: FlowExecution) -> tuple[int, int]:
    with inside(history.salon_id):
        return run.steps.count(), run.calls.count()


def test_steps_and_calls_of_long_ago_go_and_the_run_stays(
    history: History, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = of_long_ago(history)
    with inside(history.salon_id):
        FlowCount.objects.create(
            version_id=run.version_id, flow_id=run.flow_id, day="2020-01-01", kind="node", name="hello", count=7
        )
    pass_a_day(monkeypatch)
    assert left(history, run) == (0, 0)
    with inside(history.salon_id):
        assert FlowExecution.objects.get(pk=run.pk).state == {"at": "hello"}
        assert FlowCount.objects.filter(count=7).exists()
    page = alice.get(
        f"/flows/{run.flow.public_id}/executions/{run.public_id}/", headers={"accept-language": "en"}
    ).content.decode()
    assert "The steps of this run are not kept any more" in page


@pytest.mark.parametrize(
    "fields", [{"status": "waiting", "ended_at": None}, {"ended_at": clock.real() - timedelta(days=80)}]
)
def test_what_goes_on_or_ended_lately_keeps_its_steps(
    history: History, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    run = of_long_ago(history, **fields)
    pass_a_day(monkeypatch)
    assert left(history, run) == (3, 1)


def test_it_goes_by_batches_until_all_are_gone(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that still waits stands in the way of none behind it."""
    monkeypatch.setattr(pruning, "BATCH", 2)
    waits = of_long_ago(history, steps=4, status="waiting", ended_at=None)
    runs = [of_long_ago(history), of_long_ago(history)]
    pass_a_day(monkeypatch)
    for _ in range(10):
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(seconds=10))
        ticker.run()
    assert [left(history, run) for run in (waits, *runs)] == [(4, 1), (0, 0), (0, 0)]
    assert not Timer.objects.filter(kind=pruning.PRUNE, state="pending").exists()


def test_asking_twice_is_asking_once(history: History) -> None:
    ask_for_pruning.run()
    ask_for_pruning.run()
    assert Timer.objects.filter(kind=pruning.PRUNE, salon_id=history.salon_id).count() == 1
