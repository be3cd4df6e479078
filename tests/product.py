"""The whole product in processes of its own, started as `make up` starts it, for tests that kill them."""

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg

from ops.services.clean import clean
from ops.services.files import end_of
from ops.services.place import make_state_dir
from ops.services.ports import free_port
from tests.load import Meta
from tests.proxy import Proxy

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 240.0
LOOK_S = 0.05
KINDS = ("gate", "web", "worker", "beat", "sandbox", "postgres", "valkey")
# What the tests set for themselves must not reach the product.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
T = TypeVar("T")


BUSY = """
    SELECT pid, state, wait_event, left(query, 200) FROM pg_stat_activity
    WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Busy(OSError):
    """Somebody is in the middle of a transaction; not yet."""


class Late(AssertionError):
    """Something did not come true in its time."""


def until(check: Callable[[], T], within_s: float, what: str) -> T:
    """Look until `check` gives something true; that. Errors of a server that is just down count as not yet."""
    end, latest = time.monotonic() + within_s, "never looked"
    while True:
        try:
            if found := check():
                return found
            latest = repr(found)
        except (OSError, psycopg.OperationalError, http.client.HTTPException) as error:
            latest = repr(error)
        if time.monotonic() > end:
            raise Late(f"{what}: not within {within_s:.0f} s; at the end: {latest}")
        time.sleep(LOOK_S)


class Product:
    """One `manage.py up` in a STATE_DIR and on ports of its own. Calls to Meta go by way of `graph`, a proxy."""

    def __init__(self, state_dir: Path, **environ: str) -> None:
        self.state_dir = state_dir
        taken: set[int] = set()
        for _ in range(4):
            taken.add(free_port(avoid=taken))
        self.port, self.gate_port, self.sandbox_port, graph_port = sorted(taken)
        self.graph = Proxy(self.sandbox_port, graph_port)
        ports = {"PORT": self.port, "GATE_PORT": self.gate_port, "SANDBOX_PORT": self.sandbox_port}
        self._environ = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **{name: str(port) for name, port in ports.items()},
            "STATE_DIR": str(state_dir),
            "WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{graph_port}",
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._database: psycopg.Connection[Any] | None = None

    @property
    def output(self) -> Path:
        """What `manage.py up` said."""
        return self.state_dir / "up.out"

    def start(self) -> Self:
        """Come up; an assertion with the end of the log when it does not."""
        make_state_dir(self.state_dir)
        self.graph.__enter__()
        self.run()
        return self

    def run(self, **environ: str) -> None:
        """Start the processes and wait for READY; again after `end`, with other environment if need be."""
        with self.output.open("wb") as output:
            command = [sys.executable, "manage.py", "up"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**self._environ, **environ}, stdout=output, stderr=subprocess.STDOUT
            )
        until(self._is_ready, READY_WITHIN_S, "READY")

    def _is_ready(self) -> bool:
        assert self._process is not None
        said = self.output.read_text(errors="replace")
        assert self._process.poll() is None, f"manage.py up ended:\n{said[-4000:]}"
        return "\nREADY " in said

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop the processes; the data stays."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(60)

    def stop(self) -> None:
        """Stop everything and remove what it kept."""
        self.end()
        self.graph.__exit__()
        if not os.environ.get("KEEP_PRODUCT"):
            clean(self.state_dir)

    @property
    def demo(self) -> dict[str, Any]:
        """demo.json as it is now."""
        found: dict[str, Any] = json.loads((self.state_dir / "demo.json").read_text())
        return found

    @property
    def meta(self) -> Meta:
        """Meta, for the demo salon's number."""
        demo = self.demo
        return Meta(demo["app_secret"], demo["phone_number_id"], demo["waba_id"])

    def settings(self) -> dict[str, str]:
        """env.json: what every process of it is told."""
        found: dict[str, str] = json.loads((self.state_dir / "env.json").read_text())
        return found

    def environ(self, **more: str) -> dict[str, str]:
        """The environment for one more process of this product."""
        return {**self._environ, "PROMETHEUS_MULTIPROC_DIR": str(self.state_dir / "run" / "metrics"), **more}

    def pids(self, kind: str) -> list[int]:
        """Main processes of a kind; `worker child` are the processes that do a worker's tasks."""
        if kind == "worker child":
            return [child for pid in self.demo["pids"]["worker"] for child in children(pid)]
        return list(self.demo["pids"].get(kind, []))

    def kill(self, kind: str, which: int = 0) -> int:
        """kill -9 of one process of a kind; its pid, once it is gone. 0 when there is none just now."""
        pids = self.pids(kind)
        if not pids:
            return 0
        pid = pids[which % len(pids)]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return 0
        return pid

    @contextmanager
    def paused(self, kind: str) -> Iterator[None]:
        """Nobody of a kind does anything for the length of a block; none is stopped in the middle of a transaction."""

        def pause() -> bool:
            for pid in self._with_children(kind):
                os.kill(pid, signal.SIGSTOP)
            if not (busy := self.rows(BUSY)):
                return True
            self._go_on(kind)
            # What is large gets longer from time to time, or it would never come to its end between two looks.
            time.sleep(next(rests))
            raise Busy(busy)

        rests = itertools.cycle((0.0, 0.05, 0.2, 1.0))
        until(pause, 60, f"{kind} is idle")
        try:
            yield
        finally:
            self._go_on(kind)

    def _go_on(self, kind: str) -> None:
        for pid in self._with_children(kind):
            os.kill(pid, signal.SIGCONT)

    def _with_children(self, kind: str) -> list[int]:
        return [one for pid in self.pids(kind) for one in (pid, *children(pid))]

    def end_leases(self) -> None:
        """As if the time of every lease had passed: what the dead had claimed is free, and the living lose theirs."""
        for table in ("inbox_item", "timer", "event_item"):
            self.rows(f"UPDATE public.{table} SET lease_until = now() WHERE state = 'pending' AND lease_until > now()")
        self.rows("UPDATE public.outbox_item SET lease_until = now() WHERE state = 'sending' AND lease_until > now()")

    def all_up(self) -> bool:
        """Whether every kind runs and both servers answer that they are ready."""
        if not all(self.pids(kind) for kind in KINDS):
            return False
        return all(call(port, "GET", "/readyz")[0] == 200 for port in (self.port, self.gate_port))

    def until_all_up(self, within_s: float = 60) -> None:
        """Wait for what was killed."""
        until(self.all_up, within_s, "all processes up again")

    def api(self, method: str, path: str, body: object = None, *, key: str = "") -> tuple[int, Any]:
        """Status and JSON of an API call of the demo salon, on its own host."""
        demo = self.demo
        host = demo["salon_url"].removeprefix("http://")
        headers = {"Host": host, "Authorization": f"Api-Key {key or demo['api_key']}"}
        status, raw = call(self.port, method, f"/api/v1/{path}", body, headers)
        return status, json.loads(raw) if raw else None

    def rows(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the database; the demo salon's tables come before the public ones."""
        try:
            return self._rows(query, params)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._database = None
            return until(lambda: [self._rows(query, params)], 60, "the database answers")[0]

    def _rows(self, query: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self._database is None or self._database.closed:
            self._database = psycopg.connect(self.demo["database_url"], autocommit=True, connect_timeout=2)
            row = self._database.execute("SELECT id FROM public.salon WHERE slug = 'demo'").fetchone()
            self._database.execute(f"SET search_path = salon_{row[0] if row else 0}, public".encode())
        cursor = self._database.execute(query.encode(), params or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first value of the first row."""
        return self.rows(query, params)[0][0]

    def backlog(self) -> int:
        """Deliveries, items and messages that have not taken effect yet; not what waits for a later moment."""
        found = self.one(
            "SELECT (SELECT count(*) FROM delivery WHERE split_at IS NULL) "
            "+ (SELECT count(*) FROM inbox_item WHERE state = 'pending') "
            "+ (SELECT count(*) FROM outbox_item WHERE state = 'sending' OR (state = 'queued' AND (reason = '' OR "
            "not_before <= now() + (SELECT COALESCE(max(seconds), 0) FROM clock_offset) * interval '1 s')))"
        )
        return int(found)

    def until_at_rest(self, within_s: float = 60) -> None:
        """Wait until all that was taken has taken effect."""
        until(lambda: self.backlog() == 0, within_s, f"no backlog\n{self.diagnosis()}")

    def ledger(self, to: str = "", after_seq: int = 0) -> list[dict[str, Any]]:
        """What the simulated Graph API accepted."""
        _, raw = call(self.sandbox_port, "GET", f"/_sandbox/ledger?to={to}&after_seq={after_seq}", timeout_s=60)
        found: list[dict[str, Any]] = json.loads(raw)["results"]
        return found

    def latest_seq(self) -> int:
        """Where the ledger ends now."""
        rows = self.ledger()
        return int(rows[-1]["seq"]) if rows else 0

    def sandbox(self, name: str, **body: Any) -> dict[str, Any]:
        """POST to a control address of the sandbox."""
        status, raw = call(self.sandbox_port, "POST", f"/_sandbox/{name}", body)
        assert status == 200, raw
        found: dict[str, Any] = json.loads(raw)
        return found

    def manage(self, *arguments: str) -> str:
        """A management command of this installation; what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        environ = {name: value for name, value in self._environ.items() if name != "WORKERS"}
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env={**environ, "PYTHONFAULTHANDLER": "1"}, **piped) as process:  # type: ignore[call-overload]
            try:
                said, complained = process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGABRT)  # it says where it stands
                raise Late(f"{arguments}: not within 120 s\n{process.communicate()[1][-4000:]}") from None
        assert process.returncode == 0, complained[-2000:]
        return str(said)

    def logs(self) -> str:
        """All that the processes wrote."""
        return "\n".join(log.read_text(errors="replace") for log in sorted((self.state_dir / "log").glob("*.log")))

    def diagnosis(self) -> str:
        """The end of every log of our own processes, for a failed assertion."""
        names = ("gate", "web", "worker-replies", "worker-background")
        return "\n".join(f"--- {name}\n{end_of(self.state_dir / 'log' / f'{name}.log')}" for name in names)


def children(pid: int) -> list[int]:
    """Processes that this one started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def call(
    port: int,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = 20,
) -> tuple[int, bytes]:
    """Status and body of one HTTP request to this port of loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, raw, {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
