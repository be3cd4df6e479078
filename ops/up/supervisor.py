"""Keeps children running until it is told to stop; one thread, woken by signals."""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType

from ops.services.files import end_of, write_json
from ops.services.process import PROC
from ops.services.trouble import Trouble
from ops.up.child import Child
from ops.up.program import Program

CHILDREN_FILE = "children.json"
READY_LOOK_S = 0.05
IDLE_S = 5.0
READY_TIMEOUT_S = 180.0
DEATHS_BEFORE_FIRST_READY = 3
PR_SET_CHILD_SUBREAPER = 36
SAME_WISH_S = 1.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """We were told to stop."""


class Supervisor:
    """Starts children, starts them again when they die, and stops them in order."""

    def __init__(self, run_dir: Path, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.children: dict[str, Child] = {}
        self._file = run_dir / CHILDREN_FILE
        self._say = say
        self._changed = changed
        self._stop_asked = 0
        self._stop_asked_at = -SAME_WISH_S
        self._stopping = False
        self._woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler of any kind makes the wake-up descriptor speak
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        if sys.platform == "linux":
            # Grandchildren whose parent was killed become ours: they can be reaped, and at the end none is left.
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        # Asked again after a second the person is impatient; at once it is the same wish by way of make.
        if time.monotonic() - self._stop_asked_at > SAME_WISH_S:
            self._stop_asked += 1
            self._stop_asked_at = time.monotonic()

    def start(self, *programs: Program) -> None:
        """Start these and watch them from now on."""
        for program in programs:
            child = self.children[program.name] = Child(program)
            child.start()
        self._pids_changed()

    def until_ready(self, names: Iterable[str], *, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Return when all these are ready; a Trouble when one cannot get there."""
        wanted = [self.children[name] for name in names]
        until = time.monotonic() + timeout_s
        while not all(child.is_ready for child in wanted):
            self.step()
            late = [child.program for child in wanted if not child.is_ready]
            if late and time.monotonic() > until:
                raise Trouble(f"{late[0].name} was not ready in {timeout_s:.0f} s. {_log_of(late[0])}")

    def finish(self, program: Program, waiting: Callable[[], None] = lambda: None) -> None:
        """Run a program that ends by itself; a Trouble when it fails."""
        child = Child(program)
        self.children[program.name] = child
        child.start()
        try:
            while child.exit_code is None:
                self.step()
                waiting()
        finally:
            if child.exit_code is not None:
                del self.children[program.name]
        if child.exit_code:
            raise Trouble(f"{program.name} {child.how_it_ended()}. {_log_of(program)}")

    def watch(self) -> None:
        """Keep everything running until told to stop."""
        while True:
            self.step()

    def step(self) -> None:
        """Sleep until something happens or is due, then do it."""
        self._sleep()
        if self._stop_asked and not self._stopping:
            raise Stopped
        self._reap()
        self._start_due()
        for child in list(self.children.values()):
            if child.look_ready():
                again = " again" if child.deaths else ""
                self._say(f"{child.program.name} is ready{again}")

    def stop(self, groups: Sequence[Sequence[str]]) -> None:
        """End the children, group after group, and whatever they left."""
        self._stopping = True
        for group in groups:
            self._stop_together([self.children[name] for name in group if name in self.children])
        self._stop_together(list(self.children.values()))
        self._end_strays()
        self._file.unlink(missing_ok=True)

    def _stop_together(self, group: list[Child]) -> None:
        for child in group:
            child.ask_to_end()
        began = time.monotonic()
        while any(child.running for child in group):
            for child in group:
                # PostgreSQL keeps its time: killed, it would have to recover at the next start.
                hurried = self._stop_asked > 1 and child.program.stop_signal == signal.SIGTERM
                if time.monotonic() - began > (0.0 if hurried else child.program.stop_timeout_s):
                    child.end_group()
            select.select([self._woken], [], [], READY_LOOK_S)
            self._drain()
            self._reap()

    def _reap(self) -> None:
        by_pid = {child.process.pid: child for child in self.children.values() if child.process}
        changed = False
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid in by_pid:
                by_pid[pid].ended(status)
                changed = True
                self._tell_end(by_pid[pid])
        if changed:
            self._pids_changed()

    def _tell_end(self, child: Child) -> None:
        if self._stopping or child.program.kind == "prepare":
            return
        program = child.program
        if not child.was_ready and child.deaths >= DEATHS_BEFORE_FIRST_READY:
            raise Trouble(f"{program.name} {child.how_it_ended()} {child.deaths} times. {_log_of(program)}")
        self._say(f"{program.name} {child.how_it_ended()}; starting it again (log: {program.log})")

    def _start_due(self) -> None:
        started = False
        for child in self.children.values():
            if child.due and child.program.kind != "prepare":
                try:
                    child.start()
                except (Trouble, OSError) as trouble:
                    if not child.was_ready:
                        raise
                    self._say(f"{child.program.name} cannot be started again yet: {trouble}")
                started = True
        if started:
            self._pids_changed()

    def _sleep(self) -> None:
        waits = [IDLE_S]
        for child in self.children.values():
            if child.running and not child.is_ready:
                waits.append(READY_LOOK_S)
            elif not child.running:
                waits.append(child.start_in_s)
        select.select([self._woken], [], [], min(waits))
        self._drain()

    def _drain(self) -> None:
        try:
            os.read(self._woken, 4096)
        except BlockingIOError:
            pass

    def _pids_changed(self) -> None:
        running = {child.program.name: child.process for child in self.children.values() if child.process}
        kept = {name: {"pid": process.pid, "started": process.started} for name, process in running.items()}
        write_json(self._file, kept)
        self._changed()

    def pids(self, kind: str) -> list[int]:
        """The main processes of one kind."""
        return [c.process.pid for c in self.children.values() if c.process and c.program.kind == kind]

    def _end_strays(self) -> None:
        """Kill what the children left behind; as their subreaper we are its parent now."""
        mine = PROC / "self" / "task" / str(os.getpid()) / "children"
        for _ in range(50):  # killing one may hand us its children
            strays = [int(pid) for pid in mine.read_text().split()] if mine.is_file() else []
            if not strays:
                return
            for pid in strays:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _log_of(program: Program) -> str:
    return f"The end of {program.log}:\n{end_of(program.log)}"
