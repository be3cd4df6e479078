"""The daily partitions of `delivery`: nothing that was acknowledged is lost by making or dropping one (I1, I5)."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from channels_wa.gate import partitions
from channels_wa.gate.models import Delivery
from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from ops import clock
from ops.ids import uuid7_floor
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def today() -> date:
    return clock.real().date()


@pytest.fixture
def past(today: date) -> Iterator[date]:
    """A day past its time, with a partition."""
    day = today - timedelta(days=partitions.KEPT_DAYS + 1)
    assert partitions._make(day)
    yield day


def partition_of(pk: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM public.delivery WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


def put(day: date, *, split: bool) -> str:
    """A delivery of that day's noon."""
    moment = datetime.combine(day, time(12), UTC)
    return str(
        Delivery.objects.create(
            id=uuid7_floor(moment.timestamp()), received_at=moment, signature="", raw=b"x", items=0,
            split_at=moment if split else None,
        ).pk
    )  # fmt: skip


def test_a_week_is_made_ahead_and_only_once(today: date) -> None:
    made = partitions.keep()["made"]
    assert made <= partitions.AHEAD_DAYS + 1
    assert partitions.keep()["made"] == 0
    assert partition_of(keep(b"x")) == f"delivery_{today:%Y%m%d}"
    assert partition_of(put(today + timedelta(days=partitions.AHEAD_DAYS - 1), split=False)).startswith("delivery_2")


def test_rows_that_came_before_their_partition_move_into_it(salons: Salons, today: date) -> None:
    pk = keep(delivery("1" * 15, text_message("oi")))
    assert partition_of(pk) == "delivery_rest"
    partitions.keep()
    assert partition_of(pk) == f"delivery_{today:%Y%m%d}"
    drain.run()
    assert [item.state for item in InboxItem.objects.all()] == ["done"]


def test_a_partition_past_its_time_goes_whole(past: date) -> None:
    pk = put(past, split=True)
    assert partitions.keep()["dropped"] == 1
    assert not Delivery.objects.filter(pk=pk).exists()


def test_a_day_is_kept_for_fourteen_days(today: date) -> None:
    day = today - timedelta(days=partitions.KEPT_DAYS)
    partitions._make(day)
    pk = put(day, split=True)
    assert partitions.keep()["dropped"] == 0
    assert Delivery.objects.filter(pk=pk).exists()


def test_a_day_with_a_delivery_that_was_not_split_stays(past: date, caplog: pytest.LogCaptureFixture) -> None:
    pk = put(past, split=False)
    with caplog.at_level(logging.ERROR):
        assert partitions.keep()["dropped"] == 0
    assert Delivery.objects.filter(pk=pk).exists()
    assert "have not taken effect" in caplog.text


def test_a_day_with_an_item_that_waits_stays(past: date) -> None:
    pk = put(past, split=True)
    InboxItem.objects.create(delivery_id=pk, index=0, kind="message", order_key="x", due_at=clock.real())
    assert partitions.keep()["dropped"] == 0
    InboxItem.objects.update(state="done")
    assert partitions.keep()["dropped"] == 1


def test_a_latecomer_of_a_dropped_day_goes_once_it_has_taken_effect(today: date) -> None:
    day = today - timedelta(days=60)
    pk = put(day, split=False)
    partitions.keep()
    assert Delivery.objects.filter(pk=pk).exists()
    Delivery.objects.update(split_at=clock.real())
    partitions.keep()
    assert not Delivery.objects.filter(pk=pk).exists()
