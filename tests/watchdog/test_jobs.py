"""WA-013: each number is looked at again and again by timers, and Meta is asked whether its token is good."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_wa.adapters.cloud_api.graph import GraphError
from channels_wa.numbers import meta
from channels_wa.numbers.actions import seal_token
from channels_wa.watchdog import jobs, timers
from channels_wa.watchdog.models import NumberHealth
from ops import clock
from ops.salon import inside, run_in_salon
from ops.timers import ticker
from ops.timers.models import Timer
from ops.timers.registry import Due
from tests.watchdog.conftest import Watched
from tests.world import Salons


def timer(kind: str, watched: Watched) -> Timer:
    return Timer.objects.get(kind=kind, subject=str(watched.pk), state="pending")


@pytest.fixture
def on_duty(watched: Watched) -> Watched:
    """A number with its timers."""
    run_in_salon(watched.salon_id, lambda: timers.ensure([watched.number]))
    return watched


def look(watched: Watched) -> None:
    Timer.objects.filter(kind="number.check").update(due_at=clock.now() - timedelta(seconds=1))
    ticker.run()


def test_every_connected_number_gets_its_timers(watched: Watched, salons: Salons) -> None:
    assert timers.ensure_all() == 2
    assert timers.ensure_all() == 0
    assert set(Timer.objects.values_list("kind", "salon_id")) == {
        (kind, salon.pk) for kind in ("number.check", "number.ask") for salon in (salons.aurora, salons.other)
    }


def test_a_number_that_was_disconnected_gets_none(watched: Watched) -> None:
    watched.set(state="disconnected")
    timers.ensure_all()
    assert not Timer.objects.filter(subject=str(watched.pk)).exists()


def test_a_look_sets_the_next_one_and_leaves_no_heap_of_old_ones(on_duty: Watched) -> None:
    for _ in range(4):
        look(on_duty)
    assert timer("number.check", on_duty).due_at > clock.now() + timedelta(minutes=4)
    assert Timer.objects.filter(kind="number.check").count() == 2  # the next, and the one that is done
    with inside(on_duty.salon_id):
        assert NumberHealth.objects.get(number_id=on_duty.pk).score == 100


@pytest.mark.parametrize("is_used", [True, False])
def test_an_idle_number_is_looked_at_less_often(on_duty: Watched, is_used: bool) -> None:
    if is_used:
        on_duty.sent(1)
    look(on_duty)
    wait = timer("number.check", on_duty).due_at - clock.now()
    assert (wait < timedelta(minutes=6)) == is_used


def test_a_number_that_is_gone_is_not_looked_at_again(on_duty: Watched) -> None:
    on_duty.set(state="disconnected")
    look(on_duty)
    assert not Timer.objects.filter(kind="number.check", state="pending").exists()


class Graph:
    """What Meta says when it is asked."""

    def __init__(self) -> None:
        self.error: GraphError | None = None
        self.quality = "GREEN"
        self.expires_at = 0

    def facts(self, *_: Any, **__: Any) -> meta.Facts:
        if self.error:
            raise self.error
        return meta.read_facts({"id": "1", "quality_rating": self.quality, "display_phone_number": "+55 11 1111-1111"})

    def grant(self, _token: str) -> meta.Grant:
        return meta.Grant(True, "1", frozenset(), (), self.expires_at)


@pytest.fixture
def graph(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    graph = Graph()
    monkeypatch.setattr(meta, "facts", graph.facts)
    monkeypatch.setattr(meta, "grant_of", graph.grant)
    number = watched.number
    seal_token(number, "token")
    number.save()
    yield graph


def ask(watched: Watched) -> None:
    run_in_salon(watched.salon_id, lambda: jobs.ask_meta([Due(str(watched.pk), 0)]))


def test_a_token_that_meta_refuses_stops_the_number(watched: Watched, graph: Graph) -> None:
    graph.error = GraphError("(#190) expired", code=190)
    ask(watched)
    assert watched.number.state == "stopped"


def test_meta_that_is_away_stops_nothing(watched: Watched, graph: Graph) -> None:
    graph.error = GraphError("no answer")
    ask(watched)
    assert watched.number.state == "active"
    assert timer("number.ask", watched).due_at > clock.now()


def test_what_meta_says_is_noted(watched: Watched, graph: Graph) -> None:
    graph.quality = "YELLOW"
    ask(watched)
    assert watched.number.quality == "YELLOW"


def test_the_end_of_a_token_is_remembered_and_told(watched: Watched, graph: Graph) -> None:
    graph.expires_at = int((datetime.now(UTC) + timedelta(days=3)).timestamp())
    ask(watched)
    watched.check()
    assert [alert.kind for alert in watched.alerts()] == ["number.access_ends"]


@pytest.mark.parametrize(("quality", "hours"), [("GREEN", 24), ("RED", 1)])
def test_while_meta_is_against_the_number_it_is_asked_hourly(
    watched: Watched, graph: Graph, quality: str, hours: int
) -> None:
    watched.set(quality=quality)
    watched.check()
    graph.quality = quality
    ask(watched)
    wait = timer("number.ask", watched).due_at - clock.now()
    assert abs(wait - timedelta(hours=hours)) < timedelta(minutes=1)
