"""Asked first of all before a message leaves (OUTBOUND_CHECKS): whether the plan has room for it.

Over a hard limit offers and reminders wait for the next period, where everybody sees them. The grace rule: for a day
after the limit was reached, answers in a talk that goes on (the guest wrote within 24 hours) and what a guest's own act
asks for go all the same, and are counted: nobody is cut off in the middle of a sentence. After that answers wait too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from billing.metering.kinds import Kind
from billing.metering.periods import Period, period_of
from billing.metering.totals import used
from billing.plans.queries import is_soft, limit_of
from billing.quotas.asking import ask
from billing.quotas.queries import reached_at
from billing.subscriptions.states import REPLY_GRACE
from ops.metrics import PLAN_REFUSALS
from ops.salon import current_salon_id

REASON: Final = "quota"
NAME: Final = str(Kind.MESSAGES)
REPLY, SERVICE = "reply", "service"
# As many as may be on their way at once: nearer to the limit each is counted before it goes.
_NEAR: Final = 2000
# Others on their way may still fail and leave their place.
_SOON: Final = timedelta(seconds=15)


class Facts(Protocol):
    """What is asked of a message; channels_wa.outbox.checks.OutboundFacts is one."""

    @property
    def purpose(self) -> str: ...
    @property
    def last_inbound_at(self) -> datetime | None: ...
    @property
    def message_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message must not leave; with `until` it waits (as channels_wa.outbox.checks.Refusal)."""

    reason: str
    until: datetime | None = None


def check(batch: Sequence[Facts], now: datetime) -> list[Refusal | None]:
    """Which of them the plan has no room for, and until when they wait."""
    salon_id = current_salon_id()
    limit = limit_of(salon_id, NAME) if salon_id is not None else None
    if salon_id is None or limit is None or not batch or is_soft(salon_id, NAME):
        return [None] * len(batch)
    # Written ones have no row yet; those that go now have one, and are counted with those on their way.
    ours = [facts.message_id for facts in batch if facts.message_id is not None]
    answer = ask(salon_id, NAME)
    if answer.used + len(batch) <= limit - (_NEAR if ours else 0):
        return [None] * len(batch)
    held = _held(salon_id, ours) if ours else 0
    period = period_of(salon_id, now)
    counted = used(salon_id, NAME, period)
    left = int(limit) - counted - held
    until = period.ends_at if counted >= limit or not ours else now + _SOON
    return _judge(salon_id, batch, now, left=left, until=until, period=period)


def _judge(
    salon_id: int, batch: Sequence[Facts], now: datetime, *, left: int, until: datetime, period: Period
) -> list[Refusal | None]:
    """Answers take the places that are left first."""
    refusals: list[Refusal | None] = [None] * len(batch)
    grace: bool | None = None
    for place in sorted(range(len(batch)), key=lambda place: batch[place].purpose != REPLY):
        facts = batch[place]
        if left > 0:
            left -= 1
            continue
        if grace is None:
            since = reached_at(salon_id, NAME, period.starts_at)
            grace = since is None or now < since + REPLY_GRACE
        if grace and _goes_on(facts, now):
            continue
        # What a guest waits for at this moment is of no use in the next period.
        waits = facts.purpose != SERVICE or until < period.ends_at
        refusals[place] = Refusal(REASON, until if waits else None)
        PLAN_REFUSALS.inc()
    return refusals


def _goes_on(facts: Facts, now: datetime) -> bool:
    if facts.purpose == SERVICE:
        return True
    last = facts.last_inbound_at
    return facts.purpose == REPLY and last is not None and now < last + REPLY_GRACE


def _held(salon_id: int, besides: Sequence[int]) -> int:
    """How many others are on their way: each may be counted in a moment."""
    count: int = import_string(settings.USAGE_HOLDS[NAME])(salon_id, besides)
    return count
