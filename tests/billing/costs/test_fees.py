"""BL-011: what Meta charges is noted once for each message that arrived, by the prices of its day."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from billing.costs import tables, totals
from billing.costs.countries import country_of
from billing.costs.models import CostTotal, PriceTable
from billing.costs.recording import note_tokens
from billing.metering import reconciling
from billing.metering.models import UsageDifference
from channels_wa.messages.models import Message, StatusEvent
from channels_wa.outbox import fees
from ops import clock
from ops.salon import run_in_salon
from tests.outbox.conftest import Out, Told
from tests.outbox.conftest import out as out_fixture
from tests.world import Salons

out = out_fixture
# Half past ten on the evening of the 19th in São Paulo.
AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
DAY = date(2026, 11, 19)


def priced(status: str, kind: str = "regular", category: str = "marketing", **more: Any) -> Told:
    pricing = {"type": kind, "category": category, "pricing_model": "PMP", "billable": kind == "regular"}
    return Told(status, "wamid.A", **{"at": AT, "pricing": pricing, **more})


@pytest.fixture
def sent(out: Out) -> Out:
    """One message to a Brazilian phone."""
    one = out.say(recipient="5511988880000")
    run_in_salon(out.salon_id, lambda: Message.objects.filter(pk=one.message_id).update(wamid="wamid.A", status="sent"))
    return out


def bill(out: Out) -> list[tuple[Any, ...]]:
    return [
        (one.day, one.category, one.place, one.quantity, one.micro) for one in totals.between(out.salon_id, DAY, DAY)
    ]


def test_bl011_a_message_is_charged_once_when_it_arrives(sent: Out) -> None:
    """However often, in whichever order and with how many statuses Meta tells it; on the day of the salon's clock."""
    sent.apply(priced("sent"))
    assert bill(sent) == []
    sent.apply(priced("delivered"), priced("delivered"), priced("read"))
    sent.apply(priced("delivered", at=AT.replace(minute=31)), priced("read"))
    assert bill(sent) == [(DAY, "marketing", "BR", 1, 62_500)]


def test_bl011_what_meta_gives_free_is_counted_and_costs_nothing(sent: Out) -> None:
    sent.apply(priced("delivered", "free_customer_service", "utility"))
    assert bill(sent) == [(DAY, "utility", "BR", 1, 0)]


def test_bl011_a_newer_table_of_an_operator_changes_no_earlier_day(sent: Out) -> None:
    later = {"BR": {"marketing": "0.07"}}
    PriceTable.objects.create(kind="whatsapp", valid_from=date(2026, 11, 20), prices=later, source="Meta")
    tables.forget()
    found = [tables.message_price("marketing", "BR", date(2026, 11, day)) for day in (19, 20)]
    assert [one.micro for one in found if one] == [62_500, 70_000]
    # What it does not name stays as it was.
    utility = tables.message_price("utility", "BR", date(2026, 11, 20))
    assert utility is not None and utility.micro == 6_800
    tables.forget()


def test_bl011_squashing_changes_no_sum(sent: Out) -> None:
    for _ in range(3):
        note_tokens(sent.salon_id, model="gpt-4o-mini", tokens={"input": 1_000_000, "output": 500_000}, at=AT)
    before = bill(sent)
    assert before == [
        (DAY, "input", "gpt-4o-mini", 3_000_000, 450_000),
        (DAY, "output", "gpt-4o-mini", 1_500_000, 900_000),
    ]
    totals.squash()
    assert bill(sent) == before
    assert CostTotal.objects.filter(salon_id=sent.salon_id).count() == 2


def test_bl011_countries_are_told_by_phone_and_user_id() -> None:
    recipients = ("5511988880000", "+14155550100", "18095550100", "351912345678", "MX.1234", "99999")
    assert [country_of(one) for one in recipients] == ["BR", "US", "DO", "PT", "MX", "*"]


def test_bl011_a_fee_that_was_not_noted_is_listed(sent: Out) -> None:
    """FR-BL-003: what Meta's statuses priced on a day is compared with the fees of that day."""
    sent.apply(priced("delivered", at=clock.now() - timedelta(days=1)))
    found = UsageDifference.objects.filter(salon_id=sent.salon_id, kind="fee marketing")
    run_in_salon(sent.salon_id, lambda: reconciling.reconcile(sent.salon_id))
    assert not found.exists()
    CostTotal.objects.filter(salon_id=sent.salon_id).update(quantity=3)
    run_in_salon(sent.salon_id, lambda: reconciling.reconcile(sent.salon_id))
    assert [(one.ours, one.theirs, one.against) for one in found] == [(3, 1, "statuses")]


def test_bl011_the_first_status_that_priced_it_says_the_day(salons: Salons, db: None) -> None:
    """Another one on another day, and what priced nothing, count nowhere; and no day reads the whole table."""
    today = datetime(2026, 3, 10, 12, tzinfo=UTC)
    said = [(1, "delivered", 0, True), (1, "read", 1, True), (2, "sent", 1, True), (3, "read", 1, True)]
    rows = [
        StatusEvent(message_id=pk, status=status, at=(at := today + timedelta(days=day)), received_at=at,
                    pricing={"category": "UTILITY"} if is_priced else None)
        for pk, status, day, is_priced in [*said, (4, "delivered", 0, False), (4, "read", 0, True)]
    ]  # fmt: skip

    def told() -> tuple[list[dict[str, int]], str]:
        begin = [today + timedelta(days=day, hours=-1) for day in range(3)]
        StatusEvent.objects.bulk_create(rows)
        found = [fees.priced_by_meta(*pair) for pair in itertools.pairwise(begin)]
        with connection.cursor() as cursor:
            # Enough of other days that the planner has a choice.
            cursor.execute(
                "INSERT INTO status_event (message_id, status, at, received_at) SELECT 100 + n, 'delivered', "
                "'2025-01-01'::timestamptz + n * interval '1 hour', now() FROM generate_series(1, 10000) n"
            )
            cursor.execute("SELECT brin_summarize_new_values('status_event_at')")
            cursor.execute("ANALYZE status_event")
            cursor.execute("EXPLAIN " + fees._PRICED, [*begin[:2], list(fees.ARRIVED), list(fees.ARRIVED)])
            return found, str(cursor.fetchall())

    found, plan = run_in_salon(salons.aurora.pk, told)
    assert found == [{"utility": 2}, {"utility": 1}]
    assert "status_event_at" in plan and "Seq Scan" not in plan
