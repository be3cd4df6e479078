"""What a salon's plan allows, a few seconds old: asked with every message, so processes remember it for a moment."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from billing.plans.models import PlanVersion
from billing.plans.names import ALL_FEATURES
from tenants.salons.models import Salon

# An operator's change of a plan takes effect within this time in every process.
_KEEP_S: Final = 5.0
# The version of the salon's subscription; without one, the newest of the plan that the salon names.
_TERMS: Final = """
    SELECT a.plan, v.number, v.limits, v.soft, v.features, s.state, s.state_since, COALESCE(s.gateway, ''),
        v.id, v.overage, COALESCE(s.currency, a.currency), a.time_zone, s.period_starts_at, s.period_ends_at
    FROM public.salon a
    LEFT JOIN public.subscription s ON s.salon_id = a.id
    LEFT JOIN public.plan_version v ON v.id = COALESCE(
        s.plan_version_id,
        (SELECT w.id FROM public.plan_version w JOIN public.plan p ON p.id = w.plan_id
         WHERE p.code = a.plan ORDER BY w.number DESC LIMIT 1))
    WHERE a.id = %s
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a salon lives on."""

    plan: str
    number: int | None
    limits: dict[str, float]
    soft: frozenset[str]
    features: frozenset[str]
    # Of the subscription; empty where there is none.
    state: str
    state_since: datetime | None
    gateway: str
    version_id: int | None
    # {"messages": {"BRL": "5"}}, as a version of a plan has it.
    overage: dict[str, dict[str, str]]
    currency: str
    zone: ZoneInfo
    # Of the subscription's period; without one it goes by the calendar. It ends early where a trial does.
    period_starts_at: datetime | None
    period_ends_at: datetime | None

    def is_soft(self, name: str) -> bool:
        """Whether a limit may be passed for money; not where nobody can bill it, as in a trial."""
        return name in self.soft and bool(self.gateway)

    def price_of(self, kind: str) -> Decimal | None:
        """What a unit beyond the plan costs, in the currency's smallest unit; None where the salon cannot buy it."""
        price = self.overage.get(kind, {}).get(self.currency) if self.is_soft(kind) else None
        return None if price is None else Decimal(str(price))


def terms_of(salon_id: int) -> Terms:
    """What a salon lives on. Raises Salon.DoesNotExist."""
    return _terms_of(salon_id, int(monotonic() / _KEEP_S))


def limit_of(salon_id: int, name: str) -> float | None:
    """The salon's limit by that name, e.g. `messages_per_second`; None where its plan names none."""
    value = terms_of(salon_id).limits.get(name)
    return None if value is None else float(value)


def has_feature(salon_id: int, name: str) -> bool:
    """Whether the salon's plan has a feature."""
    features = terms_of(salon_id).features
    return name in features or ALL_FEATURES in features


def is_soft(salon_id: int, name: str) -> bool:
    """Whether the salon may pass a limit for money."""
    return terms_of(salon_id).is_soft(name)


def version_of(code: str) -> PlanVersion:
    """The newest version of a plan. Raises PlanVersion.DoesNotExist."""
    return PlanVersion.objects.select_related("plan").filter(plan__code=code).latest("number")


def offered() -> list[PlanVersion]:
    """The newest version of every plan that is offered, in order."""
    rows = PlanVersion.objects.select_related("plan").filter(plan__is_public=True)
    return list(rows.order_by("plan__order", "plan_id", "-number").distinct("plan__order", "plan_id"))


def forget() -> None:
    """Ask anew, in this process."""
    _terms_of.cache_clear()


@lru_cache(maxsize=4096)
def _terms_of(salon_id: int, _slice: int) -> Terms:
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, [salon_id])
        row: Any = cursor.fetchone()
    if row is None:
        raise Salon.DoesNotExist(salon_id)
    plan, number, limits, soft, features, state, since, gateway, version_id, overage, *more = row
    limits, soft, features, overage = (_read(value) for value in (limits, soft, features, overage))
    currency, zone, starts_at, ends_at = more
    return Terms(
        plan, number, limits or {}, frozenset(soft or ()), frozenset(features or ()), state or "", since, gateway,
        version_id, overage or {}, currency, ZoneInfo(zone), _utc(starts_at), _utc(ends_at),
    )  # fmt: skip


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _read(value: Any) -> Any:
    # A cursor of Django's gives JSON as text.
    return json.loads(value) if isinstance(value, str) else value
