"""The ticker: claims what is due in batches, for all salons in one statement, and calls the handlers salon by salon."""

import logging
from collections import defaultdict
from contextlib import nullcontext
from datetime import timedelta

from django.db import transaction

from ops import claim, clock
from ops.metrics import TIMERS_LATE
from ops.salon import inside
from ops.timers.registry import Due, handler_of, kinds_that_call, kinds_that_wait

log = logging.getLogger(__name__)

QUEUE = claim.Queue(
    "timer", ("salon_id", "kind", "subject", "version", "due_at"), ordered=False, now=clock.now, oldest_first="due_at"
)
BATCH = 500
LEASE = timedelta(seconds=60)
LOOK_FOR = timedelta(seconds=5)


def run() -> int:
    """Do what is due, for at most five seconds; how many timers."""
    until, done = clock.real() + LOOK_FOR, 0
    # The others are done in threads of their own (errands, calls).
    where, params = "AND q.kind <> ALL(%s)", [sorted(kinds_that_wait() | kinds_that_call())]
    while clock.real() < until and (rows := claim.claim(QUEUE, limit=BATCH, lease=LEASE, where=where, params=params)):
        groups: dict[tuple[int | None, str], list[claim.Claimed]] = defaultdict(list)
        for row in rows:
            TIMERS_LATE.observe(max((clock.now() - row.values["due_at"]).total_seconds(), 0))
            groups[row.values["salon_id"], row.values["kind"]].append(row)
        for (salon_id, kind), group in groups.items():
            done += _fire(salon_id, kind, group)
    return done


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
