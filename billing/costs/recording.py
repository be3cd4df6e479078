"""Noting what was spent. The caller sees to it that a thing is told once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.costs import tables
from billing.costs.countries import country_of
from billing.costs.models import NO_PRICE, CostTotal
from tenants.salons.models import Salon

# As Meta's statuses say (WHATSAPP.md §5): only these are on its bill; the others are free by a window or an allowance.
CHARGED = "regular"
_FREE = tables.Price(Decimal(0), "USD")
Source = CostTotal.Source


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that arrived, as Meta priced it."""

    recipient: str
    category: str
    type: str
    at: datetime


def note_messages(salon_id: int, delivered: Iterable[Delivered]) -> None:
    """Add Meta's fees, in the transaction that keeps the statuses. A free one is counted at nothing."""
    found = list(delivered)
    if not found:
        return
    zone = _zone(salon_id)
    keys = Counter(
        (one.at.astimezone(zone).date(), one.category.lower()[:40], country_of(one.recipient), one.type == CHARGED)
        for one in found
    )
    rows = []
    for (day, category, country, is_charged), quantity in sorted(keys.items()):
        price = tables.message_price(category, country, day) if is_charged else _FREE
        rows.append(
            _row(
                salon_id,
                day,
                source=Source.WHATSAPP,
                category=category,
                place=country,
                price=price,
                quantity=quantity,
            )
        )
    CostTotal.objects.bulk_create(rows)


def note_tokens(salon_id: int, *, model: str, tokens: dict[str, int], at: datetime) -> None:
    """Add what a call of a model costs: {"input": 900, "output": 120} tokens."""
    day, rows = at.astimezone(_zone(salon_id)).date(), []
    for side, quantity in tokens.items():
        if quantity:
            rows.append(
                _row(
                    salon_id,
                    day,
                    source=Source.AI,
                    category=side,
                    place=model[:80],
                    price=tables.token_price(model, side, day),
                    quantity=quantity,
                )
            )
    CostTotal.objects.bulk_create(rows)


def _row(
    salon_id: int,
    day: date,
    *,
    source: str,
    category: str,
    place: str,
    price: tables.Price | None,
    quantity: int,
) -> CostTotal:
    return CostTotal(
        salon_id=salon_id,
        day=day,
        source=source,
        category=category,
        place=place,
        currency=price.currency if price else NO_PRICE,
        quantity=quantity,
        amount_micro=round(price.micro * quantity) if price else 0,
    )


def _zone(salon_id: int) -> ZoneInfo:
    return ZoneInfo(Salon.objects.values_list("time_zone", flat=True).get(pk=salon_id))
