"""The board of a pipeline: a column for each stage with its cards and what they are worth together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from crm.contacts.names import addresses, name_of
from crm.deals.filters import DealFilter, today
from crm.deals.models import Deal, Pipeline, Stage, Task
from crm.deals.rights import visible_deals
from ops import clock
from portal.frame import money
from tenants.members.models import Member

# Cards of a column at once.
SIZE = 20


@dataclass(frozen=True)
class Card:
    """A deal as the board shows it."""

    deal: Deal
    who: str
    value: str
    is_rotten: bool
    is_late: bool
    days: int
    task: Task | None

    @property
    def place(self) -> str:
        """Where it stands in its column, as a script reads it."""
        return repr(self.deal.position)

    @property
    def task_is_late(self) -> bool:
        """Whether what is next should be done already."""
        return bool(self.task and self.task.due_at and self.task.due_at < clock.now())


@dataclass
class Column:
    """A stage with the first of its deals."""

    stage: Stage
    cards: list[Card] = field(default_factory=list)
    count: int = 0
    total: str = ""
    next_url: str = ""

    @property
    def is_open(self) -> bool:
        """Whether deals go on from here."""
        return self.stage.kind == Stage.Kind.OPEN


def stages_of(pipeline: Pipeline) -> list[Stage]:
    """Its stages in their order."""
    return list(Stage.objects.filter(pipeline=pipeline, archived_at=None).order_by("order", "pk"))


def columns(stages: Sequence[Stage], wanted: DealFilter, me: Member) -> list[Column]:
    """All columns, each with its first cards: one question for the totals, one for the cards."""
    found = {stage.pk: Column(stage) for stage in stages}
    deals = wanted.apply(visible_deals(me), stages, me)
    for pk, (count, total) in totals(deals, stages).items():
        found[pk].count, found[pk].total = count, total
    pages = [
        deals.filter(stage=stage).order_by("position", "pk").values_list("pk", flat=True)[: SIZE + 1]
        for stage in stages
        if found[stage.pk].count
    ]
    if not pages:
        return list(found.values())
    pks = pages[0].union(*pages[1:], all=True) if pages[1:] else pages[0]
    rows = loaded(Deal.objects.filter(pk__in=pks))
    by_stage: dict[int, list[Deal]] = {}
    for deal in sorted(rows, key=lambda one: (one.position, one.pk)):
        by_stage.setdefault(deal.stage_id, []).append(deal)
    shown = {card.deal.pk: card for card in cards([deal for page in by_stage.values() for deal in page[:SIZE]])}
    for pk, page in by_stage.items():
        column = found[pk]
        column.cards = [shown[deal.pk] for deal in page[:SIZE]]
        column.next_url = _next(column.stage, page, wanted)
    return list(found.values())


def more(stage: Stage, wanted: DealFilter, me: Member, *, before: str) -> Column:
    """The next cards of one column."""
    column = Column(stage)
    deals = wanted.apply(visible_deals(me), [stage], me).filter(stage=stage)
    if place := _place(before):
        position, pk = place
        deals = deals.filter(Q(position__gt=position) | Q(position=position, pk__gt=pk))
    page = loaded(deals.order_by("position", "pk")[: SIZE + 1])
    column.cards, column.next_url = cards(page[:SIZE]), _next(stage, page, wanted)
    return column


def shown(
    stages: Sequence[Stage], wanted: DealFilter, me: Member, ids: Sequence[UUID]
) -> tuple[list[Card], list[Column]]:
    """These deals, as far as they are on the board of these stages, and all columns without their cards."""
    deals = wanted.apply(visible_deals(me), stages, me).filter(stage__in=stages)
    sums = totals(deals, stages)
    rows = loaded(deals.filter(public_id__in=ids)) if ids else []
    return cards(rows), [Column(stage, count=sums[stage.pk][0], total=sums[stage.pk][1]) for stage in stages]


def totals(deals: QuerySet[Deal], stages: Sequence[Stage]) -> dict[int, tuple[int, str]]:
    """How many deals each stage has, and what they are worth, each currency for itself."""
    rows = (
        deals.filter(stage__in=stages)
        .order_by()
        .values_list("stage_id", "currency")
        .annotate(count=Count("pk"), total=Sum("value_minor"))
    )
    sums: dict[int, list[tuple[str, int, int]]] = {stage.pk: [] for stage in stages}
    for stage_id, currency, count, total in rows:
        sums[stage_id].append((currency, count, total))
    return {
        pk: (
            sum(count for _, count, _ in parts),
            " + ".join(money.shown(total, currency) for currency, _, total in sorted(parts) if total),
        )
        for pk, parts in sums.items()
    }


def loaded(deals: QuerySet[Deal]) -> list[Deal]:
    """With what a card shows of them."""
    return list(deals.select_related("stage__pipeline", "contact", "owner"))


def cards(deals: Iterable[Deal]) -> list[Card]:
    """Deals with their guests and what is next, in their order."""
    rows = list(deals)
    known = addresses(deal.contact_id for deal in rows if not deal.contact.name)
    tasks = next_tasks(deal.pk for deal in rows)
    now, day = clock.now(), today()
    return [
        Card(
            deal,
            who=name_of(deal.contact, known.get(deal.contact_id, "")),
            value=money.shown(deal.value_minor, deal.currency) if deal.value_minor else "",
            is_rotten=is_rotten(deal, now),
            is_late=bool(deal.closed_at is None and deal.expected_on and deal.expected_on < day),
            days=(now - deal.stage_since).days,
            task=tasks.get(deal.pk),
        )
        for deal in rows
    ]


def is_rotten(deal: Deal, now: datetime) -> bool:
    """Whether it has stayed in its stage for too long."""
    most = deal.stage.rot_days
    return bool(most and deal.closed_at is None and deal.stage_since < now - timedelta(days=most))


def next_tasks(deal_pks: Iterable[int]) -> dict[int, Task]:
    """What is to be done next about each deal."""
    rows = Task.objects.filter(deal_id__in=list(deal_pks), done_at=None)
    found: dict[int, Task] = {}
    for task in rows.order_by("deal_id", "due_at", "pk").distinct("deal_id"):
        if task.deal_id is not None:
            found[task.deal_id] = task
    return found


def above(deal: Deal) -> Deal | None:
    """The one right over it."""
    over = Q(position__lt=deal.position) | Q(position=deal.position, pk__lt=deal.pk)
    return Deal.objects.filter(over, stage_id=deal.stage_id).order_by("-position", "-pk").first()


def _next(stage: Stage, page: Sequence[Deal], wanted: DealFilter) -> str:
    if len(page) <= SIZE:
        return ""
    last = page[SIZE - 1]
    query: dict[str, Any] = {**wanted.query(), "before": f"{last.position!r}~{last.pk}"}
    return f"{reverse('deals:stage', args=[stage.public_id])}?{urlencode(query)}"


def _place(before: str) -> tuple[float, int] | None:
    position, _, pk = before.partition("~")
    try:
        place = float(position), int(pk)
    except ValueError:
        return None
    # NaN is no place, and no id is longer.
    return place if place[0] == place[0] and abs(place[0]) < 1e300 and 0 <= place[1] < 2**63 else None
