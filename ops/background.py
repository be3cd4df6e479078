"""One asyncio loop in a thread of its own for each process: live messages, and the outbox's calls, run on it."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_pid = 0


def loop() -> asyncio.AbstractEventLoop:
    """This process's background loop; started at the first call, anew after a fork."""
    global _loop, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = _new_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="background-loop", daemon=True).start()
        return _loop


def start(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Run a coroutine on the background loop; the future may be waited for or dropped."""
    return asyncio.run_coroutine_threadsafe(work, loop())


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    new: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return new
