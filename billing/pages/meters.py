"""What a salon uses of its plan: now, and where it will be at the end of the period if it goes on like this."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from billing.metering import gauges
from billing.metering.kinds import GAUGES
from billing.metering.models import UsageGauge
from billing.metering.periods import Period, period_of
from billing.metering.totals import Of, used_many
from billing.pages.amounts import whole
from billing.pages.standing import currency_of
from billing.plans.models import PlanVersion
from billing.plans.names import LIMITS, Words
from billing.subscriptions.models import Subscription
from ops import clock

# Before so much of a period has passed its pace says nothing.
LEAST = timedelta(days=1)
NEAR, FULL = 80, 100
PER = 1_000


@dataclass(frozen=True, slots=True)
class Meter:
    """One of them, as it is shown."""

    name: str
    label: Words
    used: int
    limit: int | None
    percent: int
    tone: str
    is_gauge: bool
    forecast: int | None
    rule: str

    @property
    def shown(self) -> str:
        """3.200 of 5.000."""
        used = number(self.used)
        if not self.limit and not self.used:
            return "–" if self.limit == 0 else used
        return used if self.limit is None else _("%(used)s of %(limit)s") % {"used": used, "limit": number(self.limit)}

    @property
    def forecast_words(self) -> str:
        """Where it leads; empty where that is not known."""
        if not self.forecast:
            return ""
        words = _("About %(units)s by the end of the period.")
        if self.limit is not None and self.forecast > self.limit >= self.used:
            words = _("About %(units)s by the end of the period: more than the plan has.")
        return words % {"units": number(self.forecast)}

    @property
    def bar(self) -> int:
        """As far as a bar goes."""
        return min(self.percent, FULL)


def number(value: float) -> str:
    """1.234 by the reader's language."""
    return str(formats.number_format(value, 0, force_grouping=True))


def uses(salon_id: int, period: Period) -> dict[str, int]:
    """Everything that a plan may limit, in two questions; a gauge that nobody has read lately is read now."""
    flowing = [name for name in LIMITS if name not in GAUGES]
    sums = used_many([Of(salon_id, name, period.starts_at) for name in flowing])
    found = dict(zip(flowing, sums, strict=True))
    now = clock.now()
    newest = UsageGauge.objects.filter(salon_id=salon_id, kind__in=GAUGES, at__range=(now - gauges.GOOD_FOR, now))
    found |= dict(newest.order_by("kind", "-day").distinct("kind").values_list("kind", "value"))
    return found | {name: gauges.value_of(salon_id, name) for name in LIMITS if name not in found}


def meters(row: Subscription, now: datetime) -> list[Meter]:
    """All of the salon's, in the order of the comparison."""
    period = period_of(row.salon_id, now)
    used = uses(row.salon_id, period)
    return [
        _meter(name, label, used=used.get(name, 0), row=row, period=period, now=now) for name, label in LIMITS.items()
    ]


def meter(row: Subscription, name: str, now: datetime) -> Meter:
    """One of those that flow, without asking for the others."""
    period = period_of(row.salon_id, now)
    used = used_many([Of(row.salon_id, name, period.starts_at)])[0]
    return _meter(name, LIMITS[name], used=used, row=row, period=period, now=now)


def _meter(name: str, label: Words, *, used: int, row: Subscription, period: Period, now: datetime) -> Meter:
    version = row.plan_version
    limit = version.limit(name)
    whole_limit = None if limit is None else int(limit)
    percent = (used * 100 // whole_limit if whole_limit else 100 if used else 0) if whole_limit is not None else 0
    # What may be passed for money is no danger: it costs.
    is_sold = limit is not None and _price_beyond(name, version, row) is not None
    tone = "green" if percent < NEAR else "yellow" if percent <= FULL or is_sold else "red"
    return Meter(
        name=name,
        label=label,
        used=used,
        limit=whole_limit,
        percent=percent,
        tone=tone,
        is_gauge=name in GAUGES,
        forecast=None if name in GAUGES else forecast(used, period, now),
        rule=_rule(name, version, row, used),
    )


def forecast(used: int, period: Period, now: datetime) -> int | None:
    """At the pace of the period so far; None while that is too short."""
    gone, length = now - period.starts_at, period.ends_at - period.starts_at
    if gone < LEAST or gone > length:
        return None
    return int((Decimal(used) * Decimal(length / gone)).quantize(Decimal(1), ROUND_HALF_UP))


def _price_beyond(name: str, version: PlanVersion, row: Subscription) -> Decimal | None:
    """Of a unit beyond the limit; None where it cannot be passed."""
    return version.overage_of(name, currency_of(row)) if name in version.soft and row.gateway else None


def _rule(name: str, version: PlanVersion, row: Subscription, used: int) -> str:
    limit = version.limit(name)
    if limit is None:
        return _("Not limited.")
    if not limit:
        return _("Not in this plan.")
    price = _price_beyond(name, version, row)
    if price is not None:
        currency, over = currency_of(row), used - int(limit)
        values = {"price": whole(int(price * PER), currency), "units": number(PER)}
        if over <= 0:
            return _("Beyond it, %(price)s for each %(units)s.") % values
        amount = whole(int((price * over).quantize(Decimal(1), ROUND_HALF_UP)), currency)
        words = _("%(over)s beyond it are %(amount)s on the next invoice so far, %(price)s for each %(units)s.")
        return words % {**values, "over": number(over), "amount": amount}
    if name in GAUGES:
        return _("At the limit no more can be added; what is there stays.")
    return _("At the limit it waits for the next period.")


def excess(row: Subscription, version: PlanVersion, now: datetime) -> list[dict[str, object]]:
    """What is above the limits of another version: nothing of it is deleted."""
    used = uses(row.salon_id, period_of(row.salon_id, now))
    found: list[dict[str, object]] = []
    for name, label in LIMITS.items():
        limit = version.limit(name)
        if limit is not None and used.get(name, 0) > limit:
            found.append(
                {
                    "label": label,
                    "used": number(used[name]),
                    "limit": number(limit),
                    "is_gauge": name in GAUGES,
                    "is_soft": name in version.soft,
                }
            )
    return found
