"""From where an act comes: set at each door (a page, the API, a socket, a task), read by `record`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    """What callers of `record` need not say."""

    address: str | None = None
    # Who of the platform's staff it is, and why they are in the salon.
    operator: str = ""
    reason: str = ""


NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


def acting() -> Acting:
    """From where the act at hand comes."""
    return _acting.get()


def act_from(one: Acting) -> None:
    """From now on in this context; for sockets, which have one of their own until they close."""
    _acting.set(one)


@contextmanager
def acting_as(one: Acting) -> Iterator[None]:
    """Within the block."""
    token = _acting.set(one)
    try:
        yield
    finally:
        _acting.reset(token)
