"""Stop what runs for a STATE_DIR and remove all it kept, also what had to lie elsewhere."""

import shutil
from pathlib import Path

from ops.services import record
from ops.services.place import elsewhere_of
from ops.services.process import working_in
from ops.services.run import STOP_TIMEOUT_S, stop_recorded


def clean(state_dir: Path) -> list[Path]:
    """Remove the folders of a STATE_DIR; which ones were there."""
    state_dir = state_dir.resolve()
    if state_dir.is_dir():
        stop_recorded(state_dir)
    folders = {state_dir, elsewhere_of(state_dir)}
    recorded = record.elsewhere(state_dir)
    if recorded and recorded.name.startswith("cadeira-"):
        folders.add(recorded)
    present = sorted(folder for folder in folders if folder.is_dir())
    for folder in present:
        for data in folder.glob("postgres-*/"):
            for process in working_in(data):
                process.stop(timeout_s=STOP_TIMEOUT_S)
        shutil.rmtree(folder)
    return present
