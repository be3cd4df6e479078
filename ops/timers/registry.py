"""Who does what when a timer is due; handlers are found in each app's `jobs.py`."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol, get_args

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come."""

    subject: str
    version: int


# Called inside the salon and inside a transaction with a batch of one kind; re-reads its subjects under lock.
Handler = Callable[[Sequence[Due]], None]
# What a call does, on the background loop; it gives back whatever its caller's `settle` understands.
Call = Callable[[], Coroutine[Any, Any, Any]]


class Caller(Protocol):
    """Who calls somebody outside when a timer is due, many at once (see calls). Both are called inside the salon and
    inside a transaction; the calls are made between the two, when nothing is locked."""

    def prepare(self, due: Sequence[Due]) -> list[Call | None]:
        """For each timer the call to make, None where there is none to make any more."""

    def settle(self, done: Sequence[tuple[Due, Any]]) -> None:
        """Write what became of calls, in the transaction that ends their timers. A call may be made twice."""


# On whose behalf something acts that takes no actor.
ActsFor = Literal["system", "salon", "operator"]
ACTORS = frozenset(get_args(ActsFor))

_handlers: dict[str, Handler] = {}
_waiting: set[str] = set()
_callers: dict[str, Caller] = {}
_acts_for: dict[str, ActsFor] = {}


@cache
def _discover() -> None:
    """Import every app's jobs.py, once."""
    autodiscover_modules("jobs")


def on_timer(kind: str, *, acts_for: ActsFor, waits: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of timer, and for whom it acts.

    `waits` is for one that asks somebody outside (see errands).
    """

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        _acts_for[kind] = acts_for
        if waits:
            _waiting.add(kind)
        return handler

    return register


def call_on_timer(kind: str, caller: Caller, *, acts_for: ActsFor) -> None:
    """Register who makes the calls of a kind of timer."""
    _callers[kind] = caller
    _acts_for[kind] = acts_for


def acts_for(kind: str) -> ActsFor | None:
    """On whose behalf a kind of timer acts."""
    _discover()
    return _acts_for.get(kind)


def kinds() -> frozenset[str]:
    """Every kind that some app handles."""
    _discover()
    return frozenset(_handlers) | frozenset(_callers)


def kinds_that_call() -> frozenset[str]:
    """Those whose work is calls that are made many at once."""
    _discover()
    return frozenset(_callers)


def caller_of(kind: str) -> Caller:
    """Who makes the calls of a kind. Raises LookupError."""
    _discover()
    return _callers[kind]


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
