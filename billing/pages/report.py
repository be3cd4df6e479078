"""What operators see of all salons' money: income of a month, churn, trials, failing payments, who is near a limit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q

from billing.pages.amounts import whole
from billing.plans.models import PlanVersion
from billing.plans.names import LIMITS, Words
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State

MONTH: Final = timedelta(days=30)
MONTHS: Final = 12
SOON: Final = timedelta(days=7)
MOST: Final = 50
PAYING: Final = (State.ACTIVE, State.PAST_DUE)
# Sums of the salon's newest period against the version it lives on; the sums are of days, not of lines.
_NEAR: Final = """
WITH newest AS (
    SELECT salon_id, kind, max(period_at) AS period_at FROM usage_total WHERE period_at > %(since)s GROUP BY 1, 2
), used AS (
    SELECT t.salon_id, t.kind, sum(t.quantity) AS used
    FROM usage_total t JOIN newest n USING (salon_id, kind, period_at) GROUP BY 1, 2
    UNION ALL
    (SELECT DISTINCT ON (salon_id, kind) salon_id, kind, value FROM usage_gauge
     WHERE day > %(since)s ORDER BY 1, 2, day DESC)
)
SELECT a.id, a.name, u.kind, u.used, (v.limits->>u.kind)::numeric AS most
FROM used u
JOIN salon a ON a.id = u.salon_id AND a.state = 'active'
LEFT JOIN subscription s ON s.salon_id = a.id
JOIN plan_version v ON v.id = COALESCE(s.plan_version_id, (
    SELECT w.id FROM plan_version w JOIN plan p ON p.id = w.plan_id WHERE p.code = a.plan
    ORDER BY w.number DESC LIMIT 1))
WHERE (v.limits->>u.kind)::numeric > 0 AND u.used >= 0.8 * (v.limits->>u.kind)::numeric
ORDER BY u.used / (v.limits->>u.kind)::numeric DESC, a.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Near:
    """A salon that uses most of what it has."""

    salon_id: int
    salon: str
    what: Words
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """Of the limit."""
        return self.used * 100 // self.limit


def made(now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    income, by_plan = _income()
    gone = Subscription.objects.filter(
        ~Q(customer_ref=""), state=State.CANCELED, state_since__gt=now - MONTH
    ).count()  # who had paid once
    paying = sum(row["many"] for row in by_plan)
    trials = Subscription.objects.filter(state=State.TRIALING, subscription_ref="")
    failing = Subscription.objects.filter(state__in=(State.PAST_DUE, State.SUSPENDED))
    shown = ("salon", "plan_version__plan")
    return {
        "income": [whole(minor, currency) for currency, minor in sorted(income.items())],
        "by_plan": by_plan,
        "paying": paying,
        "gone": gone,
        "churn": round(gone * 100 / (paying + gone), 1) if paying + gone else 0.0,
        "trials": trials.count(),
        "ending": trials.filter(trial_ends_at__lt=now + SOON).select_related(*shown).order_by("trial_ends_at")[:MOST],
        "failing_many": failing.count(),
        "failing": failing.select_related(*shown).order_by("grace_ends_at", "pk")[:MOST],
        "near": near(now),
    }


def near(now: datetime) -> Sequence[Near]:
    """Who is at 80 % and more, the fullest first."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, {"since": now - MONTH - timedelta(days=1), "most": MOST})
        rows = cursor.fetchall()
    return [Near(pk, name, LIMITS.get(kind, kind), int(used), int(most)) for pk, name, kind, used, most in rows]


def _income() -> tuple[dict[str, int], list[dict[str, Any]]]:
    """By currency, a year's price as twelve months of it; and how many are on what."""
    rows = (
        Subscription.objects.filter(~Q(subscription_ref=""), state__in=PAYING)
        .values("plan_version_id", "interval", "currency")
        .annotate(many=Count("pk"))
        .order_by("plan_version__plan__order", "interval", "currency")
    )
    versions = PlanVersion.objects.select_related("plan").in_bulk([row["plan_version_id"] for row in rows])
    income: dict[str, int] = defaultdict(int)
    by_plan = []
    for row in rows:
        version = versions[row["plan_version_id"]]
        amount = (version.amount(row["interval"], row["currency"]) or 0) * row["many"]
        monthly = amount // MONTHS if row["interval"] == "year" else amount
        income[row["currency"]] += monthly
        by_plan.append({"plan": str(version), "monthly": whole(monthly, row["currency"]), **row})
    return income, by_plan
