"""I13, I14: a worker that dies at each step of a send; the sandbox's ledger is the truth."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config.env import env
from ops.failpoint import EXIT_CODE
from tests.adapters.graph import ROOT, Graph, running_graph

Run = Callable[..., subprocess.CompletedProcess[str]]
AT_MOST, AT_LEAST = "at_most_once", "at_least_once"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    with running_graph(tmp_path_factory.mktemp("sandbox")) as graph:
        number = {"phone_number_id": "333333333333333", "waba_id": "3", "display_phone": "+551133333333"}
        graph.ask("numbers", {**number, "throughput_mps": 1000})
        yield graph


@pytest.fixture(scope="module")
def run(graph: Graph) -> Iterator[Run]:
    """Runs tests.outbox.worker on a database of its own, because what a killed process committed must stay."""
    name = f"outbox_{os.getpid()}"
    before, _, _after = env.database_url.rpartition("/")
    with psycopg.connect(env.database_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

        def call(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "tests.outbox.worker", *map(str, words)],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DATABASE_URL": f"{before}/{name}",
                    "WHATSAPP_GRAPH_URL": graph.url,
                    **environment,
                },
                stdout=subprocess.PIPE,
                text=True,
                timeout=120,
                check=False,
            )

        try:
            assert call("prepare").returncode == 0
            yield call
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize("place", ["outbox.after_claim", "outbox.after_accept:5", "outbox.after_record"])
def test_i14_a_crash_sends_at_most_once_or_at_least_once_as_asked(
    run: Run, graph: Graph, place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    graph.ask("reset", {})
    first = 1000 * (1 + ["outbox.after_claim", "outbox.after_accept:5", "outbox.after_record"].index(place))
    run("enqueue", AT_MOST, first, 20)
    run("enqueue", AT_LEAST, first + 500, 20)
    assert run("send", CRASH_AT=place).returncode == EXIT_CODE
    assert run("send").returncode == 0
    stands = json.loads(run("settle").stdout)
    # I13: nothing is left on its way, and what nobody knows is settled as that.
    assert {state for state, _outcome in stands} == {"settled"}
    assert {outcome for _state, outcome in stands} <= {"accepted", "unknown"}
    sent = Counter(row["body"]["to"] for row in graph.ledger())
    at_most = [sent[f"+5511{guest:09d}"] for guest in range(first, first + 20)]
    at_least = [sent[f"+5511{guest:09d}"] for guest in range(first + 500, first + 520)]
    assert max(at_most) <= 1
    assert min(at_least) >= 1 and max(at_least) <= 2


@pytest.mark.parametrize("valkey", ["alive", "dead"])
def test_i7_a_workers_thread_sends_what_was_just_committed(run: Run, graph: Graph, valkey: str) -> None:
    first = {"alive": 5000, "dead": 6000}[valkey]
    graph.ask("reset", {})
    done = run("live", first, **({} if valkey == "alive" else {"REDIS_URL": "redis://127.0.0.1:1/0"}))
    median_s, stands = json.loads(done.stdout)
    assert {tuple(one) for one in stands[-10:]} == {("settled", "accepted")}
    assert len(graph.ledger()) == 10
    assert median_s < 2  # a guard against hanging; the bench measures
