"""Asking limits, one by one and in batches, beside a loop that calls a script; and what recording adds to a send."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from django.db import connection, transaction

from billing.metering.recording import Usage, record_many
from billing.plans import queries
from billing.plans.models import Plan, PlanVersion
from billing.quotas import brake
from billing.quotas.asking import Ask, ask, ask_many
from tenants.salons.models import Salon
from tests.bench.house import House
from tests.bench.result import Result, median_of, percentile

SECONDS, BATCH, RUNS = 2.0, 256, 3
# As many results as the recorder of sends writes at once under load.
SENT = 64
_FAR = 10_000_000
_NAMES = ("messages", "api_calls", "ai_tokens", "knowledge_queries", "bookings", "flow_executions")
_keys = count()


def checks_per_s(house: House) -> Result:
    """One process, one question at a time, the limits far away."""
    with _limited(house.salon_id):
        ask(house.salon_id, "messages")
        took: list[float] = []

        def one() -> int:
            began = time.perf_counter()
            assert ask(house.salon_id, "messages").allowed
            took.append(time.perf_counter() - began)
            return 1

        rate = median_of(RUNS, lambda: _rate(one))
        bare = median_of(RUNS, lambda: _rate(_bare))
    said = f"a bare EVALSHA loop: {bare:.0f}/s; p95 {percentile(took, 0.95) * 1000:.3f} ms"
    return Result("quota_checks_per_s", rate, "1/s", said, rate / bare, len(took))


def checks_batched_per_s(house: House) -> Result:
    """The same, so many questions in one round trip."""
    with _limited(house.salon_id):
        asks = [Ask(house.salon_id, _NAMES[n % len(_NAMES)]) for n in range(BATCH)]
        ask_many(asks)
        rate = median_of(RUNS, lambda: _rate(lambda: len(ask_many(asks))))
        bare = median_of(RUNS, lambda: _rate(_bare))
    said = f"a bare EVALSHA loop: {bare:.0f}/s; batches of {BATCH}"
    return Result("quota_checks_batched_per_s", rate, "1/s", said, rate / bare, BATCH)


def usage_event_ms(house: House) -> Result:
    """What a batch of sends pays for being counted, by message, in the transaction that records their results."""
    with _limited(house.salon_id):
        _record(house.salon_id, SENT)
        batched = median_of(100, lambda: _record(house.salon_id, SENT)) / SENT
        alone = median_of(200, lambda: _record(house.salon_id, 1))
    said = f"one alone, as in a quiet hour; {SENT} results written together: {batched:.3f} ms each"
    return Result("usage_event_ms", alone, "ms", said, None, 200)


def _record(salon_id: int, size: int) -> float:
    usages = [
        Usage(salon_id=salon_id, kind="messages", key=f"bench:{time.time_ns()}:{next(_keys)}") for _ in range(size)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        # The result of the send has begun it.
        cursor.execute("SELECT 1")
        began = time.perf_counter()
        record_many(usages)
        return (time.perf_counter() - began) * 1000


def _rate(call: Callable[[], int]) -> float:
    began, done = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < SECONDS:
        done += call()
    return done / took


def _bare() -> int:
    brake._script()(keys=["bench:missing"], args=[1])
    return 1


@contextmanager
def _limited(salon_id: int) -> Iterator[None]:
    """The demo's plan with limits for a while."""
    plan = Plan.objects.get(code=Salon.objects.values_list("plan", flat=True).get(pk=salon_id))
    limits = dict.fromkeys(_NAMES, _FAR)
    number = plan.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = PlanVersion.objects.create(plan=plan, number=number + 1, limits=limits)
    queries.forget()
    try:
        yield
    finally:
        version.delete()
        queries.forget()
