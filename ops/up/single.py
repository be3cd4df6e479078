"""One `make up` per STATE_DIR."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from ops.services.files import read_json, write_json
from ops.services.trouble import Trouble

STOPPING_TIMEOUT_S = 60.0
POLL_S = 0.1


class Single:
    """Holds the STATE_DIR for this process; the kernel lets go when it ends, however it ends."""

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / "run" / "up.json"
        self._lock: IO[bytes] = (state_dir / "run" / "up.lock").open("ab")

    def take(self, url: str = "") -> None:
        """Become the one; a Trouble that names the other. One that is just stopping is waited for."""
        until = time.monotonic() + STOPPING_TIMEOUT_S
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                other = read_json(self._file)
                if other.get("state") != "stopping" or time.monotonic() > until:
                    raise Trouble(self._about(other)) from None
                time.sleep(POLL_S)
        self.tell("starting", url)

    def tell(self, state: str, url: str) -> None:
        """Say to a second `make up` how far this one is: starting, ready, stopping."""
        write_json(self._file, {"pid": os.getpid(), "state": state, "url": url})

    def _about(self, other: dict[str, object]) -> str:
        pid, url = other.get("pid", "?"), other.get("url", "")
        where = f"READY {url}" if other.get("state") == "ready" else f"it is {other.get('state', 'starting')} ({url})"
        return (
            f"`make up` already runs for {self._file.parent.parent} as process {pid}: {where}. Use that one, stop it "
            f"with Ctrl-C there (or `kill {pid}`), or start a second one with another folder: `STATE_DIR=… make up`."
        )
