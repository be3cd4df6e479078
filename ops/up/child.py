"""One watched process: its pid, its deaths, when to start it again."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

from ops.services.process import ProcessRef
from ops.up.program import Program

YOUNG_S = 1.0  # one that dies younger than this is started again with back-off
FIRST_BACK_OFF_S = 0.25
MAX_BACK_OFF_S = 5.0


def back_off_s(young_deaths: int) -> float:
    """How long to wait before the next start, after so many deaths in a row within a second of the start."""
    return min(MAX_BACK_OFF_S, FIRST_BACK_OFF_S * 2 ** (young_deaths - 1)) if young_deaths else 0.0


@dataclass
class Child:
    """A program and the process that runs it now."""

    program: Program
    process: ProcessRef | None = None
    is_ready: bool = False
    was_ready: bool = False
    exit_code: int | None = None
    deaths: int = 0
    _popen: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _started_at: float = 0.0
    _young_deaths: int = 0
    _start_at: float = 0.0

    @property
    def running(self) -> bool:
        """Whether its process has not been reaped yet."""
        return self.process is not None

    @property
    def due(self) -> bool:
        """Whether it is down and it is time to start it."""
        return not self.running and time.monotonic() >= self._start_at

    @property
    def start_in_s(self) -> float:
        """Seconds until it is to be started."""
        return max(0.0, self._start_at - time.monotonic())

    def start(self) -> None:
        """Start its process; a Trouble when that is not possible."""
        self._started_at = time.monotonic()
        try:
            self._popen = self.program.start()
        except Exception:
            self._young_deaths += 1
            self._start_at = time.monotonic() + back_off_s(self._young_deaths)
            raise
        self.process, self.is_ready, self.exit_code = ProcessRef.of(self._popen.pid), False, None

    def ended(self, status: int) -> None:
        """Its process was reaped with this wait status."""
        if self.process is None or self._popen is None:
            return
        self.exit_code = self._popen.returncode = os.waitstatus_to_exitcode(status)
        self.end_group()
        now = time.monotonic()
        self._young_deaths = self._young_deaths + 1 if now - self._started_at < YOUNG_S else 0
        self._start_at = now + back_off_s(self._young_deaths)
        self.deaths += 1
        self.process, self.is_ready = None, False

    def look_ready(self) -> bool:
        """Whether it became ready since the last look."""
        if self.process is None or self.is_ready or not self.program.ready(self.process.pid):
            return False
        self.is_ready = self.was_ready = True
        return True

    def ask_to_end(self) -> None:
        """Send its stop signal."""
        if self.process:
            self.process.send(self.program.stop_signal)

    def end_group(self) -> None:
        """Kill it and what it started: they are one process group."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass

    def how_it_ended(self) -> str:
        """The end of its process in words."""
        code = self.exit_code or 0
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
