"""Timers whose work waits for somebody outside: a third party that answers in seconds, or not.

They are marked by `@on_timer(kind, acts_for=…, waits=True)` and done one by one, in a few threads of their own, so that
no other timer and no other task waits with them. Their handlers are called inside the salon and outside of a
transaction, with one timer; what they write they write in transactions of their own. Safe to do twice: a process may
die in between.
"""

import logging
import threading
from contextlib import nullcontext
from datetime import timedelta

from django.db import close_old_connections

from ops import claim, clock
from ops.metrics import TIMERS_LATE
from ops.salon import inside
from ops.timers.registry import Due, handler_of, kinds_that_wait
from ops.timers.ticker import QUEUE

log = logging.getLogger(__name__)

THREADS = 4
# Longer than the slowest of them may take: the calls in it have time-outs of their own.
LEASE = timedelta(minutes=20)

_free = threading.BoundedSemaphore(THREADS)


def run() -> int:
    """Have a thread look for what is due, unless all are busy; returns at once."""
    if kinds_that_wait() and _free.acquire(blocking=False):
        threading.Thread(target=_work_and_leave, name="errands", daemon=True).start()
    return 0


def work() -> int:
    """Do what is due, one after the other; how many."""
    done = 0
    where, params = "AND q.kind = ANY(%s)", [sorted(kinds_that_wait())]
    while rows := claim.claim(QUEUE, limit=1, lease=LEASE, where=where, params=params):
        for row in rows:
            _do(row)
            done += 1
    return done


def _work_and_leave() -> None:
    try:
        work()
    except Exception:
        log.exception("errands could not be looked for")
    finally:
        close_old_connections()
        _free.release()


def _do(row: claim.Claimed) -> None:
    kind, salon_id = row.values["kind"], row.values["salon_id"]
    TIMERS_LATE.observe(max((clock.now() - row.values["due_at"]).total_seconds(), 0))
    try:
        with nullcontext() if salon_id is None else inside(salon_id):
            handler_of(kind)([Due(row.values["subject"], row.values["version"])])
            claim.finish(QUEUE, [row])
    except claim.LeaseLost:
        log.info("timer %s was set anew while it was done", kind)
    except Exception as error:
        log.exception("timer %s failed", kind)
        claim.retry(QUEUE, row, f"{type(error).__name__}: {error}")
