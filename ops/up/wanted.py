"""What the person asked for by environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.services.ports import free_port, is_free
from ops.services.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORTS = {"PORT": 8000, "SANDBOX_PORT": 8001, "GATE_PORT": 8002}
DEFAULT_WORKERS = 2
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Wanted:
    """The wishes, read and checked."""

    state_dir: Path
    ports: Mapping[str, int]  # only those that were given
    workers: int
    database_url: str
    redis_url: str


def _number(environ: Mapping[str, str], name: str, *, most: int) -> int | None:
    said = environ.get(name, "").strip()
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= most:
        raise Trouble(f"{name}={said} is not a number from 1 to {most}. Correct it, or leave {name} out.")
    return int(said)


def read(environ: Mapping[str, str]) -> Wanted:
    """The wishes of this environment."""
    given = {name: _number(environ, name, most=MAX_PORT) for name in DEFAULT_PORTS}
    ports = {name: port for name, port in given.items() if port}
    if len(set(ports.values())) < len(ports):
        raise Trouble("PORT, SANDBOX_PORT and GATE_PORT must differ. Give each its own, or leave them out.")
    return Wanted(
        state_dir=Path(environ.get("STATE_DIR") or ROOT / ".state").expanduser().resolve(),
        ports=ports,
        workers=_number(environ, "WORKERS", most=256) or DEFAULT_WORKERS,
        database_url=environ.get("DATABASE_URL", ""),
        redis_url=environ.get("REDIS_URL", ""),
    )


def choose_ports(given: Mapping[str, int]) -> dict[str, int]:
    """A port for each server: as given, else the usual one, else a free one."""
    chosen: dict[str, int] = {}
    for name, port in given.items():
        if not is_free(port):
            raise Trouble(
                f"{name} {port} is in use by another program (`ss -ltnp 'sport = :{port}'` names it). "
                f"Stop that program, or choose another port: `{name}={free_port()} make up`."
            )
        chosen[name] = port
    for name, usual in DEFAULT_PORTS.items():
        if name not in chosen:
            chosen[name] = free_port(usual, avoid=set(chosen.values()))
    return chosen
