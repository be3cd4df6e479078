"""The embedded Valkey: a doorbell and a cache, so it keeps nothing on disk."""

import secrets
import signal
import socket
import subprocess

from ops.services import record
from ops.services.account import spawn_as
from ops.services.files import open_log
from ops.services.lifeline import lifeline
from ops.services.place import Place
from ops.services.ports import LOOPBACK, port_for
from ops.services.process import ProcessRef
from ops.services.programs import valkey_program

NAME = "valkey"
STOP_TIMEOUT_S = 5.0


class Valkey:
    """One Valkey server on a private port of loopback, behind a password."""

    name = NAME
    stop_signal: int = signal.SIGTERM
    keeps_port = False

    def __init__(self, place: Place) -> None:
        self.place = place
        self.program = valkey_program(place)
        self.log = place.state_dir / "log" / "valkey.log"
        kept = record.of(place.state_dir, NAME)
        self.password = str(kept.get("password") or secrets.token_urlsafe(24))
        self.port = int(kept.get("port") or 0)

    @property
    def url(self) -> str:
        """REDIS_URL of this server."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        """End what an earlier run left, and choose the port."""
        recorded = record.process(self.place.state_dir, NAME)
        if recorded:
            recorded.stop(self.stop_signal, timeout_s=STOP_TIMEOUT_S)
        self.port = port_for(NAME, self.port, keep=self.keeps_port)
        record.put(self.place.state_dir, NAME, password=self.password, port=self.port)

    def spawn(self, *, die_with_parent: bool) -> subprocess.Popen[bytes]:
        """Start the server; `ready` says when it answers."""
        with open_log(self.log) as log:
            child = subprocess.Popen(
                [self.program, "-"],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lifeline(self.stop_signal) if die_with_parent else None,  # noqa: PLW1509
                **spawn_as(self.place.account),
            )
        process = ProcessRef.of(child.pid)
        record.put(self.place.state_dir, NAME, pid=process.pid, started=process.started)
        # Over the pipe, so that the password stands neither in a file nor in the list of processes.
        assert child.stdin is not None  # noqa: S101
        try:
            child.stdin.write(self._settings().encode())
            child.stdin.close()
        except BrokenPipeError:
            pass  # it ended at once; whoever waits for `ready` sees that and shows the log
        return child

    def ready(self, pid: int) -> bool:
        """Whether the server answers; `pid` is for the likeness with PostgreSQL."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while b"+PONG" not in said and not said.startswith(b"-"):
                    more = connection.recv(256)
                    if not more:
                        return False
                    said += more
        except OSError:
            return False
        return b"+PONG" in said

    def _settings(self) -> str:
        return "\n".join(
            (
                f"port {self.port}",
                f"bind {LOOPBACK}",
                f"requirepass {self.password}",
                'save ""',
                "appendonly no",
                "daemonize no",
                "maxmemory-policy noeviction",  # a broker must refuse rather than forget
                "loglevel notice",
                "",
            )
        )
