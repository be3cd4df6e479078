"""Stop what runs for a STATE_DIR and remove all it kept, also what had to lie elsewhere."""

import fcntl
import shutil
from pathlib import Path

from ops.services import record
from ops.services.place import OURS, elsewhere_of
from ops.services.process import working_in
from ops.services.run import STOP_TIMEOUT_S, stop_recorded
from ops.services.trouble import Trouble

KNOWN = (
    *("env.json", "demo.json", "demo-secrets.json", "sandbox.json", "services.json"),
    *("log", "run", "spool", "programs", "bench", "test", "static", "postgres-*"),
)


def clean(state_dir: Path) -> list[Path]:
    """Remove the folders of a STATE_DIR; which ones were there."""
    state_dir = state_dir.resolve()
    if _in_use(state_dir):
        raise Trouble(f"`make up` runs for {state_dir}. Stop it with Ctrl-C there first.")
    removed = []
    for folder in (*state_dir.glob("bench/*/"), state_dir / "test", state_dir):  # these keep services of their own
        recorded = record.elsewhere(folder)
        stop_recorded(folder)
        removed += [part for part in (folder, elsewhere_of(folder), recorded) if part and _remove(part)]
    return removed


def _in_use(state_dir: Path) -> bool:
    try:
        with (state_dir / "run" / "up.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _remove(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    for data in folder.glob("postgres-*/"):
        for process in working_in(data):
            process.stop(timeout_s=STOP_TIMEOUT_S)
    if (folder / OURS).exists() or folder.name.startswith("cadeira-"):
        shutil.rmtree(folder)
        return True
    # Someone may have said STATE_DIR=$HOME: what was there before us stays.
    for part in (found for name in KNOWN for found in folder.glob(name)):
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    return True
