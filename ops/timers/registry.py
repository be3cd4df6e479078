"""Who does what when a timer is due; handlers are found in each app's `jobs.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come."""

    subject: str
    version: int


# Called inside the salon and inside a transaction with a batch of one kind; re-reads its subjects under lock.
Handler = Callable[[Sequence[Due]], None]
_handlers: dict[str, Handler] = {}
_waiting: set[str] = set()


@cache
def _discover() -> None:
    """Import every app's jobs.py, once."""
    autodiscover_modules("jobs")


def on_timer(kind: str, *, waits: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of timer; `waits` for one that asks somebody outside (see errands)."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        if waits:
            _waiting.add(kind)
        return handler

    return register


def kinds() -> frozenset[str]:
    """Every kind that some app handles."""
    _discover()
    return frozenset(_handlers)


def kinds_that_wait() -> frozenset[str]:
    """Those whose handlers ask somebody outside."""
    _discover()
    return frozenset(_waiting)


def handler_of(kind: str) -> Handler:
    """The handler of a kind. Raises LookupError when no app has one."""
    _discover()
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no handler for timers of kind {kind!r}; an app's jobs.py registers it") from None
