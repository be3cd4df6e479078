"""BL-011: the bill of a month adds each day at its own price and rate, and does not call unknown what is free."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from billing.costs import tables
from billing.costs.models import PriceTable
from billing.costs.recording import Delivered, note_messages, note_tokens
from billing.pages import spending
from ops.salon import inside
from tests.world import Salons

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def changes(db: None) -> None:
    """On the 15th Meta's price and the dollar go up."""
    day = date(2026, 11, 15)
    PriceTable.objects.create(kind="whatsapp", valid_from=day, prices={"BR": {"marketing": "0.10"}}, source="Meta")
    PriceTable.objects.create(kind="exchange", valid_from=day, prices={"BRL": "6"}, source="BCB")
    tables.forget()


def arrived(salons: Salons, day: int, *, category: str = "marketing", type: str = "regular") -> None:
    # Noon of that day in São Paulo.
    at = datetime(2026, 11, day, 15, tzinfo=UTC)
    note_messages(salons.aurora.pk, [Delivered("5511988880000", category, type, at)] * 100)


def bill(salons: Salons) -> spending.Bill:
    with inside(salons.aurora.pk):
        return spending.month(salons.aurora, FIRST, LAST)


def test_a_price_that_changes_within_the_month(salons: Salons, changes: None) -> None:
    """100 × 0.0625 × 5.2359 until the 14th, 100 × 0.10 × 6 from the 15th."""
    arrived(salons, 14)
    arrived(salons, 15)
    found = bill(salons)
    assert (found.total, [line.quantity for line in found.messages]) == ("R$ 92,72", ["200"])
    assert found.chart is not None
    assert [bar.value for bar in found.chart.bars[13:15]] == ["R$ 32,72", "R$ 60"]
    assert found.as_of == date(2026, 11, 15)
    # Both tables are named, and the day from which each holds.
    days = [one.valid_from for one in found.sources if one.kind == "whatsapp"]
    assert days == [date(2026, 11, 15), date(2026, 10, 1)]
    tables.forget()


def test_without_a_price_it_is_not_called_free(salons: Salons, db: None) -> None:
    at = datetime(2026, 11, 14, 15, tzinfo=UTC)
    note_tokens(salons.aurora.pk, model="newest-model", tokens={"input": 900}, at=at)
    arrived(salons, 14, category="brand_new")
    arrived(salons, 14, category="utility", type="free_customer_service")
    with translation.override("en"):
        found = bill(salons)
        assert [(str(line.what), line.amount) for line in found.messages] == [
            ("brand_new", "price not known"),
            ("Reminders and notices (utility)", "free"),
        ]
    assert [(line.where, line.amount) for line in found.models] == [("newest-model", "price not known")]
    assert (found.total, found.has_unpriced, found.unknown_rate) == ("R$ 0", True, "")
