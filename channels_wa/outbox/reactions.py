"""From the outcome of a call to what is written down: pure, so that the whole table can be tested."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from channels_wa.adapters.error_classes import class_of
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown
from channels_wa.outbox.claiming import Item

# How much longer than its wait a retry may come, as a share of it.
JITTER: Final = 0.5


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
    sealed_token: bytes = b""
    """The token that was refused; a number that has another one by now is not stopped. Empty: any."""


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
    # A stopped number's messages keep their order, and go when a person has acted.
    spread = 0.0 if outcome.error_class is ErrorClass.ACCOUNT_STOP else jitter(item)
    return Result(
        item,
        Ending.AGAIN,
        reason=reason,
        not_before=now + timedelta(seconds=wait_s * (1 + spread)),
        effect=effect_of(outcome.error_class, item.number_id, reason, timedelta(seconds=wait_s), now=now, real=real),
        more=more,
    )


def jitter(item: Item) -> float:
    """Between 0 and JITTER, the same for the same try of the same item: what failed together comes back spread out."""
    return zlib.crc32(f"{item.id}:{item.retries}".encode()) / 2**32 * JITTER


def effect_of(
    error_class: ErrorClass, number_id: int, reason: str, wait: timedelta, *, now: datetime, real: datetime
) -> NumberEffect | None:
    """What an error of this class, refused at once or told later, means for the whole number."""
    match error_class:
        case ErrorClass.SLOW_NUMBER:
            return NumberEffect(number_id, slow_until=real + wait)
        case ErrorClass.SLOW_HOURS:
            return NumberEffect(number_id, bulk_not_before=now + wait, bulk_reason=reason)
        case ErrorClass.ACCOUNT_STOP:
            return NumberEffect(number_id, stop_reason=reason)
    return None


def effect_of_status(code: int, number_id: int, details: str, *, now: datetime, real: datetime) -> NumberEffect | None:
    """The same for an error that a status brought: the message is past retrying, its number is not."""
    error_class = class_of(code)
    retry = RETRIES.get(error_class)
    wait = timedelta(seconds=retry.first_s) if retry else timedelta(0)
    return effect_of(error_class, number_id, reason_of(error_class, code, details), wait, now=now, real=real)


def reason_of(error_class: ErrorClass, code: int | None, details: str) -> str:
    """The stored reason: a word for the class, the code, and what was said."""
    # Those that stand for the number are found by this prefix when it may send again.
    name = "number_stopped" if error_class is ErrorClass.ACCOUNT_STOP else str(error_class)
    return f"{name}: {'-' if code is None else code} {details}".strip()[:1000]


def _reason(outcome: Rejected) -> str:
    return reason_of(outcome.error_class, outcome.code, outcome.details)
