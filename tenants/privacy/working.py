"""The work on a request, in a worker's thread.

Whoever is killed loses the batch that was not committed: its lease ends, the next tick finds the request, and whoever
takes it goes on. A fence keeps two from working on the same.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import close_old_connections, connection, transaction

from ops import clock
from ops.redaction import clean
from ops.salon import inside
from ops.timers.actions import NewTimer, set_next
from ops.timers.registry import Due
from tenants.privacy.erasing.busy import Busy
from tenants.privacy.erasing.work import erase
from tenants.privacy.exporting.work import export
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.requests import OPEN, WORK
from tenants.privacy.whom import salon_id

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=3)
LEASE = timedelta(seconds=20)
MOST_STUMBLES = 5
State = PrivacyRequest.State

_free = threading.BoundedSemaphore(2)


def tick(due: Sequence[Due]) -> None:
    """A timer of requests in work: comes again until they are done, and has a thread of this process look."""
    here = salon_id()
    at_work = set(
        PrivacyRequest.objects.filter(public_id__in=[one.subject for one in due], state__in=OPEN).values_list(
            "public_id", flat=True
        )
    )
    for one in due:
        if UUID(one.subject) in at_work:
            set_next(here, NewTimer(WORK, one.subject, clock.now() + EVERY, one.version))
            transaction.on_commit(lambda subject=one.subject: _start(here, UUID(subject)))  # type: ignore[misc]


def work(public_id: UUID) -> None:
    """Take the request, unless somebody has it, and do it to its end. Inside the salon, outside of a transaction."""
    row = _claim(public_id)
    if row is None:
        return
    try:
        if row.stumbles >= MOST_STUMBLES:
            _end(row, "It stopped several times; we have been told.")
        elif row.kind == PrivacyRequest.Kind.EXPORT:
            export(row)
        else:
            erase(row)
    except Busy:
        _let_go(row, stumbles=row.stumbles)
    except Exception as error:
        log.exception("privacy request %s stumbled", row.public_id)
        _let_go(row, stumbles=row.stumbles + 1, error=clean(f"{type(error).__name__}: {error}")[:300])


def _start(here: int, public_id: UUID) -> None:
    if not _free.acquire(blocking=False):
        return
    try:
        threading.Thread(target=_work_and_leave, args=(here, public_id), name="privacy", daemon=True).start()
    except RuntimeError:
        _free.release()


def _work_and_leave(here: int, public_id: UUID) -> None:
    over = threading.Event()
    threading.Thread(target=_keep, args=(here, public_id, over), daemon=True).start()
    try:
        with inside(here):
            work(public_id)
    except Exception:
        log.exception("a privacy request could not be worked on")
    finally:
        over.set()
        close_old_connections()
        _free.release()


def _keep(here: int, public_id: UUID, over: threading.Event) -> None:
    """While this process lives the request stays its own, however long a part of the work takes."""
    while not over.wait(LEASE.total_seconds() / 4):
        try:
            with inside(here):
                mine = PrivacyRequest.objects.filter(public_id=public_id, lease_until__isnull=False, state__in=OPEN)
                mine.update(lease_until=clock.real() + LEASE)
        except Exception:
            log.exception("the lease of a privacy request could not be renewed")
        finally:
            close_old_connections()


def _claim(public_id: UUID) -> PrivacyRequest | None:
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(
            # A lease that ran out is of somebody who was killed, by this request perhaps.
            "UPDATE privacy_request SET lease_until = %s, fence = fence + 1, state = %s, "
            "stumbles = stumbles + CASE WHEN lease_until IS NULL THEN 0 ELSE 1 END "
            "WHERE public_id = %s AND state = ANY(%s) AND (lease_until IS NULL OR lease_until < %s)",
            [now + LEASE, State.RUNNING, public_id, list(OPEN), now],
        )
        if not cursor.rowcount:
            return None
    return PrivacyRequest.objects.select_related("by").get(public_id=public_id)


def _let_go(row: PrivacyRequest, *, stumbles: int, error: str = "") -> None:
    mine = PrivacyRequest.objects.filter(pk=row.pk, fence=row.fence, state__in=OPEN)
    mine.update(lease_until=None, stumbles=stumbles, error=error)


def _end(row: PrivacyRequest, words: str) -> None:
    mine = PrivacyRequest.objects.filter(pk=row.pk, fence=row.fence)
    mine.update(state=State.FAILED, lease_until=None, error=words)
