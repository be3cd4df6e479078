"""Have the services running for the length of a block."""

import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from ops.services import record
from ops.services.files import end_of
from ops.services.place import Place, find_place, make_state_dir
from ops.services.postgres import Postgres
from ops.services.process import ProcessRef
from ops.services.trouble import Trouble
from ops.services.valkey import Valkey

READY_TIMEOUT_S = 180.0  # PostgreSQL may have a gigabyte of WAL to replay
STOP_TIMEOUT_S = 30.0
POLL_S = 0.02
ATTEMPTS = 3
KINDS: dict[str, type[Postgres] | type[Valkey]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}


class ServiceUrls(NamedTuple):
    """How to reach both."""

    database_url: str
    redis_url: str


class Service(Protocol):
    """What Postgres and Valkey have in common."""

    name: str
    log: Path
    stop_signal: int
    keeps_port: bool

    @property
    def url(self) -> str: ...
    def prepare(self) -> None: ...
    def spawn(self, *, die_with_parent: bool) -> subprocess.Popen[bytes]: ...
    def ready(self, pid: int) -> bool: ...


def place_for(state_dir: Path) -> Place:
    """The place of a STATE_DIR, recorded when it lies elsewhere."""
    place = find_place(make_state_dir(state_dir.resolve()))
    if record.elsewhere(place.state_dir) != (place.root if place.elsewhere else None):
        record.put_elsewhere(place.state_dir, place.root if place.elsewhere else None)
    return place


def wait_ready(service: Service, child: subprocess.Popen[bytes]) -> None:
    """Return when the service answers; a Trouble with the end of its log when it cannot start."""
    until = time.monotonic() + READY_TIMEOUT_S
    while not service.ready(child.pid):
        if child.poll() is not None or time.monotonic() > until:
            raise Trouble(f"{service.name} did not start. The end of {service.log}:\n{end_of(service.log)}")
        time.sleep(POLL_S)


@contextmanager
def users_lock(state_dir: Path) -> Iterator[IO[bytes]]:
    """Be counted as a user of the services for the length of a block."""
    with (state_dir / "run" / "services.users").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield lock


def last_user(lock: IO[bytes]) -> bool:
    """Whether nobody else is counted as a user now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_SH)
    return True


@contextmanager
def _one_at_a_time(state_dir: Path) -> Iterator[None]:
    with (state_dir / "run" / "services.starting").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _have_running(state_dir: Path, service: Service) -> subprocess.Popen[bytes] | None:
    """Share the running server, or start one; the child that was started."""
    recorded = record.process(state_dir, service.name)
    if recorded and service.ready(recorded.pid):
        return None
    for _ in range(ATTEMPTS - 1):
        try:
            return _start(service)
        except Trouble:
            continue  # between the choice of a port and its use someone else may have taken it
    return _start(service)


def _start(service: Service) -> subprocess.Popen[bytes]:
    service.prepare()
    child = service.spawn(die_with_parent=False)
    wait_ready(service, child)
    return child


def stop_recorded(state_dir: Path) -> None:
    """Stop the services that services.json names, if they still run."""
    for name, number in ((Valkey.name, Valkey.stop_signal), (Postgres.name, Postgres.stop_signal)):
        running: ProcessRef | None = record.process(state_dir, name)
        if running:
            running.stop(number, timeout_s=STOP_TIMEOUT_S)


@contextmanager
def running_services(
    state_dir: Path, *, external: Mapping[str, str] = os.environ, say: Callable[[str], None] = lambda line: None
) -> Iterator[ServiceUrls]:
    """PostgreSQL and Valkey for the length of a block; those already running for this STATE_DIR are shared.

    `external` may name servers that run already (DATABASE_URL, REDIS_URL): pass `{}` to have the embedded ones in any
    case. The last user stops them.
    """
    urls = {name: external.get(name, "") for name in KINDS}
    if all(urls.values()):
        yield ServiceUrls(urls["DATABASE_URL"], urls["REDIS_URL"])
        return
    place = place_for(state_dir)
    children: list[subprocess.Popen[bytes] | None] = []
    with ExitStack() as stack:
        with _one_at_a_time(place.state_dir):
            lock = stack.enter_context(users_lock(place.state_dir))
            for name, kind in KINDS.items():
                if not urls[name]:
                    service = kind(place)
                    children.append(_have_running(place.state_dir, service))
                    say(f"{service.name} runs on port {service.port}")
                    urls[name] = service.url
        try:
            yield ServiceUrls(urls["DATABASE_URL"], urls["REDIS_URL"])
        finally:
            with _one_at_a_time(place.state_dir):
                if last_user(lock):
                    stop_recorded(place.state_dir)
            for child in children:
                if child:
                    child.poll()  # reaped, so that no zombie stays behind
