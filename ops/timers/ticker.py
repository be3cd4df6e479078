"""The ticker: claims what is due in batches, for all salons in one statement, and calls the handlers salon by salon; in
a rush by two threads."""

import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction

from ops import claim, clock
from ops.metrics import TIMERS_LATE
from ops.salon import inside
from ops.timers.registry import Due, handler_of, kinds_that_call, kinds_that_wait

log = logging.getLogger(__name__)

QUEUE = claim.Queue(
    "timer", ("salon_id", "kind", "subject", "version", "due_at"), ordered=False, now=clock.now, oldest_first="due_at"
)
# The salons of so many of the oldest, and with them what else these have due.
OLDEST, OF_THEIR_SALONS = 20, 2000
LEASE = timedelta(seconds=60)
LOOK_FOR = timedelta(seconds=5)


def run() -> int:
    """Do what is due, for at most five seconds; how many timers."""
    until, rows = clock.real() + LOOK_FOR, _claim()
    if len(rows) < OLDEST:
        return _work(rows, until)
    # A rush: while one of two waits for the database, the other goes on.
    with ThreadPoolExecutor(1, thread_name_prefix="timers") as beside:
        other = beside.submit(_work_beside, until)
        done = _work(rows, until)
    return done + other.result()


def _work_beside(until: datetime) -> int:
    try:
        return _work(_claim(), until)
    finally:
        close_old_connections()


def _work(rows: list[claim.Claimed], until: datetime) -> int:
    done = 0
    while rows:
        groups: dict[tuple[int | None, str], list[claim.Claimed]] = defaultdict(list)
        for row in rows:
            TIMERS_LATE.observe(max((clock.now() - row.values["due_at"]).total_seconds(), 0))
            groups[row.values["salon_id"], row.values["kind"]].append(row)
        for (salon_id, kind), group in groups.items():
            done += _fire(salon_id, kind, group)
        rows = _claim() if clock.real() < until else []
    return done


def _claim() -> list[claim.Claimed]:
    """What is due, the oldest first, and salon by salon: a thousand salons with a reminder each at nine o'clock would
    else be a thousand transactions of one timer, and then the same again for the next of each."""
    # The others are done in threads of their own (errands, calls).
    where, others = "AND q.kind <> ALL(%s)", sorted(kinds_that_wait() | kinds_that_call())
    rows = claim.claim(QUEUE, limit=OLDEST, lease=LEASE, where=where, params=[others])
    if len(rows) == OLDEST:
        salons = {row.values["salon_id"] for row in rows} - {None}
        where, params = f"{where} AND q.salon_id = ANY(%s)", [others, sorted(salons)]
        rows += claim.claim(QUEUE, limit=OF_THEIR_SALONS, lease=LEASE, where=where, params=params)
    return rows


def _fire(salon_id: int | None, kind: str, rows: list[claim.Claimed]) -> int:
    try:
        with nullcontext() if salon_id is None else inside(salon_id), transaction.atomic():
            handler_of(kind)([Due(row.values["subject"], row.values["version"]) for row in rows])
            claim.finish(QUEUE, rows)
    except claim.LeaseLost:
        # A subject changed its timer meanwhile (set_many moved the fence): the new one stands, this firing is void.
        return sum(_fire(salon_id, kind, [row]) for row in rows) if len(rows) > 1 else 0
    except Exception as error:
        if len(rows) == 1:
            log.exception("timer %s failed", kind)
            claim.retry(QUEUE, rows[0], f"{type(error).__name__}: {error}")
            return 0
        return sum(_fire(salon_id, kind, [row]) for row in rows)
    return len(rows)
