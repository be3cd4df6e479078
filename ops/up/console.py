"""What `make up` says on the terminal."""

import sys
import time


class Console:
    """Prints lines with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        """A line of progress."""
        self.raw(f"[{self.elapsed_s:6.1f}s] {line}")

    def raw(self, line: str) -> None:
        """A line as it is. A reader that went away must not take the product down with it."""
        try:
            print(line, flush=True)
        except (BrokenPipeError, OSError, ValueError):
            # Python tries to flush again at its end and would complain there.
            sys.stdout = None  # type: ignore[assignment]
