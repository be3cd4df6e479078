"""What a `make up` that was killed left running."""

import os
import signal
import time
from pathlib import Path

from ops.services.files import read_json
from ops.services.process import PROC, ProcessRef, started_at
from ops.up.supervisor import CHILDREN_FILE
from ops.up.wanted import ROOT

TIMEOUT_S = 4.0
SERVICES = ("postgres", "valkey")  # they look after their own leftovers


def _session_members(session: int) -> list[ProcessRef]:
    """Our processes in a session whose leader may be gone already (Linux; elsewhere none are found)."""
    found = []
    for entry in PROC.iterdir() if PROC.joinpath("self").exists() else ():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[3] == str(session) and (entry / "cwd").readlink() == ROOT:
                    found.append(ProcessRef.of(int(entry.name)))
            except OSError:
                continue
    return [process for process in found if process.started and process.pid != os.getpid()]


def stop(run_dir: Path) -> list[str]:
    """End the recorded processes of an earlier run; the names of those that still ran."""
    kept = {name: ProcessRef.read(value) for name, value in read_json(run_dir / CHILDREN_FILE).items()}
    alive = {name: process for name, process in kept.items() if process and process.alive and name not in SERVICES}
    for process in alive.values():
        process.send(signal.SIGTERM)
    until = time.monotonic() + TIMEOUT_S
    for name, leader in kept.items():
        if leader and name not in SERVICES:
            leader.wait(max(0.0, until - time.monotonic()))
            leader.stop(signal.SIGKILL)
            # A pid is not given anew while a session of that number lives: a stranger there means ours is gone.
            for member in _session_members(leader.pid) if started_at(leader.pid) is None else ():
                member.stop(signal.SIGKILL)
    return sorted(alive)
