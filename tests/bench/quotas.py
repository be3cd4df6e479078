"""Asking limits, one by one and in batches, beside a loop that calls a script; and what recording adds to a send."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from billing.metering.recording import Added, InStatement
from billing.plans import queries
from billing.plans.models import Plan, PlanVersion
from billing.quotas import brake
from billing.quotas.asking import Ask, ask, ask_many
from channels_wa.outbox import recording, usage
from channels_wa.outbox.claiming import Item
from channels_wa.outbox.reactions import Ending
from channels_wa.outbox.reactions import Result as Sent
from channels_wa.outbox.recording import record
from ops import clock
from tenants.salons.models import Salon
from tests.bench.drain import drained, greet
from tests.bench.house import House
from tests.bench.result import Result, median_of, percentile

SECONDS, BATCH, RUNS = 2.0, 256, 3
# As many results as the recorder of sends writes at once under load.
SENT, BATCHES, ALONE = 64, 20, 400
_FAR = 10_000_000
_NAMES = ("messages", "api_calls", "ai_tokens", "knowledge_queries", "bookings", "flow_executions")


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
    """What being counted adds to the recording of a send, in its transaction; every other one is not counted."""
    took: dict[bool, list[float]] = {True: [], False: []}
    with _limited(house.salon_id):
        sent = _on_their_way(house, 2 * ALONE + SENT * BATCHES)
        for n in range(2 * ALONE):
            with _timed(recording, "_write", took[is_counted := n % 2 == 0]):
                with nullcontext() if is_counted else patch.object(usage, "in_statement", _uncounted):
                    record(sent[n : n + 1])
        batches: list[float] = []
        with _timed(usage, "record_many", batches):
            for n in range(2 * ALONE, len(sent), SENT):
                record(sent[n : n + SENT])
    alone, bare = percentile(took[True], 0.5), percentile(took[False], 0.5)
    batched = percentile(batches, 0.5) / SENT
    said = f"{bare:.3f} ms without it; one alone, as in a quiet hour; {SENT} together: {batched:.3f} ms each"
    return Result("usage_event_ms", alone - bare, "ms", said, None, ALONE)


def _uncounted(salon_id: int, message_id: int) -> InStatement:
    return InStatement("NULL", [], Added(salon_id, "messages", clock.now(), 0))


def _on_their_way(house: House, size: int) -> list[Sent]:
    """Replies that the provider has just taken, and of which nothing is written yet."""
    greet(house, size)
    drained(house)
    rows = house.database.execute(
        "UPDATE public.outbox_item SET state = 'sending', attempts = 1, fence = 1, attempt_at = now() "
        "WHERE state = 'queued' RETURNING id, fence, attempts, salon_id, number_id, message_id, lane, certainty, "
        "retries, resent"
    ).fetchall()
    if len(rows) != size:
        raise RuntimeError(f"{len(rows)} replies wait, not {size}")
    return [Sent(Item(*row), Ending.ACCEPTED, wamid=f"wamid.a{row[0]}") for row in rows]


@contextmanager
def _timed(module: object, name: str, took: list[float]) -> Iterator[None]:
    """How long each call of a function takes, in milliseconds."""
    call = getattr(module, name)

    def timed(*args: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*args)
        finally:
            took.append((time.perf_counter() - began) * 1000)

    with patch.object(module, name, timed):
        yield


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
