"""WA-013, WA-014: what several processes do at the same moment, they do once."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from channels_wa.numbers.models import Number
from channels_wa.outbox.checks import OutboundFacts
from channels_wa.watchdog import outbound
from channels_wa.watchdog.models import WarmUpTalk
from ops import clock
from ops.salon import inside, run_in_salon
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Alert, AlertDelivery, Level
from tenants.alerts.words import Words
from tests.world import Salons

THREADS = 4


@pytest.fixture
def committed(salons: Salons, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Aurora without a transaction around the test; what is written goes afterwards."""
    salon_id = salons.aurora.pk

    def tidy() -> None:
        with inside(salon_id):
            for model in (WarmUpTalk, AlertDelivery, Alert):
                model._default_manager.all().delete()
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM event WHERE kind LIKE 'alert.%'")
                cursor.execute("TRUNCATE public.event_item, public.timer")
        Number.objects.filter(salon_id=salon_id).update(warm_up_started_at=None)

    with django_db_blocker.unblock():
        tidy()
        yield salon_id
        tidy()


def at_once(job: Callable[[int], Any]) -> list[Any]:
    """What as many threads got, each with a connection of its own."""
    results: list[Any] = [None] * THREADS
    start = threading.Barrier(THREADS)

    def one(number: int) -> None:
        try:
            start.wait(timeout=10)
            results[number] = job(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def test_dispatchers_that_count_at_once_never_exceed_the_day(committed: int) -> None:
    number = Number.objects.get(salon_id=committed)
    Number.objects.filter(pk=number.pk).update(warm_up_started_at=clock.now() - timedelta(hours=1))

    def ask(n: int) -> int:
        batch = [
            OutboundFacts(1000 * n + guest, 1, number.pk, "template", "service", None, message_id=guest + 1)
            for guest in range(30)
        ]
        return run_in_salon(committed, lambda: outbound.check(batch, clock.now())).count(None)

    assert sum(at_once(ask)) == 50


def test_who_raise_the_same_alert_at_once_raise_one(committed: int) -> None:
    new = NewAlert(key="once", kind="number.stopped", level=Level.CRITICAL, title=Words("Today"))
    assert sorted(at_once(lambda _n: raise_alert(committed, new))) == [False] * (THREADS - 1) + [True]
    with inside(committed):
        assert Alert.objects.count() == 1
