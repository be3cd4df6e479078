"""The drain of one worker process: statuses applied; messages kept, answered by the welcome flow and enqueued."""

import time
from collections.abc import Callable

from channels_wa.inbound import drain
from tests.bench.house import House
from tests.bench.ingest import WAITING, seed_messages, seeded_statuses
from tests.bench.kept import keep_all
from tests.bench.result import Result

STATUSES = 24_000
MESSAGES = 3_000


def statuses_per_s(house: House) -> Result:
    """One status a delivery, three of each message."""
    seed_messages(house, STATUSES // 3)
    keep_all(house, seeded_statuses(house.meta, STATUSES))
    took = drained(house)
    applied = house.one("SELECT count(*) FROM status_event")
    if applied != STATUSES:
        raise RuntimeError(f"{applied} of {STATUSES} statuses took effect")
    return Result("drain_statuses_per_s", STATUSES / took, "1/s", n=STATUSES)


def messages_per_s(house: House) -> Result:
    """First messages of as many guests."""
    greet(house, MESSAGES)
    took = drained(house)
    enqueued = house.one("SELECT count(*) FROM public.outbox_item")
    if enqueued != MESSAGES:
        raise RuntimeError(f"{enqueued} of {MESSAGES} messages were answered")
    return Result("drain_messages_per_s", MESSAGES / took, "1/s", n=MESSAGES)


def greet(house: House, guests: int, text: str = "oi", run: str = "") -> None:
    """Each of these guests writes."""
    # Looked up first: while they are stored the connection is busy.
    run, meta = run or f"{time.time_ns():x}", house.meta
    keep_all(house, (meta.message(f"wamid.{run}.{n}", f"55119{n:08d}", text) for n in range(guests)))


def drained(house: House, look: Callable[[], object] = drain.run) -> float:
    """Drain until nothing waits; the seconds it took."""
    began = time.perf_counter()
    while house.one(WAITING):
        look()
        if time.perf_counter() - began > 180:
            raise RuntimeError(f"{house.one(WAITING)} items still wait")
    return time.perf_counter() - began
