"""Timers: how many one process claims and fires, what a look costs over 1,000 salons, how late 10,000 waits are."""

import time
from datetime import timedelta

from channels_wa.inbound import drain
from ops import claim, clock
from ops.timers import registry, ticker
from tests.bench.drain import drained, greet
from tests.bench.house import House
from tests.bench.result import Result, median_of, percentile
from tests.product import until

TIMERS = 20_000
SALONS, OF_EACH = 1000, 100
WAITS, WITHIN_S = 10_000, 60
KIND = "bench.nothing"
_INSERT = """
    INSERT INTO public.timer (salon_id, due_at, kind, subject, version, state, fence, attempts, error, created_at)
    SELECT {salon}, {due}, '{kind}', n::text, 0, 'pending', 0, 0, '', now() FROM generate_series(1, {count}) n
"""


def claimed_per_s(house: House) -> Result:
    """Claimed in batches, fired with a handler that does nothing, finished."""
    registry.handler_of("flow.wait")
    registry.on_timer(KIND, acts_for="salon")(lambda due: None)
    house.database.execute(_INSERT.format(salon="NULL", due="now()", kind=KIND, count=TIMERS).encode())
    house.database.execute("ANALYZE public.timer")
    began = time.perf_counter()
    done = 0
    while done < TIMERS:
        done += ticker.run()
    return Result("timers_claimed_per_s", TIMERS / (time.perf_counter() - began), "1/s", n=TIMERS)


def scan_ms(house: House) -> Result:
    """One look among the timers of 1,000 salons, of which one is due."""
    count = SALONS * OF_EACH
    later = "now() + n * interval '1 s' + interval '1 day'"
    house.database.execute(_INSERT.format(salon=f"1 + n % {SALONS}", due=later, kind=KIND, count=count).encode())
    house.database.execute("ANALYZE public.timer")

    def look() -> float:
        house.database.execute("UPDATE public.timer SET due_at = now() WHERE subject = '7'")
        began = time.perf_counter()
        rows = claim.claim(ticker.QUEUE, limit=ticker.OF_THEIR_SALONS, lease=timedelta(seconds=60))
        took = (time.perf_counter() - began) * 1000
        claim.release(ticker.QUEUE, rows, due_at=clock.now() + timedelta(days=1))
        return took

    return Result("timer_scan_ms_at_1000_salons", median_of(50, look), "ms", f"{count} timers wait", None, 50)


def waits_lag_s(house: House) -> Result:
    """Every guest of the welcome flow is silent; the time-outs come due evenly within a minute, one worker."""
    house.sandbox("settings", statuses=False)
    greet(house, WAITS)
    drained(house, drain.run)
    house.database.execute("UPDATE public.outbox_item SET state = 'settled', outcome = 'cancelled', settled_at = now()")
    clock.skip(timedelta(hours=13))
    try:
        with house.running("worker-background"):
            house.database.execute(
                f"UPDATE public.timer SET due_at = now() + interval '13 hours 3 s' + "
                f"(id - (SELECT min(id) FROM public.timer)) * interval '{WITHIN_S * 1000 / WAITS} ms'".encode()
            )
            until(lambda: house.one("SELECT count(*) FROM public.timer WHERE state = 'pending'") == 0, 240, "all fired")
    finally:
        clock.reset()
    late = house.database.execute(
        "SELECT extract(epoch FROM e.ended_at - t.due_at) FROM flow_execution e JOIN public.timer t "
        "ON t.kind = 'flow.wait' AND t.subject = e.id::text"
    ).fetchall()
    seconds = [float(row[0]) for row in late if row[0] is not None]
    if len(seconds) != WAITS or min(seconds) < 0:
        raise RuntimeError(
            f"{len(seconds)} of {WAITS} fired, the earliest {min(seconds, default=0):.3f} s after its time"
        )
    return Result(
        "waits_due_lag_p99_s", percentile(seconds, 0.99), "s", f"p50 {percentile(seconds, 0.5):.2f} s", None, WAITS
    )
