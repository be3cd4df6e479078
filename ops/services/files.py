"""Small files of STATE_DIR: JSON that is replaced whole, logs that are opened for a child."""

import json
import os
from pathlib import Path
from typing import IO, Any

from ops.services.trouble import Trouble

LOG_LIMIT_BYTES = 5_000_000
SHOWN_LINES = 12


def read_json(file: Path) -> dict[str, Any]:
    """The object in a file; empty when the file is missing or was torn."""
    try:
        kept = json.loads(file.read_text())
    except PermissionError:
        # Not "missing": new secrets in its place would lock everyone out of the data beside it.
        raise Trouble(
            f"{file} belongs to another account. Start as that account, `make clean` as that account, "
            "or choose another folder: `STATE_DIR=$HOME/cadeira-state make up`."
        ) from None
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Replace a file by one rename; only we may read it, because it may hold secrets."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(value, stream, indent=2)
        stream.write("\n")
    _give_to_owner_of_folder(fresh)
    fresh.replace(file)


def _give_to_owner_of_folder(file: Path) -> None:
    # Root may run once on a folder of an ordinary user, who must still be able to go on afterwards.
    owner = file.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(file, owner.st_uid, owner.st_gid)


def open_log(file: Path) -> IO[bytes]:
    """A log to append to; one over 5 MB is moved to `<name>.1` first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > LOG_LIMIT_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))
    stream = file.open("ab")
    _give_to_owner_of_folder(file)
    return stream


def end_of(file: Path) -> str:
    """The last lines of a log, for a message."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - 4000))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-SHOWN_LINES:])
