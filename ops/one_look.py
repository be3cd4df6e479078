"""What is asked several times while a batch is judged, and is the same each time, is read once.

A dozen checks look at the same few rows of a salon (its numbers, a template), each for itself and each once for a whole
batch; a thousand salons with a few messages each pay for every one of these looks. Within `one_look()` a function
marked by `kept` answers a second time what it found the first time; outside of it nothing is remembered.

Only for what is read without a lock: such an answer may be old by the time it is used anyway.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from ops.salon import current_salon_id

_seen: ContextVar[dict[Hashable, Any] | None] = ContextVar("one_look", default=None)
F = TypeVar("F", bound=Callable[..., Any])


@contextmanager
def one_look() -> Iterator[None]:
    """Keep answers for the length of the block; a block inside of another one shares its answers."""
    if _seen.get() is not None:
        yield
        return
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def kept(look: F) -> F:
    """Mark a read of the salon we are in; its arguments must be hashable, and nobody may change what it gives."""

    @wraps(look)
    def answer(*args: Hashable) -> Any:
        seen = _seen.get()
        if seen is None:
            return look(*args)
        key = (look, current_salon_id(), args)
        if key not in seen:
            seen[key] = look(*args)
        return seen[key]

    return cast("F", answer)
