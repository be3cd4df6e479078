"""Probes and metrics: under any Host, whatever Valkey does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from prometheus_client import CollectorRegistry, generate_latest

from channels_wa.numbers.models import Number
from config.env import env
from ops import health, metrics, probes
from ops.metrics import TableGauges
from ops.probes import with_probes
from tests.world import Salons


def ask(path: str, *, client: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    """Ask the ASGI application as a balancer does."""
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"inner"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "headers": [(b"host", b"whatever.example"), *given], "client": (client, 1)}
    async_to_sync(with_probes(inner))(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


@pytest.fixture
def no_valkey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "redis_url", "redis://127.0.0.1:1/0")


@pytest.fixture(autouse=True)
def keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction is asked, in this thread."""
    monkeypatch.setattr(probes, "close_old_connections", lambda: None)
    monkeypatch.setattr(probes, "sync_to_async", lambda fn, thread_sensitive: _as_async(fn))


def _as_async(fn: Any) -> Any:
    from asgiref.sync import sync_to_async

    return sync_to_async(fn, thread_sensitive=True)


def test_live_means_that_the_process_answers() -> None:
    assert ask("/livez") == (200, '{"status": "ok"}')


def test_ready_names_each_dependency(db: None) -> None:
    status, body = ask("/readyz")
    assert (status, json.loads(body)) == (200, {"status": "ok", "database": "ok", "valkey": "ok", "erasures": "ok"})


def test_i7_without_valkey_it_is_ready_and_says_what_is_missing(db: None, no_valkey: None) -> None:
    status, body = ask("/readyz/")
    assert status == 200
    assert json.loads(body)["valkey"].startswith("unreachable")


def test_without_the_database_it_is_not_ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_database", lambda: "unreachable")
    status, body = ask("/readyz")
    assert (status, json.loads(body)["status"]) == (503, "unavailable")


def test_anything_else_is_handed_on() -> None:
    assert ask("/inbox/") == (299, "inner")


def test_metrics_are_for_this_machine_or_a_token(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask("/metrics")[0] == 200
    assert ask("/metrics", client="10.0.0.9")[0] == 403
    assert ask("/metrics", x_forwarded_for="10.0.0.9")[0] == 403
    assert ask("/metrics", client="10.0.0.9", authorization="Bearer ")[0] == 403
    monkeypatch.setattr(env, "metrics_token", "a token")
    assert ask("/metrics", client="10.0.0.9", authorization="Bearer a token")[0] == 200
    assert ask("/metrics", client="10.0.0.9", authorization="Bearer wrong")[0] == 403


def test_the_page_has_the_names_of_the_contract(db: None) -> None:
    page = ask("/metrics")[1]
    for name in ("http_requests_total", "http_request_duration_seconds", "channel_messages_total", "flow_steps_total",
                 "rate_limit_waits_total", "plan_limit_refusals_total", "job_duration_seconds", "timers_late_seconds",
                 "inbox_backlog", "outbox_backlog", "oldest_pending_seconds", "number_health_score"):  # fmt: skip
        assert f"# HELP {name} " in page, name


def test_backlogs_are_read_from_the_tables(db: None) -> None:
    from tests.incoming import delivery, keep, text_message

    keep(delivery("1", text_message("oi")))
    registry = CollectorRegistry()
    registry.register(TableGauges())  # type: ignore[arg-type]
    page = generate_latest(registry).decode()
    assert "inbox_backlog 1.0" in page
    assert 'outbox_backlog{lane="reply"} 0.0' in page


def test_the_least_healthy_numbers_are_shown_and_no_more(
    salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WA-013: number_health_score, with a bound on its series."""
    Number.objects.filter(salon_id=salons.aurora.pk).update(health_score=40)
    monkeypatch.setattr(metrics, "MOST_NUMBERS", 1)
    registry = CollectorRegistry()
    registry.register(TableGauges())  # type: ignore[arg-type]
    lines = [one for one in generate_latest(registry).decode().splitlines() if one.startswith("number_health_score{")]
    assert len(lines) == 1
    assert lines[0].endswith(" 40.0")


COUNT = "from ops.metrics import FLOW_STEPS; FLOW_STEPS.inc(%d)"


def test_what_several_processes_counted_is_one_figure(
    tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for number in (3, 4):
        subprocess.run([sys.executable, "-c", COUNT % number], env=environment, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert "flow_steps_total 7.0" in health.metrics_page().decode()
