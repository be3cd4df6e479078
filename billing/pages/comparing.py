"""Plans side by side, and what a change costs, as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from billing.gateways.port import Preview
from billing.pages.amounts import whole
from billing.pages.meters import number
from billing.pages.standing import currency_of, price_words
from billing.plans.models import PlanVersion
from billing.plans.names import FEATURES, LIMITS, Words
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan at the head of its column."""

    code: str
    name: str
    price: str
    saving: str
    is_own: bool
    is_tried: bool
    is_free: bool
    is_sold: bool


def offers(row: Subscription, found: Sequence[PlanVersion], interval: str) -> list[Offer]:
    """The heads of the columns."""
    return [_offer(row, version, interval) for version in found]


def _offer(row: Subscription, version: PlanVersion, interval: str) -> Offer:
    currency, code = currency_of(row, version), version.plan.code
    is_same, is_tried = row.plan_version.plan.code == code, row.standing == State.TRIALING and not row.is_billed
    # Who is stopped or paused and not billed goes on with the same plan by choosing it.
    is_living = row.interval == interval if row.is_billed else row.standing in (State.ACTIVE, State.CANCELED)
    return Offer(
        code=code,
        name=version.plan.label,
        price=price_words(version, interval, currency),
        saving=_saving(version, currency) if interval == "year" else "",
        is_own=is_same and is_living,
        is_tried=is_same and is_tried,
        is_free=version.is_free,
        is_sold=version.is_free or version.amount(interval, currency) is not None,
    )


def _saving(version: PlanVersion, currency: str) -> str:
    month, year = version.amount("month", currency), version.amount("year", currency)
    if not month or not year or year >= month * MONTHS:
        return ""
    return _("You save %(amount)s a year") % {"amount": whole(month * MONTHS - year, currency)}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a plan has of something: words, or a tick."""

    text: str
    has: bool | None = None


def rows(row: Subscription, found: Sequence[PlanVersion]) -> list[tuple[Words, list[Cell]]]:
    """Each limit and each feature, with a cell for each plan."""
    table: list[tuple[Words, list[Cell]]] = [
        (label, [_limit(row, version, name) for version in found])
        for name, label in LIMITS.items()
        if any(version.limit(name) is not None for version in found)
    ]
    table += [(label, [Cell("", version.has(name)) for version in found]) for name, label in FEATURES.items()]
    return table


def _limit(row: Subscription, version: PlanVersion, name: str) -> Cell:
    limit = version.limit(name)
    if limit is None:
        return Cell(_("not limited"))
    if not limit:
        return Cell("", has=False)
    price = version.overage_of(name, currency_of(row, version)) if name in version.soft else None
    return Cell(f"{number(limit)}+" if price is not None else number(limit))


def previewed(preview: Preview) -> dict[str, Any]:
    """Its lines and sums in words."""
    return {
        "lines": [(line.text, whole(line.amount_minor, preview.currency)) for line in preview.lines],
        "due_now": whole(max(0, preview.due_now_minor), preview.currency),
        "credit": whole(-preview.due_now_minor, preview.currency) if preview.due_now_minor < 0 else "",
        "due_next": whole(preview.due_next_minor, preview.currency),
        "at": preview.at,
        "is_downgrade": preview.is_downgrade,
    }
