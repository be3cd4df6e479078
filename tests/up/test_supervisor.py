"""Children are started again at once, followed by pid, and none is left at the end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.services.process import PROC, ProcessRef
from ops.up import leftovers
from ops.up.child import MAX_BACK_OFF_S, back_off_s
from ops.up.supervisor import CHILDREN_FILE

ROOT = Path(__file__).resolve().parents[2]
GUARD_S = 20.0


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + GUARD_S
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


class Driven:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.up.drive", folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        eventually(lambda: set(self.pids()) == {"steady", "parent", "deaf"} and (folder / "deaf").exists())

    def pids(self) -> dict[str, int]:
        file = self.folder / CHILDREN_FILE
        return {name: kept["pid"] for name, kept in json.loads(file.read_text()).items()} if file.exists() else {}

    def in_sessions_of(self, pids: list[int]) -> list[int]:
        """Living processes of these sessions."""
        found = []
        for entry in PROC.glob("[0-9]*"):
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) in pids and fields[0] not in "ZX":
                found.append(int(entry.name))
        return found


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[Driven]:
    one = Driven(tmp_path)
    yield one
    one.process.terminate()
    one.process.communicate(timeout=GUARD_S)


def test_a_killed_child_is_started_again_and_its_pid_follows(driven: Driven) -> None:
    old = driven.pids()["steady"]
    os.kill(old, signal.SIGKILL)
    eventually(lambda: driven.pids().get("steady", old) != old)


def test_grandchildren_of_a_killed_child_are_ended(driven: Driven) -> None:
    old = driven.pids()["parent"]
    eventually(lambda: len(driven.in_sessions_of([old])) == 2)
    os.kill(old, signal.SIGKILL)
    eventually(lambda: driven.in_sessions_of([old]) == [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_nothing_running(driven: Driven, number: int) -> None:
    pids = list(driven.pids().values())
    driven.process.send_signal(number)
    said, _ = driven.process.communicate(timeout=GUARD_S)
    assert said.splitlines()[-1] == "stopped"
    assert driven.in_sessions_of(pids) == []


def test_what_kill_9_of_the_supervisor_left_is_ended_at_the_next_start(driven: Driven) -> None:
    pids = list(driven.pids().values())
    driven.process.kill()
    driven.process.wait()
    leftovers.stop(driven.folder)
    assert driven.in_sessions_of(pids) == []


def test_leftovers_spare_a_stranger_with_a_recorded_pid(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    try:
        kept = {"web": {"pid": stranger.pid, "started": "an earlier life"}}
        (tmp_path / CHILDREN_FILE).write_text(json.dumps(kept))
        assert leftovers.stop(tmp_path) == []
        assert ProcessRef.of(stranger.pid).alive
    finally:
        stranger.communicate(b"\n")


def test_back_off_grows_to_five_seconds_and_only_for_those_that_died_young() -> None:
    assert back_off_s(0) == 0
    assert [back_off_s(deaths) for deaths in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert back_off_s(20) == MAX_BACK_OFF_S
