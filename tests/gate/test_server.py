"""The gate as a process: alone, in front of Django, and killed where it hurts most."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from channels_wa.gate.app import PATH
from channels_wa.gate.server import mount
from config.env import ROOT
from tests.gate.asking import SECRET, ask, signed
from tests.gate.conftest import KEYS, Table
from tests.gate.test_keeper import until


async def test_mounted_it_leaves_everything_else_to_django() -> None:
    asked: list[str] = []

    async def django(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])

    application = mount(django)
    assert (await ask(application, chunks=[b"forged"])).status == 403
    await ask(application, "GET", "/livez")
    await ask(application, "GET", PATH + "more/")
    assert asked == ["/livez", PATH + "more/"]


@contextmanager
def gate_process(table: Table, spool: Path, **environment: str) -> Iterator[str]:
    """`uvicorn channels_wa.gate.server:app`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        **os.environ,
        "DATABASE_URL": table.url,
        "META_APP_SECRETS": SECRET,
        "META_VERIFY_TOKEN": "token",
        "SALON_KEYS": KEYS[0],
        "SPOOL_DIR": str(spool),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    command = [sys.executable, "-m", "uvicorn", "channels_wa.gate.server:app", "--port", str(port)]
    with subprocess.Popen([*command, "--log-level", "critical"], env=settings, cwd=ROOT) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/livez")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)


def wait_for(url: str) -> None:
    until_s = time.monotonic() + 20
    while time.monotonic() < until_s:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"{url} did not answer")


def post(url: str, raw: bytes) -> int | None:
    """The status, or None if the process died over it."""
    request = urllib.request.Request(url + PATH, raw, {"X-Hub-Signature-256": signed(raw).decode()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return None


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def test_alone_it_serves_meta_and_the_orchestrator(table: Table, tmp_path: Path) -> None:
    with gate_process(table, tmp_path) as url:
        assert post(url, b"oi") == 200
        assert get(f"{url}{PATH}?hub.mode=subscribe&hub.verify_token=token&hub.challenge=42") == (200, b"42")
        assert get(f"{url}/readyz")[1] == b'{"status": "ok", "database": "ok", "spool": "ok"}'
        assert b'webhook_deliveries_total{result="stored"} 1.0' in get(f"{url}/metrics")[1]
        assert get(f"{url}/elsewhere")[0] == 404
    assert table.raws() == [b"oi"]


def test_it_is_not_ready_without_database_and_spool(table: Table, tmp_path: Path) -> None:
    with gate_process(table, tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", SPOOL_DIR="") as url:
        status, body = get(f"{url}/readyz")
        assert (status, post(url, b"oi")) == (503, 503)
        assert b'"database": "down"' in body


def test_neither_django_nor_celery_is_loaded() -> None:
    program = "import channels_wa.gate.server, sys; sys.exit(bool({'django', 'celery'} & sys.modules.keys()))"
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", program], env=settings, cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("place", ["gate.before_commit", "gate.after_commit"])
async def test_i01_killed_there_nothing_acknowledged_is_missing(table: Table, tmp_path: Path, place: str) -> None:
    with gate_process(table, tmp_path, CRASH_AT=f"{place}:3") as url:
        answers = [await asyncio.to_thread(post, url, b"%d" % n) for n in range(4)]
    assert answers == [200, 200, None, None]
    assert {b"0", b"1"} <= set(table.raws())


async def test_i01_killed_after_the_spool_the_next_gate_brings_it_in(table: Table, tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    with gate_process(table, tmp_path, CRASH_AT="gate.after_spool:2", DATABASE_URL=nowhere) as url:
        answers = [await asyncio.to_thread(post, url, b"%d" % n) for n in range(2)]
    assert answers == [200, None]
    with gate_process(table, tmp_path):
        await until(lambda: b"0" in table.raws())
        await until(lambda: not list(tmp_path.iterdir()))
