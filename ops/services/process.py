"""Processes by pid and start time, so that a pid the system gave to someone else is never touched."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

POLL_S = 0.02
PROC = Path("/proc")


@cache
def _boot() -> str:
    # Ticks since boot repeat after a reboot, and so do pids.
    file = PROC / "sys/kernel/random/boot_id"
    return file.read_text().strip()[:8] if file.is_file() else ""


def started_at(pid: int) -> str | None:
    """When the process with this pid started, as an opaque word; None when it is gone or only waits to be reaped."""
    if PROC.joinpath("self").exists():
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except (OSError, UnicodeDecodeError):
            return None
        return None if fields[0] in "ZX" else f"{_boot()}-{fields[19]}"
    asked = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, moment = asked.stdout.strip().partition(" ")
    return None if asked.returncode or state.startswith("Z") else moment.strip()


def command_of(pid: int) -> str:
    """The command line of a process, for messages; empty when it cannot be read."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class ProcessRef:
    """One process for as long as it lives."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessRef":
        """Name a process that was just started."""
        return cls(pid, started_at(pid) or "")

    @classmethod
    def read(cls, kept: Any) -> "ProcessRef | None":
        """The process that a file of an earlier run names; None when the file says nothing usable."""
        try:
            return cls(int(kept["pid"]), str(kept["started"]))
        except (TypeError, KeyError, ValueError):
            return None

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return self.pid > 0 and bool(self.started) and started_at(self.pid) == self.started

    def send(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.alive:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within the time."""
        until = time.monotonic() + timeout_s
        while self.alive:
            if time.monotonic() > until:
                return False
            time.sleep(POLL_S)
        return True

    def stop(self, number: int = signal.SIGTERM, *, timeout_s: float = 10.0) -> None:
        """Ask it to end; after `timeout_s` end it."""
        self.send(number)
        if not self.wait(timeout_s):
            self.send(signal.SIGKILL)
            self.wait(timeout_s)


def working_in(folder: Path) -> list[ProcessRef]:
    """Processes whose working folder is `folder` (Linux; elsewhere none are found).

    PostgreSQL's children all work in the data folder, and some outlive a killed parent for a moment.
    """
    found = []
    for entry in PROC.iterdir() if PROC.joinpath("self").exists() else ():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder:
                    found.append(ProcessRef.of(int(entry.name)))
            except OSError:
                continue
    return [process for process in found if process.started and process.pid != os.getpid()]
