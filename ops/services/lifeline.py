"""Let a child end when the process that started it is gone."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux; elsewhere nothing happens)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def lifeline(number: int) -> Callable[[], None]:
    """What a child runs before its program: sent `number` when the parent dies, even by `kill -9`.

    The kernel watches the thread that forked, so children must be started from a thread that lives as long.
    """
    parent = os.getpid()

    def before_exec() -> None:
        end_with_parent(number)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return before_exec
