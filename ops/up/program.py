"""The programs that `make up` runs: how each is started, when it is ready, how it is asked to end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from ops.services.files import open_log
from ops.services.lifeline import lifeline
from ops.services.ports import LOOPBACK
from ops.services.run import Service
from ops.up.wanted import ROOT

ANSWER_TIMEOUT_S = 2.0
NOT_PASSED_ON = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKE_TERMOUT", "MAKE_TERMERR"}


class Program(Protocol):
    """Something to keep running."""

    name: str
    kind: str  # its key in demo.json's `pids`
    log: Path
    stop_signal: int
    stop_timeout_s: float

    def start(self) -> subprocess.Popen[bytes]: ...
    def ready(self, pid: int) -> bool: ...


class ServiceProgram:
    """PostgreSQL or Valkey as a program."""

    def __init__(self, service: Service, stop_timeout_s: float) -> None:
        self.service = service
        self.name = self.kind = service.name
        self.log = service.log
        self.stop_signal = service.stop_signal
        self.stop_timeout_s = stop_timeout_s

    def start(self) -> subprocess.Popen[bytes]:
        """Start the service on whatever the last run left."""
        self.service.prepare()
        return self.service.spawn(die_with_parent=True)

    def ready(self, pid: int) -> bool:
        """Whether it answers; from then on its address is known to others and stays."""
        is_ready = self.service.ready(pid)
        self.service.keeps_port = self.service.keeps_port or is_ready
        return is_ready


@dataclass
class Command:
    """One of our own processes."""

    name: str
    kind: str
    arguments: list[str]
    log: Path
    environ: Mapping[str, str]
    is_ready: Callable[[], bool]
    stop_signal: int = signal.SIGTERM
    stop_timeout_s: float = 8.0
    ready_file: Path | None = None
    # Added to our own niceness: what can wait gives way to the gate, whose answer Meta waits for.
    niceness: int = 0
    output: Path | None = None  # where its standard output goes, when not to the log

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, so that its children can be ended with it."""
        if self.ready_file:
            self.ready_file.unlink(missing_ok=True)
        with ExitStack() as files:
            log = files.enter_context(open_log(self.log))
            return subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=files.enter_context(_open_for_us(self.output)) if self.output else log,
                stderr=log,
                start_new_session=True,
                preexec_fn=self._before_exec(),  # noqa: PLW1509
            )

    def _before_exec(self) -> Callable[[], None]:
        stay_attached = lifeline(self.stop_signal)

        def before_exec() -> None:
            stay_attached()
            if self.niceness:
                _give_way(self.niceness)

        return before_exec

    def ready(self, pid: int) -> bool:
        """Whether it does its work; `pid` is for the likeness with the services."""
        return self.is_ready()


def _give_way(niceness: int) -> None:
    """Be nice to the other programs. Each is a session of its own, and Linux may weigh whole sessions first."""
    os.nice(niceness)
    try:
        Path("/proc/self/autogroup").write_text(str(niceness))
    except OSError:
        pass  # no autogroups here: then niceness alone counts


def _open_for_us(file: Path) -> IO[bytes]:
    """A fresh file that only we may read: prepare_demo's output has passwords in it."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def child_environ(state_dir: Path, **extra: str) -> dict[str, str]:
    """The environment of our own processes: ours, and where env.json lies."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return (
        inherited
        | {
            "STATE_DIR": str(state_dir),
            "PROMETHEUS_MULTIPROC_DIR": str(state_dir / "run" / "metrics"),
            "PYTHONUNBUFFERED": "1",
        }
        | extra
    )


def answers_200(port: int, path: str) -> bool:
    """Whether the HTTP server on this port of loopback answers 200."""
    request = f"GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n"
    try:
        with socket.create_connection((LOOPBACK, port), timeout=ANSWER_TIMEOUT_S) as connection:
            connection.sendall(request.encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False
