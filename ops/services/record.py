"""`STATE_DIR/services.json`: which embedded services run, where, and how to enter."""

from pathlib import Path
from typing import Any

from ops.services.files import read_json, write_json
from ops.services.process import ProcessRef

FILE = "services.json"


def read(state_dir: Path) -> dict[str, Any]:
    """All that is recorded."""
    return read_json(state_dir / FILE)


def of(state_dir: Path, service: str) -> dict[str, Any]:
    """What is recorded of one service: port, password, pid, started."""
    kept = read(state_dir).get(service)
    return kept if isinstance(kept, dict) else {}


def put(state_dir: Path, service: str, **values: object) -> None:
    """Change what is recorded of one service."""
    write_json(state_dir / FILE, read(state_dir) | {service: of(state_dir, service) | values})


def process(state_dir: Path, service: str) -> ProcessRef | None:
    """The recorded process of a service, if it still runs."""
    recorded = ProcessRef.read(of(state_dir, service))
    return recorded if recorded and recorded.alive else None


def put_elsewhere(state_dir: Path, folder: Path | None) -> None:
    """Remember the folder outside STATE_DIR, so that `make clean` removes it too."""
    write_json(state_dir / FILE, read(state_dir) | {"elsewhere": str(folder) if folder else None})


def elsewhere(state_dir: Path) -> Path | None:
    """The folder outside STATE_DIR, if there is one."""
    kept = read(state_dir).get("elsewhere")
    return Path(kept) if kept else None
