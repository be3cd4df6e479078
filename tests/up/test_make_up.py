"""The whole product in processes of its own: READY, deaths, ends. Slow, because it is real."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops.services.clean import clean
from ops.services.ports import free_port, is_free
from ops.services.process import PROC, started_at
from ops.up.program import answers_200

ROOT = Path(__file__).resolve().parents[2]
GUARD_S = 120.0
KINDS = ("gate", "web", "worker", "beat", "sandbox", "postgres", "valkey")
pytestmark = pytest.mark.processes


class Running:
    """`manage.py up` with a STATE_DIR and ports of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.port = free_port()
        self.gate_port = free_port(avoid={self.port})
        self.sandbox_port = free_port(avoid={self.port, self.gate_port})
        self.said: list[str] = []
        self.process = self.start()

    def start(self) -> "subprocess.Popen[str]":
        left_out = {"DATABASE_URL", "REDIS_URL", "SPOOL_DIR", *self._of_the_tests()}
        environ = {name: value for name, value in os.environ.items() if name not in left_out} | {
            "STATE_DIR": str(self.state_dir),
            "PORT": str(self.port),
            "GATE_PORT": str(self.gate_port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "WORKERS": "1",
        }
        command = [sys.executable, "manage.py", "up"]
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @staticmethod
    def _of_the_tests() -> set[str]:
        """Settings that tests.early made for the tests' own process."""
        file = ROOT / "tests" / "early.py"
        return {word.strip('": ') for word in file.read_text().split() if word.startswith('"') and word.endswith('":')}

    def until_ready(self) -> list[str]:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if line.startswith("READY "):
                return lines
        raise AssertionError("\n".join(lines))

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.state_dir / "demo.json").read_text()))

    def pids(self, kind: str) -> list[int]:
        return list(self.demo["pids"][kind])

    def everything(self) -> set[int]:
        """Living processes that belong to this STATE_DIR."""
        mark = f"STATE_DIR={self.state_dir}".encode()
        found = {pid for kind in KINDS for pid in self.pids(kind) if started_at(pid)}
        for entry in PROC.glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0") and started_at(int(entry.name)):
                    found.add(int(entry.name))
        return found

    def works(self) -> bool:
        return answers_200(self.port, "/readyz") and answers_200(self.gate_port, "/readyz")

    def end(self, number: int) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=GUARD_S)


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + GUARD_S
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    one = Running(tmp_path_factory.mktemp("up"))
    yield one
    if one.process.poll() is None:
        one.end(signal.SIGTERM)
    clean(one.state_dir)


def test_it_comes_up_and_says_ready_once(running: Running) -> None:
    lines = running.until_ready()
    assert lines[-1] == f"READY http://cadeira.localhost:{running.port}"
    assert [len(running.pids(kind)) for kind in KINDS] == [1, 1, 2, 1, 1, 1, 1]
    assert running.works()


def test_a_second_one_names_the_first_and_ends(running: Running) -> None:
    second = running.start()
    said, _ = second.communicate(timeout=GUARD_S)
    assert second.returncode == 1
    assert f"already runs for {running.state_dir} as process {running.process.pid}: READY http" in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_process_is_back_under_a_new_pid(running: Running, kind: str) -> None:
    old = running.pids(kind)[0]
    os.kill(old, signal.SIGKILL)
    eventually(lambda: len(running.pids(kind)) > 0 and old not in running.pids(kind))
    eventually(running.works)


def test_what_was_committed_is_still_there(running: Running) -> None:
    with psycopg.connect(running.demo["database_url"], autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept_by_the_test (said text)")
        connection.execute("INSERT INTO kept_by_the_test VALUES ('oi')")
    old = running.pids("postgres")[0]
    os.kill(old, signal.SIGKILL)
    eventually(lambda: old not in running.pids("postgres") and running.works())
    with psycopg.connect(running.demo["database_url"]) as connection:
        assert connection.execute("SELECT said FROM kept_by_the_test").fetchall() == [("oi",)]


def test_kill_9_of_make_up_is_recovered_from_and_data_and_secrets_stay(running: Running) -> None:
    before = running.demo
    running.end(signal.SIGKILL)
    running.process = running.start()
    running.until_ready()
    after = running.demo
    for name in ("api_key", "owner_password", "app_secret", "verify_token", "phone_number_id", "database_url"):
        assert after[name] == before[name]
    assert not [pid for kind in KINDS for pid in before["pids"][kind] if started_at(pid)]


def test_sigterm_leaves_nothing_running(running: Running) -> None:
    assert len(running.everything()) > len(KINDS)
    running.end(signal.SIGTERM)
    assert running.process.returncode == 0
    assert running.everything() == set()
    assert is_free(running.port)
