"""What the open deals may bring, month by month, and what was won."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.deals.filters import NO_DAY, DealFilter, month_of, today
from crm.deals.models import Pipeline, Stage
from crm.deals.rights import visible_deals, visible_pipelines
from crm.deals.sharing import PIPELINE
from crm.deals.views.board import chosen_pipeline
from portal.frame import money
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

MONTHS_BACK = 5


@dataclass(frozen=True)
class Line:
    """One month: how many deals, what they are worth, what of it is likely. Without a month: no day is set."""

    month: date | None
    count: int
    total: str
    likely: str
    share: int
    is_past: bool = False
    url: str = ""
    """The deals that are counted here."""


@require_GET
@allowed(Permission.DEALS_SEE, shared=PIPELINE, named="")
def forecast(request: SalonRequest) -> HttpResponse:
    """One pipeline's."""
    pipeline = chosen_pipeline(request)
    context: dict[str, Any] = {
        "pipeline": pipeline,
        "pipelines": list(visible_pipelines(request.member)),
        "lines": _open(pipeline, request.member),
        "won": _won(pipeline, request.member),
        "lost": _lost(pipeline, request.member),
    }
    return render(request, "crm/deals/forecast.html", context)


def _open(pipeline: Pipeline, me: Member) -> list[Line]:
    """Each stage's sum weighted by how likely its deals are won."""
    rows = (
        visible_deals(me)
        .filter(pipeline=pipeline, closed_at=None)
        .annotate(month=TruncMonth("expected_on"))
        .order_by()
        .values_list("month", "currency", "stage__probability")
        .annotate(count=Count("pk"), total=Sum("value_minor"))
    )
    return _lines(
        ((month, currency, count, total, total * share // 100) for month, currency, share, count, total in rows),
        lambda month: _board(
            pipeline, DealFilter(state=Stage.Kind.OPEN, expected=f"{month:%Y-%m}" if month else NO_DAY)
        ),
    )


def _won(pipeline: Pipeline, me: Member) -> list[Line]:
    first, _following = month_of(today())
    for _ in range(MONTHS_BACK):
        first = month_of(first - timedelta(days=1))[0]
    since = timezone.make_aware(datetime.combine(first, time()))
    rows = (
        visible_deals(me)
        .filter(pipeline=pipeline, stage__kind=Stage.Kind.WON, closed_at__gte=since)
        .annotate(month=TruncMonth("closed_at"))
        .order_by()
        .values_list("month", "currency")
        .annotate(count=Count("pk"), total=Sum("value_minor"))
    )
    lines = _lines(
        ((timezone.localtime(month).date(), currency, count, total, total) for month, currency, count, total in rows),
        lambda month: _board(pipeline, DealFilter(state=Stage.Kind.WON, closed=f"{month:%Y-%m}")),
    )
    return lines[::-1]


def _lost(pipeline: Pipeline, me: Member) -> list[dict[str, Any]]:
    """Why, the most frequent first."""
    rows = (
        visible_deals(me)
        .filter(pipeline=pipeline, stage__kind=Stage.Kind.LOST)
        .order_by()
        .values("lost_reason")
        .annotate(count=Count("pk"))
        .order_by(F("count").desc(), "lost_reason")[:10]
    )
    return [
        {**row, "url": _board(pipeline, DealFilter(state=Stage.Kind.LOST, reason=row["lost_reason"]))} for row in rows
    ]


def _board(pipeline: Pipeline, counted: DealFilter) -> str:
    return f"{reverse('deals:board')}?{urlencode({'pipeline': pipeline.public_id, **counted.query()})}"


def _lines(rows: Iterable[tuple[date | None, str, int, int, int]], address: Callable[[date | None], str]) -> list[Line]:
    months: dict[date | None, dict[str, list[int]]] = {}
    for month, currency, count, total, likely in rows:
        sums = months.setdefault(month, {}).setdefault(currency, [0, 0, 0])
        for place, value in enumerate((count, total, likely)):
            sums[place] += value
    this = today().replace(day=1)
    biggest = max((sums[2] for parts in months.values() for sums in parts.values()), default=0)
    return [
        Line(
            month,
            count=sum(sums[0] for sums in parts.values()),
            total=_together({currency: sums[1] for currency, sums in parts.items()}),
            likely=_together({currency: sums[2] for currency, sums in parts.items()}),
            share=round(100 * max(sums[2] for sums in parts.values()) / biggest) if biggest else 0,
            is_past=bool(month and month < this),
            url=address(month),
        )
        for month, parts in sorted(months.items(), key=lambda one: (one[0] is None, one[0] or this))
    ]


def _together(sums: dict[str, int]) -> str:
    return " + ".join(money.shown(total, currency) for currency, total in sorted(sums.items()))
