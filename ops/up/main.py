"""`make up` (`manage.py up`): from nothing to READY, then watch."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from ops.services import record
from ops.services.files import read_json, write_json
from ops.services.lifeline import end_with_parent
from ops.services.place import make_state_dir
from ops.services.postgres import Postgres
from ops.services.run import last_user, place_for, users_lock
from ops.services.trouble import Trouble
from ops.services.valkey import Valkey
from ops.up import demo, doctor, envfile, fingerprint, leftovers, programs, wanted
from ops.up.console import Console
from ops.up.program import ServiceProgram
from ops.up.single import Single
from ops.up.supervisor import Stopped, Supervisor

STILL_EVERY_S = 10.0
STOP_ORDER = (
    ("web", "gate"),
    ("worker-replies", "worker-background", "beat", "prepare"),
    ("sandbox",),
    ("valkey",),
    ("postgres",),
)
STOP_S = {"postgres": 30.0, "valkey": 5.0}  # PostgreSQL may have a large checkpoint to write
PREPARED_FOR = "fingerprint"


class Up:
    """One run of the whole product."""

    def __init__(self, wishes: wanted.Wanted, single: Single, console: Console) -> None:
        self.wishes = wishes
        self.state_dir = wishes.state_dir
        self.run_dir = wishes.state_dir / "run"
        self.single = single
        self.console = console
        self.values: dict[str, str] = {}
        self.fields: dict[str, Any] = {}
        self.is_up = False
        self.supervisor = Supervisor(self.run_dir, console.say, self._pids_changed)

    @property
    def url(self) -> str:
        """Where the product is."""
        return f"http://{self.values['PUBLIC_HOST']}" if self.values else ""

    def run(self) -> None:
        """Come up and stay up until told to stop."""
        try:
            with users_lock(place_for(self.state_dir).state_dir) as lock:
                self._clear_leftovers(last_user(lock))
                self._come_up()
                self.supervisor.watch()
        finally:
            self.is_up = False  # demo.json stays as it was: an address book of what ran last
            self.single.tell("stopping", self.url)
            self.console.say("stopping")
            self.supervisor.stop(STOP_ORDER)
            self.single.tell("stopped", self.url)

    def _clear_leftovers(self, alone: bool) -> None:
        ours = [] if self.wishes.database_url else [Postgres.name]
        ours += [] if self.wishes.redis_url else [Valkey.name]
        if not alone and any(record.process(self.state_dir, name) for name in ours):
            raise Trouble(
                f"Another program (tests?) uses PostgreSQL and Valkey of {self.state_dir} now. "
                "Wait for its end, or choose another folder: `STATE_DIR=… make up`."
            )
        for name in leftovers.stop(self.run_dir):
            self.console.say(f"ended {name}, left by an earlier run")
        (self.state_dir / demo.FILE).unlink(missing_ok=True)
        shutil.rmtree(self.run_dir / "metrics", ignore_errors=True)
        for folder in (self.run_dir / "metrics", self.state_dir / "spool"):
            folder.mkdir(exist_ok=True)

    def _come_up(self) -> None:
        ports = wanted.choose_ports(self.wishes.ports)
        urls = self._have_services()
        self.values = envfile.write(self.wishes, ports, urls, os.environ)
        self.single.tell("starting", self.url)
        # What needs no tables loads while the database is prepared; on a prepared one everything does.
        self.supervisor.start(programs.sandbox(self.values, self.state_dir))
        mark = fingerprint.of_migrations(wanted.ROOT, self.values["DATABASE_URL"])
        shut = self._erasures_to_replay()
        prepared = read_json(self.run_dir / demo.PREPARED).get(PREPARED_FOR) == mark and not shut
        if prepared:
            self._start_ours()
        self._prepare(mark)
        if shut:
            self.console.say(f"the database was restored: replaying {shut} erasures before it opens")
            self.supervisor.finish(programs.replay_erasures(self.state_dir))
        if not prepared:
            self._start_ours()
        self.supervisor.until_ready(list(self.supervisor.children))
        self._tell_ready()

    def _have_services(self) -> dict[str, str]:
        """Start the services that are not given; DATABASE_URL and REDIS_URL."""
        place = place_for(self.state_dir)
        services: dict[str, Postgres | Valkey] = {}
        if not self.wishes.database_url:
            services["DATABASE_URL"] = Postgres(place)
        if not self.wishes.redis_url:
            services["REDIS_URL"] = Valkey(place)
        for service in services.values():
            self.console.say(f"starting {service.name}")
            self.supervisor.start(ServiceProgram(service, STOP_S[service.name]))
        self.supervisor.until_ready([service.name for service in services.values()])
        given = {"DATABASE_URL": self.wishes.database_url, "REDIS_URL": self.wishes.redis_url}
        return given | {name: service.url for name, service in services.items()}

    def _start_ours(self) -> None:
        self.console.say("starting gate, web, workers and beat")
        self.supervisor.start(
            programs.gate(self.values, self.state_dir),
            programs.web(self.values, self.state_dir),
            *programs.workers(self.values, self.state_dir),
            programs.beat(self.state_dir),
        )

    def _erasures_to_replay(self) -> int:
        with psycopg.connect(self.values["DATABASE_URL"], autocommit=True) as connection:
            return len(doctor.missing_erasures(connection))

    def _prepare(self, mark: str) -> None:
        self.console.say("preparing the database and the demo salon")
        command = programs.prepare_demo(self.state_dir)
        said_at = time.monotonic()

        def waiting() -> None:
            nonlocal said_at
            if time.monotonic() - said_at > STILL_EVERY_S:
                said_at = time.monotonic()
                self.console.say(f"still preparing: {_last_line(command.log)}")

        self.supervisor.finish(command, waiting)
        kept = self.run_dir / demo.PREPARED
        if command.output:
            self.fields = demo.read_prepared(command.output, kept)
        write_json(kept, {**self.fields, PREPARED_FOR: mark})
        self.console.say("the database is ready")

    def _tell_ready(self) -> None:
        self.is_up = True
        self._pids_changed()
        self.single.tell("ready", self.url)
        sandbox_port = self.values["SANDBOX_PORT"]
        self.console.raw(f"          the salon's portal   {self.fields.get('salon_url', self.url)}")
        self.console.raw(
            f"          log in as            {self.fields.get('owner_email')}  {self.fields.get('owner_password')}"
        )
        self.console.raw(f"          the guest's phone    http://localhost:{sandbox_port}/phone")
        self.console.raw(f"          everything else      {self.state_dir / demo.FILE}; Ctrl-C stops it all")
        self.console.raw(f"READY {self.url}")

    def _pids_changed(self) -> None:
        if self.is_up:
            demo.write(self.state_dir, self.values, self.fields, self.supervisor.pids)


def _last_line(log: Path) -> str:
    try:
        return log.read_text(errors="replace").rstrip().rpartition("\n")[2][:160]
    except OSError:
        return ""


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Run until stopped; the exit code."""
    console = Console()
    if environ.get("UNDER_MAKE"):
        # `kill -9` of make must not leave us behind, watching for nobody.
        end_with_parent(signal.SIGTERM)
    try:
        wishes = wanted.read(environ)
        make_state_dir(wishes.state_dir)
        single = Single(wishes.state_dir)
        single.take()
        Up(wishes, single, console).run()
    except (Stopped, KeyboardInterrupt):
        console.say("stopped; nothing is left running")
        return 0
    except Trouble as trouble:
        print(f"Error: {trouble}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
