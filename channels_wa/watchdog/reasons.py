"""How healthy a number is, 0 to 100, and why: a pure function over facts, so that the whole table can be tested.

The shares and times are ours: Meta publishes none. They follow what it does publish: quality ratings and the errors
that slow a number down or stop it (WHATSAPP.md §4, §7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class Code(StrEnum):
    """What is wrong."""

    STOPPED = "stopped"
    ACCOUNT = "account"
    QUALITY_RED = "quality_red"
    QUALITY_YELLOW = "quality_yellow"
    SPAM = "spam"
    FAILURES = "failures"
    STOPS = "stops"
    FATIGUE = "fatigue"
    UNREACHABLE = "unreachable"
    SILENCE = "silence"
    CIRCUIT = "circuit"
    ACCESS_ENDS = "access_ends"
    LIMIT = "limit"
    QUIET = "quiet"


# Below the first everything leaves more slowly, below the second campaigns wait. The dispatcher goes by them too
# (channels_wa.outbox.claiming): it reads the score on the number.
SLOW_BELOW: Final = 80
PAUSE_BELOW: Final = 50
# These pause campaigns whatever the score: each is Meta's last word before it stops the number.
PAUSING: Final = frozenset({Code.STOPPED, Code.ACCOUNT, Code.QUALITY_RED, Code.SPAM})

# A share says nothing about a handful.
SAMPLE: Final = 20
SMALL_SAMPLE: Final = 5
# (share from which on, costs), the worst first.
_FAILURES = ((0.5, 55), (0.25, 30), (0.1, 15))
_STOPS = ((0.05, 55), (0.02, 25))
_FATIGUE = ((0.5, 20), (0.25, 10))
_UNREACHABLE = ((0.3, 25), (0.1, 10))
_LIMIT = ((1.0, 10), (0.8, 5))
SILENT_AFTER: Final = timedelta(minutes=15)
SILENT_FROM: Final = 3
CIRCUIT_AFTER: Final = timedelta(minutes=2)
ACCESS_ENDS_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of a stretch of time whose fate is known, and how many of them failed by which cause."""

    sent: int = 0
    # Ours or Meta's fault: everything that is not the guest's own doing.
    failed: int = 0
    stopped: int = 0  # 131050: the guest stopped offers
    limited: int = 0  # 131049, 130472: Meta spares the guest
    unreachable: int = 0  # 131026 and its kin


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a number at `now`."""

    now: datetime
    quality: str = "UNKNOWN"
    stopped_reason: str | None = None
    """None: it works."""
    account_status: str = ""
    hour: Counts = field(default_factory=Counts)
    day: Counts = field(default_factory=Counts)
    spam_at: datetime | None = None
    """When Meta last said that too much of it is taken for spam (131048)."""
    unheard: int = 0
    """Messages that were taken long enough ago, and not one status of any of them has come."""
    unheard_since: datetime | None = None
    circuit_since: datetime | None = None
    token_ends_at: datetime | None = None
    limit_used: int = 0
    limit: int | None = None
    quiet_since: datetime | None = None
    """When a guest last wrote, if that is unusually long ago for this number."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong, what it takes off, and the figures for its words (JSON)."""

    code: Code
    costs: int
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How healthy, and why; the reasons are the worst first."""

    value: int
    reasons: tuple[Reason, ...] = ()

    @property
    def pauses_campaigns(self) -> bool:
        """Whether campaigns have to wait."""
        return self.value < PAUSE_BELOW or any(reason.code in PAUSING for reason in self.reasons)

    @property
    def is_slow(self) -> bool:
        """Whether everything leaves more slowly."""
        return self.value < SLOW_BELOW


def score(facts: Facts, held: Sequence[Reason] = ()) -> Score:
    """Take off what each thing costs. `held` are reasons of before that count until they have proved to be over."""
    now = list(_reasons(facts))
    codes = {reason.code for reason in now}
    found = sorted([*now, *(one for one in held if one.code not in codes)], key=lambda reason: -reason.costs)
    return Score(max(0, 100 - sum(reason.costs for reason in found)), tuple(found))


def _reasons(facts: Facts) -> Iterable[Reason]:
    yield from _from_meta(facts)
    yield from _from_messages(facts)
    yield from _from_the_line(facts)


def _from_meta(facts: Facts) -> Iterable[Reason]:
    if facts.stopped_reason is not None:
        yield Reason(Code.STOPPED, 100, {"reason": facts.stopped_reason})
    if facts.account_status:
        yield Reason(Code.ACCOUNT, 80, {"status": facts.account_status})
    if facts.quality == "RED":
        yield Reason(Code.QUALITY_RED, 60)
    if facts.quality == "YELLOW":
        yield Reason(Code.QUALITY_YELLOW, 25)
    if facts.spam_at is not None and facts.now - facts.spam_at < timedelta(hours=24):
        yield Reason(Code.SPAM, 60, {"at": facts.spam_at.isoformat()})
    if facts.token_ends_at is not None and facts.token_ends_at - facts.now < ACCESS_ENDS_WITHIN:
        yield Reason(Code.ACCESS_ENDS, 5, {"at": facts.token_ends_at.isoformat()})
    if facts.limit and (costs := _costs(facts.limit_used / facts.limit, _LIMIT)):
        yield Reason(Code.LIMIT, costs, {"used": facts.limit_used, "limit": facts.limit})


def _from_messages(facts: Facts) -> Iterable[Reason]:
    hour, day = facts.hour, facts.day
    if costs := _failure_costs(hour, day):
        of = hour if hour.sent >= SMALL_SAMPLE else day
        yield Reason(Code.FAILURES, costs, {"failed": of.failed, "sent": of.sent})
    for code, count, table in (
        (Code.STOPS, day.stopped, _STOPS),
        (Code.FATIGUE, day.limited, _FATIGUE),
        (Code.UNREACHABLE, day.unreachable, _UNREACHABLE),
    ):
        if day.sent >= SAMPLE and (costs := _costs(count / day.sent, table)):
            yield Reason(code, costs, {"count": count, "sent": day.sent})


def _failure_costs(hour: Counts, day: Counts) -> int:
    if hour.sent >= SAMPLE:
        return _costs(hour.failed / hour.sent, _FAILURES)
    if hour.sent >= SMALL_SAMPLE and hour.failed / hour.sent >= 0.5:
        return 25
    # A small salon: its day is a weaker sign, and may be over since the morning.
    return min(15, _costs(day.failed / day.sent, _FAILURES)) if hour.failed and day.sent >= SAMPLE else 0


def _from_the_line(facts: Facts) -> Iterable[Reason]:
    if facts.unheard >= SILENT_FROM and facts.unheard_since and facts.now - facts.unheard_since >= SILENT_AFTER:
        yield Reason(Code.SILENCE, 30, {"count": facts.unheard, "at": facts.unheard_since.isoformat()})
    if facts.circuit_since is not None and facts.now - facts.circuit_since >= CIRCUIT_AFTER:
        yield Reason(Code.CIRCUIT, 40, {"at": facts.circuit_since.isoformat()})
    if facts.quiet_since is not None:
        yield Reason(Code.QUIET, 0, {"at": facts.quiet_since.isoformat()})


def _costs(share: float, table: Sequence[tuple[float, int]]) -> int:
    return next((costs for floor, costs in table if share >= floor), 0)
