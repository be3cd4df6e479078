"""FR-BL-003: every unit counts once, in its period, whoever says it and however often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from billing.metering import partitions, squashing
from billing.metering.models import UsageEvent, UsageTotal
from billing.metering.periods import Period, period_in
from billing.metering.recording import Usage, in_statement, record, record_many
from billing.metering.totals import by_day, used
from billing.plans.queries import Terms
from ops import clock
from tests.world import Salons

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def salon_id(salons: Salons, db: None, fresh: None) -> int:
    return int(salons.aurora.pk)


def _terms(starts_at: datetime | None, ends_at: datetime | None) -> Terms:
    none: frozenset[str] = frozenset()
    return Terms("pro", 1, {}, none, none, "active", None, "stripe", 1, {}, "BRL", SAO_PAULO, starts_at, ends_at)


def test_a_key_counts_once(salon_id: int, salons: Salons) -> None:
    assert record(salon_id, "messages", key="m1", quantity=2)
    assert not record(salon_id, "messages", key="m1", quantity=2)
    both = [Usage(salon_id=salon_id, kind="messages", key=key) for key in ("m1", "m2", "m2")]
    assert [one.quantity for one in record_many(both)] == [1]
    # In another salon, and of another kind, the same word is another cause.
    assert record(salons.other.pk, "messages", key="m1")
    assert record(salon_id, "bookings", key="m1")
    assert used(salon_id, "messages") == 3


def test_what_nobody_can_tell_of_twice_needs_no_key(salon_id: int) -> None:
    usages = [Usage(salon_id=salon_id, kind="api_calls", key=None)] * 2
    assert [one.quantity for one in record_many(usages)] == [2]
    record_many(usages)
    assert used(salon_id, "api_calls") == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.usage_once WHERE salon_id = %s", [salon_id])
        assert cursor.fetchone()[0] == 0


def test_a_use_in_the_statement_of_its_cause_counts_once(salon_id: int) -> None:
    one = in_statement(Usage(salon_id=salon_id, kind="messages", key="m1"), subject="s.slug")
    with connection.cursor() as cursor:
        for is_new in (True, False):
            cursor.execute(f"SELECT {one.sql} FROM public.salon s WHERE s.id = %s", [*one.params, salon_id])
            assert cursor.fetchone() == (is_new,)
    assert not record(salon_id, "messages", key="m1")
    assert (used(salon_id, "messages"), UsageEvent.objects.get(salon_id=salon_id).subject) == (1, "aurora")


def test_a_use_in_a_statement_needs_a_key(salon_id: int) -> None:
    with pytest.raises(ValueError, match="has a key"):
        in_statement(Usage(salon_id=salon_id, kind="api_calls", key=None), subject="''")


@pytest.mark.parametrize(
    ("kind", "key", "quantity"), [("numbers", "a", 1), ("contacts", "a", 1), ("messages", "", 1), ("messages", "a", 0)]
)
def test_what_is_no_use_is_refused(salon_id: int, kind: str, key: str, quantity: int) -> None:
    with pytest.raises(ValueError):
        record(salon_id, kind, key=key, quantity=quantity)


def test_a_line_keeps_what_a_unit_cost(salon_id: int, limit: Callable[..., int]) -> None:
    limit()
    record(salon_id, "messages", key="m1", subject="cause")
    line = UsageEvent.objects.get(salon_id=salon_id)
    assert (line.subject, line.currency, line.price_minor) == ("cause", "BRL", None)
    assert line.plan_version_id is not None
    with pytest.raises(Exception, match="append-only"):
        UsageEvent.objects.filter(salon_id=salon_id).update(quantity=5)


def test_squashing_changes_no_sum(salon_id: int) -> None:
    for n in range(4):
        record(salon_id, "messages", key=f"m{n}", quantity=n + 1)
    seen = squashing.unsquashed()
    record(salon_id, "messages", key="late", quantity=100)
    assert squashing.squash(seen) == 1
    assert squashing.squash(seen) == 1  # again: the sum of one sum
    assert used(salon_id, "messages") == 110
    assert sorted(UsageTotal.objects.filter(salon_id=salon_id).values_list("quantity", flat=True)) == [10, 100]
    today = clock.now().astimezone(SAO_PAULO).date()
    assert by_day(salon_id, "messages", today - timedelta(days=1), today) == {today: 110}


def test_a_crash_while_squashing_changes_nothing(salon_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """I09: `metering.before_squash_commit`."""
    for n in range(4):
        record(salon_id, "messages", key=f"m{n}", quantity=n + 1)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(squashing, "failpoint", lambda _name: (_ for _ in ()).throw(SystemExit))
        squashing.squash(squashing.unsquashed())
    assert UsageTotal.objects.filter(salon_id=salon_id).count() == 4
    assert squashing.squash(squashing.unsquashed()) == 1
    assert used(salon_id, "messages") == 10


def test_months_of_the_calendar_are_those_of_the_salon() -> None:
    terms = _terms(None, None)
    period = period_in(terms, datetime(2027, 1, 1, 1, 0, tzinfo=UTC))
    assert period == Period(datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2027, 1, 1, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "starts", "ends"),
    [
        (datetime(2027, 1, 31, 10, 0), (2027, 1, 31), (2027, 2, 28)),
        (datetime(2027, 2, 28, 9, 59), (2027, 1, 31), (2027, 2, 28)),
        (datetime(2027, 2, 28, 10, 0), (2027, 2, 28), (2027, 3, 31)),
        (datetime(2027, 12, 31, 10, 0), (2027, 12, 31), (2028, 1, 31)),
    ],
)
def test_a_subscription_of_a_year_has_months(at: datetime, starts: tuple[int, ...], ends: tuple[int, ...]) -> None:
    begin = datetime(2027, 1, 31, 10, 0, tzinfo=UTC)
    terms = _terms(begin, begin.replace(year=2028))
    period = period_in(terms, at.replace(tzinfo=UTC))
    assert [(one.year, one.month, one.day) for one in period] == [starts, ends]


@pytest.mark.parametrize("day", [1, 29, 30])
def test_a_month_from_the_last_of_february_is_one_period(day: int) -> None:
    """A subscription of the 31st: 28 February to 31 March, and no second period for the last three days."""
    begin, until = datetime(2027, 2, 28, 10, tzinfo=UTC), datetime(2027, 3, 31, 10, tzinfo=UTC)
    terms = _terms(begin, until)
    assert period_in(terms, datetime(2027, 3, day, tzinfo=UTC)) == Period(begin, until)
    assert period_in(terms, until).starts_at == until


def test_lines_of_a_month_that_was_missing_move_into_it(salon_id: int) -> None:
    later = clock.now() + timedelta(days=40)
    record(salon_id, "messages", key="ahead", at=later)
    assert partitions.keep()["made"] > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM public.usage_event WHERE key = 'ahead'")
        assert cursor.fetchone()[0].endswith(f"usage_event_{later:%Y%m}")
    assert partitions._month(date(2027, 1, 15), -2) == date(2026, 11, 1)


def test_one_alone_is_written_as_in_a_batch(salon_id: int, limit: Callable[..., int]) -> None:
    """It has a statement of its own: the same line, the same sum, the same answer."""
    limit()
    at = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    alone = Usage(salon_id=salon_id, kind="messages", key="a", quantity=3, at=at, subject="cause")
    batch = [replace(alone, key="b"), replace(alone, key="c")]
    assert [record_many([alone]), record_many([alone])] == [
        [replace(one, quantity=3) for one in record_many(batch)],
        [],
    ]
    lines = UsageEvent.objects.filter(salon_id=salon_id).order_by("key").values()
    period_at = UsageTotal.objects.filter(salon_id=salon_id).latest("id").period_at
    said = [{name: value for name, value in one.items() if name not in ("id", "key")} for one in lines]
    assert len(said) == 3 and said[0] == said[1] == said[2]
    assert used(salon_id, "messages", (period_at, at)) == 9
