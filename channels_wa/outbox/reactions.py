"""From the outcome of a call to what is written down: pure, so that the whole table can be tested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown
from channels_wa.outbox.claiming import Item

EXPIRED_TOKEN: Final = 190


class Ending(StrEnum):
    """How an attempt ends."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Retry:
    """Wait first_s, then `factor` times as long each time, at most cap_s; give up after so many tries."""

    first_s: float
    factor: float
    cap_s: float
    tries: int


# Classes that are not here are final.
RETRIES: Final[Mapping[ErrorClass, Retry]] = {
    ErrorClass.SLOW_NUMBER: Retry(1, 2, 60, 1000),
    ErrorClass.SLOW_PAIR: Retry(1, 4, 4096, 10),
    ErrorClass.TRANSIENT: Retry(1, 2, 300, 10),
    ErrorClass.NOT_SENT: Retry(1, 2, 60, 200),
    ErrorClass.MEDIA: Retry(2, 5, 60, 2),
    ErrorClass.SLOW_HOURS: Retry(3600, 2, 4 * 3600, 4),
    # Until a person has acted; resume_number brings it forward.
    ErrorClass.ACCOUNT_STOP: Retry(300, 1, 300, 1000),
}


@dataclass(frozen=True, slots=True)
class NumberEffect:
    """What an answer means for the whole number."""

    number_id: int
    slow_until: datetime | None = None
    """In the machine's time."""
    stop_reason: str = ""
    bulk_not_before: datetime | None = None
    bulk_reason: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What to write down for one attempt."""

    item: Item
    ending: Ending
    wamid: str | None = None
    reason: str = ""
    not_before: datetime | None = None
    effect: NumberEffect | None = None
    more: dict[str, Any] = field(default_factory=dict)


def react(item: Item, outcome: Outcome, *, now: datetime, real: datetime) -> Result:
    """What follows from an outcome. `now` is the product's time, `real` the machine's."""
    match outcome:
        case Accepted(wamid):
            return Result(item, Ending.ACCEPTED, wamid=wamid)
        case Unknown(why):
            return Result(item, Ending.UNKNOWN, reason=why)
        case Rejected():
            return _rejected(item, outcome, now, real)


def _rejected(item: Item, outcome: Rejected, now: datetime, real: datetime) -> Result:
    reason = _reason(outcome)
    more = {"code": outcome.code, "class": str(outcome.error_class)}
    retry = RETRIES.get(outcome.error_class)
    if retry is None or item.retries >= retry.tries:
        return Result(item, Ending.FAILED, reason=reason, more=more)
    wait_s = min(retry.first_s * retry.factor ** min(item.retries, 30), retry.cap_s)
    if outcome.error_class is ErrorClass.SLOW_NUMBER and outcome.wait_s:
        wait_s = max(wait_s, outcome.wait_s)
    wait = timedelta(seconds=wait_s)
    return Result(
        item,
        Ending.AGAIN,
        reason=reason,
        not_before=now + wait,
        effect=_effect(item, outcome, reason, wait, now=now, real=real),
        more=more,
    )


def _effect(
    item: Item, outcome: Rejected, reason: str, wait: timedelta, *, now: datetime, real: datetime
) -> NumberEffect | None:
    match outcome.error_class:
        case ErrorClass.SLOW_NUMBER:
            return NumberEffect(item.number_id, slow_until=real + wait)
        case ErrorClass.SLOW_HOURS:
            return NumberEffect(item.number_id, bulk_not_before=now + wait, bulk_reason=reason)
        case ErrorClass.ACCOUNT_STOP:
            return NumberEffect(item.number_id, stop_reason=reason)
    return None


def _reason(outcome: Rejected) -> str:
    # Those that stand for the number are found by this prefix when it may send again.
    name = "number_stopped" if outcome.error_class is ErrorClass.ACCOUNT_STOP else str(outcome.error_class)
    return f"{name}: {outcome.code or '-'} {outcome.details}".strip()[:1000]
