"""Where benches run: embedded services, a prepared demo salon, and the product's own programs, each started alone."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from ops.services.place import make_state_dir
from ops.services.ports import free_port
from ops.services.process import ProcessRef
from ops.services.record import process as recorded_process
from ops.services.run import running_services
from ops.up import envfile, programs
from ops.up.program import Command
from ops.up.wanted import Wanted
from tests.load import Meta
from tests.product import call, until

FOLDER = Path(__file__).resolve().parents[2] / ".state" / "bench"
QUEUES = ("delivery", "inbox_item", "outbox_item", "event_item", "timer")
OF_A_SALON = (
    "message",
    "status_event",
    "seen",
    "identity",
    "contact",
    "conversation",
    "event",
    "flow_execution",
    "flow_step",
    "flow_count",
)
SETTINGS_OF_THE_CALLER = ("DATABASE_URL", "REDIS_URL", "DEMO", "PUBLIC_HOST", "WHATSAPP_GRAPH_URL", "CLOCK_FOLLOWS")
KIND_OF = {"worker-replies": "worker", "worker-background": "worker"}


class House:
    """One database with its salons; `name` is its folder below .state/bench."""

    def __init__(self, name: str, *, workers: int = 2) -> None:
        self.name = name
        self.state_dir = FOLDER / name
        self.workers = workers
        self.memory_mb: dict[str, float] = {}
        self._open = ExitStack()

    def open(self, *, set_environ: bool = True) -> "House":
        """Services, configuration, sandbox, migrations and the demo salon."""
        for variable in SETTINGS_OF_THE_CALLER:
            os.environ.pop(variable, None)
        make_state_dir(self.state_dir)
        urls = self._open.enter_context(running_services(self.state_dir, external={}))
        ports: dict[str, int] = {}
        for variable in ("PORT", "SANDBOX_PORT", "GATE_PORT"):
            ports[variable] = free_port(avoid=set(ports.values()))
        wanted = Wanted(self.state_dir, ports, self.workers, "", "")
        given = {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url}
        self.values = envfile.write(wanted, ports, given, {})
        (self.state_dir / "run" / "metrics").mkdir(exist_ok=True)
        if set_environ:
            os.environ["STATE_DIR"] = str(self.state_dir)
        self._open.enter_context(self.running("sandbox"))
        self._prepare()
        return self

    def close(self) -> None:
        """Stop what was started."""
        self._open.close()

    def _prepare(self) -> None:
        command = programs.prepare_demo(self.state_dir)
        process = command.start()
        if process.wait():
            raise SystemExit(f"prepare_demo failed; see {command.log}")

    @contextmanager
    def running(self, *names: str, **environ: str) -> Iterator[dict[str, int]]:
        """These programs for the length of a block; their pids. Afterwards their memory is noted."""
        processes: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name in names:
                command = self._command(name, environ)
                processes[name] = command.start()
                until(self._is_ready(command, processes[name]), 60, f"{name} is ready (log: {command.log})")
            yield {name: process.pid for name, process in processes.items()}
            for name, process in processes.items():
                self._note_memory(KIND_OF.get(name, name), process.pid)
        finally:
            for process in reversed(processes.values()):
                process.send_signal(signal.SIGTERM)
            for process in processes.values():
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def _command(self, name: str, environ: dict[str, str]) -> Command:
        values = {**self.values, **environ}
        made = {
            "sandbox": lambda: programs.sandbox(values, self.state_dir),
            "gate": lambda: programs.gate(values, self.state_dir),
            "web": lambda: programs.web(values, self.state_dir),
            "beat": lambda: programs.beat(self.state_dir),
            "worker-replies": lambda: programs.workers(values, self.state_dir)[0],
            "worker-background": lambda: programs.workers(values, self.state_dir)[1],
        }[name]()
        made.environ = {**made.environ, **environ}
        return made

    def _is_ready(self, command: Command, process: "subprocess.Popen[bytes]") -> Any:
        def look() -> bool:
            assert process.poll() is None, f"{command.name} ended; see {command.log}"
            return command.is_ready()

        return look

    def _note_memory(self, kind: str, pid: int) -> None:
        """Each process for itself; of a worker those that do the work."""
        found = psutil.Process(pid)
        ours = found.children() or [found] if kind == "worker" else [found]
        highest = max(one.memory_info().rss / 1e6 for one in ours)
        self.memory_mb[kind] = max(self.memory_mb.get(kind, 0.0), highest)

    def cpu_s(self, *pids: int) -> float:
        """CPU seconds of these processes with their children, and of PostgreSQL and Valkey."""
        roots = list(pids) + [ref.pid for ref in self._services if ref]
        total = 0.0
        for root in roots:
            tree = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
            for one in tree:
                try:
                    times = one.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += times.user + times.system
            # Of children that have ended: PostgreSQL's backends come and go with the connections.
            ended = tree[0].cpu_times()
            total += ended.children_user + ended.children_system
        return total

    @property
    def _services(self) -> list[ProcessRef | None]:
        return [recorded_process(self.state_dir, name) for name in ("postgres", "valkey")]

    @cached_property
    def database(self) -> psycopg.Connection[Any]:
        """A connection of the bench; the demo salon's tables come before the public ones."""
        connection = psycopg.connect(self.values["DATABASE_URL"], autocommit=True)
        connection.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(f"salon_{self.salon_id}")))
        return connection

    def one(self, query: str) -> Any:
        """The first value of a query."""
        row = self.database.execute(query.encode()).fetchone()
        return row[0] if row else None

    @cached_property
    def salon_id(self) -> int:
        """The demo salon."""
        with psycopg.connect(self.values["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT id FROM public.salon WHERE slug = 'demo'").fetchone()
        assert row is not None
        return int(row[0])

    @cached_property
    def number(self) -> tuple[int, str, str]:
        """Id, phone_number_id and waba_id of the demo salon's number."""
        row = self.database.execute(
            "SELECT id, phone_number_id, waba_id FROM public.number WHERE salon_id = %s ORDER BY id", [self.salon_id]
        ).fetchone()
        assert row is not None
        return int(row[0]), str(row[1]), str(row[2])

    @property
    def meta(self) -> Meta:
        """Meta, for the demo salon's number."""
        return Meta(self.values["META_APP_SECRETS"].split(",")[0], self.number[1], self.number[2])

    @property
    def gate_port(self) -> int:
        """Where the gate listens."""
        return int(self.values["GATE_PORT"])

    def sandbox(self, name: str, **body: Any) -> None:
        """POST to a control address of the sandbox."""
        status, raw = call(int(self.values["SANDBOX_PORT"]), "POST", f"/_sandbox/{name}", body)
        assert status == 200, raw

    def forget(self) -> None:
        """Empty queues, demo salon and sandbox, so that every bench begins the same."""
        self.database.execute("SET lock_timeout = '10s'")
        self.database.execute(f"TRUNCATE {', '.join(f'public.{table}' for table in QUEUES)}".encode())
        self.database.execute(f"TRUNCATE {', '.join(OF_A_SALON)} CASCADE".encode())
        self.database.execute("CHECKPOINT")
        self.sandbox("reset")
        self.sandbox("settings", statuses=True, window="off")

    def with_django(self) -> "House":
        """Make this process one of the product's, as a worker's child is."""
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.run"
        import django

        django.setup()
        gc.collect()
        gc.freeze()
        return self


def say(line: str) -> None:
    """A line for the person who waits; the figures alone go to the standard output."""
    print(f"[{time.strftime('%H:%M:%S')}] {line}", file=sys.stderr, flush=True)
