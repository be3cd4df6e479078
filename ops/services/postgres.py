"""The embedded PostgreSQL: made once, started by its own binary, picked up after any end."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from ops.services import record
from ops.services.account import spawn_as
from ops.services.files import end_of, open_log
from ops.services.lifeline import lifeline
from ops.services.place import Place
from ops.services.ports import LOOPBACK, answers, port_for
from ops.services.process import PROC, ProcessRef, command_of, working_in
from ops.services.programs import postgres_major, postgres_programs
from ops.services.trouble import Trouble

NAME = "postgres"
USER = "cadeira"
DATABASE = "cadeira"
FIRST_WITH_BUILTIN_LOCALE = 17
FREE_BYTES_FOR_INITDB = 200_000_000
STATUS_LINE = 7  # of postmaster.pid: "ready" once connections are taken
STOP_TIMEOUT_S = 30.0
ORPHANS_TIMEOUT_S = 10.0

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # TCP alone: no path that is too long or that nobody may not enter
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # opening a salon takes about 2,400 locks at once
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",  # 200 to Meta promises that the message is kept
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "min_wal_size": "192MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "15s",  # queue tables turn over quickly
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}


class Postgres:
    """One PostgreSQL cluster in a place."""

    name = NAME
    stop_signal: int = signal.SIGINT  # "fast": roll back, disconnect, write a checkpoint
    keeps_port = False  # once others were told the port, a restart must come back on it

    def __init__(self, place: Place) -> None:
        self.place = place
        self.programs = postgres_programs(place)
        self.data = place.root / f"postgres-{postgres_major(self.programs)}"
        self.log = place.state_dir / "log" / "postgres.log"
        kept = record.of(place.state_dir, NAME)
        self.password = str(kept.get("password") or "")
        self.port = int(kept.get("port") or 0)

    @property
    def url(self) -> str:
        """DATABASE_URL of this server."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Make the data folder if there is none; clear what a killed server left."""
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._end_leftovers()
        if not self.password:
            self._set_password()
        self.port = port_for(NAME, self.port, keep=self.keeps_port)
        record.put(self.place.state_dir, NAME, password=self.password, port=self.port, data=str(self.data))

    def spawn(self, *, die_with_parent: bool) -> subprocess.Popen[bytes]:
        """Start the server; `ready` says when it takes connections."""
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with open_log(self.log) as log:
            child = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), *options],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lifeline(self.stop_signal) if die_with_parent else None,  # noqa: PLW1509
                **spawn_as(self.place.account),
            )
        process = ProcessRef.of(child.pid)
        record.put(self.place.state_dir, NAME, pid=process.pid, started=process.started)
        return child

    def ready(self, pid: int) -> bool:
        """Whether the server with this pid takes connections."""
        lines = self._lock_lines()
        if len(lines) <= STATUS_LINE or lines[0].strip() != str(pid) or lines[STATUS_LINE].strip() != "ready":
            return False
        if not record.of(self.place.state_dir, NAME).get("database"):
            self._create_database()
        return answers(self.port)

    def _make(self) -> None:
        free = shutil.disk_usage(self.place.root).free
        if free < FREE_BYTES_FOR_INITDB:
            raise Trouble(
                f"The disk of {self.place.root} is nearly full ({free // 1_000_000} MB free); PostgreSQL needs 200 MB. "
                "Free some space, or choose another folder with STATE_DIR."
            )
        # Made beside and renamed: an interrupted initdb leaves a folder that looks made and is not.
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.place.own(fresh)
        self.password = secrets.token_urlsafe(24)
        secret = self.place.root / f".password-{os.getpid()}"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        self.place.own(secret)
        try:
            self._initdb(fresh, secret)
        finally:
            secret.unlink(missing_ok=True)
        fresh.rename(self.data)
        record.put(self.place.state_dir, NAME, password=self.password, database=False)

    def _initdb(self, folder: Path, secret: Path) -> None:
        builtin = postgres_major(self.programs) >= FIRST_WITH_BUILTIN_LOCALE
        # Sorts the same on every machine, whatever its C library.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
        command: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            folder,
            "-U",
            USER,
            "-E",
            "UTF8",
            "--locale=C",
            *locale,
        ]
        done = subprocess.run(
            [*command, *locale, "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **spawn_as(self.place.account),
        )
        if done.returncode == 0:
            return
        said = (done.stderr or done.stdout).strip()
        if "No space left on device" in said:
            raise Trouble(
                f"The disk of {self.place.root} is full. Free 200 MB there, or choose another folder with STATE_DIR."
            )
        raise Trouble(
            f"initdb could not make the data folder {folder}:\n{said}\n"
            "Mend that, or set DATABASE_URL to a running server."
        )

    def _end_leftovers(self) -> None:
        """After a kill -9: end what still works on the data, and drop the lock file.

        A new server refuses to start while old children hold the shared memory, and it takes a reused pid or a zombie
        in postmaster.pid for a running server.
        """
        recorded = record.process(self.place.state_dir, NAME)
        if recorded:
            recorded.stop(self.stop_signal, timeout_s=STOP_TIMEOUT_S)
        lines = self._lock_lines()
        named = ProcessRef.of(int(lines[0])) if lines and lines[0].strip().isdecimal() else None
        if named and self._is_server(named.pid):
            named.stop(self.stop_signal, timeout_s=STOP_TIMEOUT_S)
        orphans = working_in(self.data)
        for orphan in orphans:
            orphan.send(signal.SIGKILL)
        if all(orphan.wait(ORPHANS_TIMEOUT_S) for orphan in orphans) and PROC.joinpath("self").exists():
            # Nobody works on the data now: what the file names is a stranger, or a zombie that no one reaps.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_server(self, pid: int) -> bool:
        command = command_of(pid)
        return "postgres" in command and str(self.data) in command

    def _lock_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _set_password(self) -> None:
        """Give the owner a new password when services.json was lost; the data stays."""
        self.password = secrets.token_urlsafe(24)
        done = subprocess.run(
            [self.programs / "postgres", "--single", "-D", self.data, "postgres"],
            input=f"ALTER ROLE {USER} PASSWORD '{self.password}';\n",
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **spawn_as(self.place.account),
        )
        if done.returncode:
            raise Trouble(f"PostgreSQL cannot open {self.data}:\n{done.stderr}\nRemove the data with `make clean`.")

    def _create_database(self) -> None:
        done = subprocess.run(
            [self.programs / "createdb", "-h", LOOPBACK, "-p", str(self.port), "-U", USER, DATABASE],
            env={"PGPASSWORD": self.password},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **spawn_as(self.place.account),
        )
        if done.returncode and "already exists" not in done.stderr:
            raise Trouble(f"PostgreSQL could not create the database:\n{done.stderr}{end_of(self.log)}")
        record.put(self.place.state_dir, NAME, database=True)
