"""The bill of a month: Meta's fees and the model's tokens from sums of days, and what stands beside them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.costs import tables, totals
from billing.costs.countries import OTHER
from billing.costs.models import NO_PRICE, CostTotal, PriceTable
from billing.costs.totals import Cost
from billing.pages import chart
from billing.pages.amounts import MICRO, coins, fine, whole
from billing.pages.country_names import name_of
from billing.pages.meters import number
from tenants.salons.models import Salon

Source = CostTotal.Source
CATEGORIES: dict[str, str | Promise] = {
    "marketing": gettext_lazy("Offers (marketing)"),
    "marketing_lite": gettext_lazy("Offers (marketing lite)"),
    "utility": gettext_lazy("Reminders and notices (utility)"),
    "authentication": gettext_lazy("Codes (authentication)"),
    "authentication-international": gettext_lazy("Codes to other countries"),
    "service": gettext_lazy("Answers (service)"),
    "input": gettext_lazy("Read"),
    "output": gettext_lazy("Written"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    what: str | Promise
    where: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class Bill:
    """Everything of one month."""

    messages: list[Line]
    models: list[Line]
    fees: str
    ai: str
    total: str
    conversations: str
    bookings: str
    done: str
    per_conversation: str
    per_booking: str
    revenue: list[str]
    share: str
    margin: str
    chart: chart.Chart | None
    sources: list[tables.Table]
    # The day of Meta's prices by which the last of these days were reckoned.
    as_of: date | None
    has_unpriced: bool
    unknown_rate: str


def month(salon: Salon, first: date, last: date) -> Bill:
    """By the salon's calendar, in its currency where a rate is known; else in that of the prices."""
    costs = totals.between(salon.pk, first, last)
    currency, missing = _currency(salon, costs)
    rows = [(one, _in(one, currency)) for one in costs]
    by_source: dict[str, int] = defaultdict(int)
    by_day: dict[date, int] = defaultdict(int)
    for one, micro in rows:
        by_source[one.source] += micro
        by_day[one.day] += micro
    total, facts = sum(by_source.values()), _facts(first, last)
    revenue = facts.get("revenue", {})
    words = {day: fine(by_day.get(day, 0), currency) for day in chart.days_of(first, last)}
    sources = _sources(first, last)
    return Bill(
        messages=_lines([row for row in rows if row[0].source == Source.WHATSAPP], currency),
        models=_lines([row for row in rows if row[0].source == Source.AI], currency),
        fees=fine(by_source[Source.WHATSAPP], currency),
        ai=fine(by_source[Source.AI], currency),
        total=fine(total, currency),
        conversations=number(facts.get("conversations", 0)),
        bookings=number(facts.get("bookings", 0)),
        done=number(facts.get("done", 0)),
        per_conversation=_each(total, facts.get("conversations", 0), currency),
        per_booking=_each(total, facts.get("bookings", 0), currency),
        revenue=[whole(minor, code) for code, minor in sorted(revenue.items())],
        share=_share(total, revenue.get(currency, 0), currency),
        margin=whole(revenue[currency] - round(coins(total, currency)), currency) if revenue.get(currency) else "",
        chart=chart.drawn(by_day, first, last, words) if total else None,
        sources=sources,
        as_of=max((one.valid_from for one in sources if one.kind == PriceTable.Kind.WHATSAPP), default=None),
        has_unpriced=any(_is_unpriced(one) for one in costs),
        unknown_rate=missing,
    )


def _currency(salon: Salon, costs: Sequence[Cost]) -> tuple[str, str]:
    """In which currency the bill is; and which one has no rate, if any."""
    for currency, day in sorted({(one.currency, one.day) for one in costs if one.currency != NO_PRICE}):
        if tables.exchanged(MICRO, currency, salon.currency, day) is None:
            return currency, salon.currency
    return salon.currency, ""


def _is_unpriced(one: Cost) -> bool:
    """Whether nobody knows what it cost. What a model used was noted without a mark in earlier releases."""
    if one.currency == NO_PRICE or one.micro or one.source != Source.AI:
        return one.currency == NO_PRICE
    return tables.token_price(one.place, one.category, one.day) is None


def _in(one: Cost, currency: str) -> int:
    # What has no rate is left out, and the page says so: units of another currency are no sum.
    return tables.exchanged(one.micro, one.currency, currency, one.day) or 0


def _lines(rows: Sequence[tuple[Cost, int]], currency: str) -> list[Line]:
    sums: dict[tuple[str, str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for one, micro in rows:
        found = sums[one.category, one.place, _is_unpriced(one)]
        found[0] += one.quantity
        found[1] += micro
    order = sorted(sums.items(), key=lambda row: (-row[1][1], row[0]))
    return [
        Line(
            CATEGORIES.get(category, category),
            _("Other countries") if place == OTHER else name_of(place),
            number(quantity),
            _("price not known") if is_unpriced else fine(micro, currency) if micro else _("free"),
        )
        for (category, place, is_unpriced), (quantity, micro) in order
    ]


def _each(micro: int, many: int, currency: str) -> str:
    return fine(round(micro / many), currency) if many else ""


def _share(micro: int, revenue_minor: int, currency: str) -> str:
    if not revenue_minor:
        return ""
    percent = coins(micro * 100, currency) / revenue_minor
    return f"{formats.number_format(percent, 1)} %"


def _facts(first: date, last: date) -> dict[str, Any]:
    """What upper layers know of that time (config.lists.COST_FACTS)."""
    start, end = _moment(first), _moment(last + timedelta(days=1))
    found: dict[str, Any] = {}
    for path in settings.COST_FACTS:
        found |= import_string(path)(start, end)
    return found


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _sources(first: date, last: date) -> list[tables.Table]:
    """The tables by which these days were priced and changed."""
    found = []
    for kind in PriceTable.Kind.values:
        known = [one for one in tables.tables(kind) if one.valid_from <= last]
        # Newest first: those that began within, and the one that held before them.
        within = [one for one in known if one.valid_from > first]
        found += [*within, *known[len(within) : len(within) + 1]]
    return found
