"""Whether a salon's plan has room for one more: asked before everything that is metered.

What is not limited costs a look into this process's memory. Else Valkey is asked, once for a whole batch, and the
database where Valkey does not know, is away, or says that a limit is near: only the database refuses.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from billing.metering import gauges
from billing.metering.kinds import GAUGES
from billing.metering.periods import Period, period_of
from billing.metering.totals import Of, used_many
from billing.plans.names import label_of
from billing.plans.queries import is_soft, limit_of
from billing.quotas import brake
from billing.quotas.brake import Place
from billing.subscriptions.refusing import Refused
from ops import clock

# So close to its limit a number of Valkey's is not trusted: a share of it, within these.
NEAR_SHARE: Final = 0.05
_NEAR_LEAST, _NEAR_MOST = 20, 1000
# Who is over a limit stays over it until the period ends: no need to ask the database for each of a thousand tries.
_REMEMBERED_S: Final = 1.0
_MOST_REMEMBERED: Final = 10_000


class Ask(NamedTuple):
    """May this salon use so many more of it?"""

    salon_id: int
    name: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether; and how things stand. Without a limit `limit`, `remaining` and `resets_at` are None, and nothing was
    counted. A gauge has no `resets_at`: it falls when something is taken away."""

    name: str
    allowed: bool
    soft: bool = False
    limit: int | None = None
    used: int = 0
    remaining: int | None = None
    resets_at: datetime | None = None
    why: str = ""

    @property
    def is_feature(self) -> bool:
        """Whether the plan has none of it at all."""
        return self.limit == 0


class QuotaExceeded(Refused):
    """The plan has no room for it: 429 where the next period brings some, 403 where waiting does not help."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.why} {_way_out(answer)}", code="quota_exceeded", name=answer.name)
        self.answer = answer
        if answer.resets_at is not None and not answer.is_feature:
            self.status = 429
            self.wait_s = max(1.0, (answer.resets_at - clock.now()).total_seconds())


def ask(salon_id: int, name: str, quantity: int = 1) -> Answer:
    """Whether there is room for `quantity` more; nothing is taken. Never raises what Valkey raises."""
    limit = limit_of(salon_id, name)
    if limit is None:
        return Answer(name, True)
    return _answers([Ask(salon_id, name, quantity)], [limit])[0]


def ask_many(asks: Sequence[Ask]) -> list[Answer]:
    """The same for many, of any salons, in one round trip. Each is answered as if it were the only one."""
    limits = [limit_of(one.salon_id, one.name) for one in asks]
    limited = [place for place, limit in enumerate(limits) if limit is not None]
    answers = [Answer(one.name, True) for one in asks]
    if limited:
        found = _answers([asks[place] for place in limited], [limit for limit in limits if limit is not None])
        for place, answer in zip(limited, found, strict=True):
            answers[place] = answer
    return answers


def require(salon_id: int, name: str, quantity: int = 1) -> Answer:
    """The same as `ask`, for those who stop at a refusal. Raises QuotaExceeded."""
    answer = ask(salon_id, name, quantity)
    if not answer.allowed:
        raise QuotaExceeded(answer)
    return answer


def _answers(asks: Sequence[Ask], limits: Sequence[float]) -> list[Answer]:
    periods = _Periods()
    places = [
        Place(one.salon_id, one.name, None if one.name in GAUGES else periods.of(one.salon_id).starts_at)
        for one in asks
    ]
    known = brake.read(places)
    used: list[int | None] = list(known) if known is not None else [None] * len(asks)
    unsure = {
        place
        for place, value, one, limit in zip(places, used, asks, limits, strict=True)
        if value is None or value + one.quantity > limit - _near(limit)
    }
    truth = _truth(unsure) if unsure else {}
    return [
        _answer(one, limit, truth.get(place, value or 0), periods.ends_of(place))
        for one, limit, place, value in zip(asks, limits, places, used, strict=True)
    ]


def _near(limit: float) -> float:
    return max(_NEAR_LEAST, min(limit * NEAR_SHARE, _NEAR_MOST))


def _answer(one: Ask, limit: float, used: int, resets_at: datetime | None) -> Answer:
    fits, soft, most = used + one.quantity <= limit, is_soft(one.salon_id, one.name), int(limit)
    why = "" if fits or soft else why_of(one.name, most, used)
    return Answer(one.name, fits or soft, soft, most, used, max(0, most - used), resets_at, why)


def why_of(name: str, limit: int, used: int) -> str:
    """What a refusal says, in the active language."""
    what = label_of(name)
    if limit == 0:
        return _("%(what)s: your plan has none.") % {"what": what}
    return _("%(what)s: your plan has %(limit)s, and %(used)s are used.") % {"what": what, "limit": limit, "used": used}


_remembered: OrderedDict[Place, tuple[float, int]] = OrderedDict()


def _truth(places: set[Place]) -> dict[Place, int]:
    """What the database says of them."""
    now = monotonic()
    found: dict[Place, int] = {}
    for place in places:
        at, value = _remembered.get(place, (0.0, 0))
        if at + _REMEMBERED_S > now and value >= (limit_of(place.salon_id, place.name) or 0):
            found[place] = value
    missing = sorted(places - found.keys(), key=lambda place: place.key)
    flowing = [place for place in missing if place.period_at is not None]
    sums = used_many([Of(place.salon_id, place.name, place.period_at) for place in flowing if place.period_at])
    new = dict(zip(flowing, sums, strict=True))
    new |= {place: gauges.count(place.salon_id, place.name) for place in missing if place.period_at is None}
    brake.fill(new)
    for place, value in new.items():
        _remembered[place] = (now, value)
        _remembered.move_to_end(place)
    while len(_remembered) > _MOST_REMEMBERED:
        _remembered.popitem(last=False)
    return found | new


class _Periods:
    """Each salon's period, looked up once."""

    def __init__(self) -> None:
        self._known: dict[int, Period] = {}

    def of(self, salon_id: int) -> Period:
        if salon_id not in self._known:
            self._known[salon_id] = period_of(salon_id)
        return self._known[salon_id]

    def ends_of(self, place: Place) -> datetime | None:
        return None if place.period_at is None else self.of(place.salon_id).ends_at


def forget() -> None:
    """For tests: what was remembered of others."""
    _remembered.clear()


def _way_out(answer: Answer) -> str:
    if answer.is_feature:
        return _("Choose a plan that has them below Plan and billing.")
    if answer.resets_at is None:
        return _("Put some away, or choose a larger plan below Plan and billing.")
    return _("Wait for the next period, or choose a larger plan below Plan and billing.")
