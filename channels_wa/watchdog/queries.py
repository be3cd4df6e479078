"""How a number fares, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_wa.numbers.models import Number
from channels_wa.outbox import portfolio
from channels_wa.watchdog import policy
from channels_wa.watchdog.models import Incident, NumberHealth
from channels_wa.watchdog.outbound import stage_of, used_today
from channels_wa.watchdog.reasons import PAUSE_BELOW, SLOW_BELOW, Code
from channels_wa.watchdog.warming import SCHEDULE
from ops import clock

INCIDENTS_SHOWN: Final = 10
_STEPS: Final[Mapping[str, str | Promise]] = {
    "opened": _("It began"),
    "told": _("You were told"),
    "slowed": _("Messages leave more slowly"),
    "sped_up": _("Messages leave at full speed again"),
    "paused": _("Campaigns wait; answers and reminders go on"),
    "resumed": _("Campaigns go on"),
    "closed": _("It is over"),
}


@dataclass(frozen=True, slots=True)
class Why:
    """One thing that is wrong."""

    text: str
    advice: str
    costs: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an incident."""

    at: datetime
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Story:
    """An incident from its beginning."""

    text: str
    opened_at: datetime
    closed_at: datetime | None
    lowest_score: int
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Where a number that warms up stands today."""

    day: int
    days: int
    used: int
    cap: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """A number's health with its reasons, its past, and what follows from it now."""

    score: int
    whys: list[Why]
    checked_at: datetime | None
    incidents: list[Story]
    warm_up: WarmUp | None
    paused_until: datetime | None
    is_slow: bool
    limit_used: int
    limit: int | None

    @property
    def tone(self) -> str:
        """The colour of the score."""
        return "green" if self.score >= SLOW_BELOW else "yellow" if self.score >= PAUSE_BELOW else "red"

    @property
    def words(self) -> str | Promise:
        """The score in a word."""
        return {"green": _("Healthy"), "yellow": _("Needs care"), "red": _("In trouble")}[self.tone]


def health_of(number: Number) -> Health:
    """Everything the number's page shows of it; inside the salon."""
    now = clock.now()
    kept = NumberHealth.objects.filter(number_id=number.pk).first()
    at, paused = stage_of(number, now), number.campaigns_paused_until
    incidents = Incident.objects.filter(number_id=number.pk).order_by("-pk")[:INCIDENTS_SHOWN]
    return Health(
        score=kept.score if kept else number.health_score,
        whys=[_why(one) for one in kept.reasons] if kept else [],
        checked_at=kept.checked_at if kept else None,
        incidents=[_story(one) for one in incidents],
        warm_up=WarmUp(at.day, len(SCHEDULE), used_today(number.pk, at.day), at.cap, at.ends_at) if at else None,
        # While it is stopped nothing leaves at all, and that is said already.
        paused_until=paused if paused and paused > now and number.is_active else None,
        is_slow=number.health_score < SLOW_BELOW and number.is_active,
        limit_used=portfolio.used(number.portfolio) if number.messaging_limit else 0,
        limit=number.messaging_limit,
    )


def _why(kept: Mapping[str, Any]) -> Why:
    code = Code(kept["code"])
    return Why(str(policy.short(code, kept["values"])), str(policy.advice(code)), int(kept["costs"]))


def _story(incident: Incident) -> Story:
    return Story(
        str(policy.short(Code(incident.kind), incident.values)),
        incident.opened_at,
        incident.closed_at,
        incident.lowest_score,
        [Step(datetime.fromisoformat(one["at"]), _STEPS.get(one["did"], one["did"])) for one in incident.log],
    )
