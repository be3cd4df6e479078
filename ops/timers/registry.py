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


@cache
def _discover() -> None:
    """Import every app's jobs.py, once."""
    autodiscover_modules("jobs")


def on_timer(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of timer."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def kinds() -> frozenset[str]:
    """Every kind that some app handles."""
    _discover()
    return frozenset(_handlers)


def handler_of(kind: str) -> Handler:
    """The handler of a kind. Raises LookupError when no app has one."""
    _discover()
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no handler for timers of kind {kind!r}; an app's jobs.py registers it") from None
