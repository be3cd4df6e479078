"""The price of a thing on a day, by dated tables: those of `data/`, and newer ones that operators add."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any, Final

from billing.costs.countries import OTHER, REGIONS
from billing.costs.models import PriceTable

Kind = PriceTable.Kind
MICRO: Final = 1_000_000
# An operator's new table takes effect within this time in every process.
_KEEP_S: Final = 30.0
_DATA: Final = Path(__file__).parent / "data"
# Priced as their plain kind where no table has a price of their own.
_LIKE: Final = {"marketing_lite": "marketing", "authentication-international": "authentication"}


@dataclass(frozen=True)
class Table:
    """Prices from a day on, and where they are from."""

    kind: str
    valid_from: date
    currency: str
    prices: dict[str, Any]
    source: str


@dataclass(frozen=True)
class Price:
    """What one costs, in millionths of a currency."""

    micro: Decimal
    currency: str


def tables(kind: str) -> Sequence[Table]:
    """All of a kind, newest first."""
    return _tables(kind, int(monotonic() / _KEEP_S))


def forget() -> None:
    """Read them anew: an operator has changed one."""
    _tables.cache_clear()


def message_price(category: str, country: str, day: date) -> Price | None:
    """Meta's fee for one delivered message; None where no table knows that category then."""
    places = (country, REGIONS.get(country, ""), OTHER)
    found = _find(Kind.WHATSAPP, places, category, day)
    like = _LIKE.get(category)
    return found or (_find(Kind.WHATSAPP, places, like, day) if like else None)


def token_price(model: str, side: str, day: date) -> Price | None:
    """One token of a model, `input` or `output`."""
    found = _find(Kind.AI, (model, OTHER), side, day)
    return Price(found.micro / MICRO, found.currency) if found else None


def exchanged(micro: int, currency: str, to: str, day: date) -> int | None:
    """An amount in another currency by the rate of that day; None where no rate is known."""
    if currency == to or not micro:
        return micro
    for table in tables(Kind.EXCHANGE):
        if table.valid_from > day:
            continue
        if table.currency == currency and to in table.prices:
            return round(micro * Decimal(table.prices[to]))
        if table.currency == to and currency in table.prices:
            return round(micro / Decimal(table.prices[currency]))
    return None


def _find(kind: str, places: Sequence[str], name: str, day: date) -> Price | None:
    # A newer table need not repeat what has not changed; a nearer place wins before a newer day.
    for place in places:
        for table in tables(kind):
            if table.valid_from <= day and (price := table.prices.get(place, {}).get(name)) is not None:
                return Price(Decimal(price) * MICRO, table.currency)
    return None


@lru_cache(maxsize=8)
def _tables(kind: str, _slice: int) -> tuple[Table, ...]:
    rows = PriceTable.objects.filter(kind=kind).values_list("valid_from", "currency", "prices", "source")
    added = [Table(kind, *row) for row in rows]
    taken = {(one.valid_from, one.currency) for one in added}
    shipped = [one for one in _shipped(kind) if (one.valid_from, one.currency) not in taken]
    return tuple(sorted([*added, *shipped], key=lambda one: one.valid_from, reverse=True))


@lru_cache(maxsize=8)
def _shipped(kind: str) -> tuple[Table, ...]:
    found = json.loads((_DATA / f"{kind}.json").read_text())
    return tuple(
        Table(kind, date.fromisoformat(one["from"]), one["currency"], one["prices"], one["source"]) for one in found
    )
