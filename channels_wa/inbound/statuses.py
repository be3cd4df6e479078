"""Statuses of our own messages, applied in batches of hundreds; one by one only when a batch fails."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from channels_wa.inbound import queue
from channels_wa.inbound.contents import contents
from channels_wa.inbound.parse import StatusUpdate, Unreadable, parse_status
from channels_wa.outbox import statuses as outbox_statuses
from ops import claim, clock
from ops.failpoint import failpoint
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

# A status of a message that we do not know may be quicker than Meta's answer to our call. While a call of the number is
# in flight it waits this long, this often; then it goes to quarantine.
WAIT = timedelta(seconds=4)
WAITS = 5
Pair = tuple[claim.Claimed, StatusUpdate]


def apply_statuses(rows: Sequence[claim.Claimed]) -> None:
    """Apply claimed status items, salon by salon."""
    raw_items = contents((row.values["delivery_id"], row.values["index"]) for row in rows)
    by_salon: dict[int, list[Pair]] = defaultdict(list)
    for row in rows:
        raw = raw_items[row.values["delivery_id"], row.values["index"]]
        try:
            if raw is None:
                raise Unreadable("its delivery is gone")
            by_salon[row.values["salon_id"]].append((row, parse_status(raw)))
        except Unreadable as error:
            queue.quarantine([row], error.reason)
        except Exception as error:
            log.exception("a status could not be read")
            queue.quarantine([row], f"reading failed: {type(error).__name__}")
    for salon_id, pairs in by_salon.items():
        _apply(salon_id, pairs)


def _apply(salon_id: int, pairs: Sequence[Pair]) -> None:
    try:
        run_in_salon(salon_id, lambda: _apply_in_salon(pairs))
    except claim.LeaseLost:
        log.warning("statuses took longer than their lease; their owner by now goes on")
    except Exception as error:
        if len(pairs) > 1:
            for pair in pairs:
                _apply(salon_id, [pair])
            return
        log.exception("applying a status failed")
        claim.retry(queue.OTHERS, pairs[0][0], f"{type(error).__name__}: {error}")


@transaction.atomic
def _apply_in_salon(pairs: Sequence[Pair]) -> None:
    results = outbox_statuses.apply([update for _row, update in pairs])
    known = [row for (row, _update), result in zip(pairs, results, strict=True) if result != "unknown_message"]
    unknown = [row for (row, _update), result in zip(pairs, results, strict=True) if result == "unknown_message"]
    claim.finish(queue.OTHERS, known)
    _put_off_or_quarantine(unknown)
    failpoint("inbound.in_statuses")


def _put_off_or_quarantine(rows: Sequence[claim.Claimed]) -> None:
    calling = _numbers_in_flight({row.values["number_id"] for row in rows}) if rows else set()
    waiting = [row for row in rows if row.values["number_id"] in calling and row.attempts <= WAITS]
    claim.advance(
        queue.OTHERS,
        waiting,
        assignments="lease_until = NULL, due_at = %s, error = 'of a message that is not known yet'",
        params=[clock.real() + WAIT],
    )
    queue.quarantine([row for row in rows if row not in waiting], "unknown_wamid: no message of ours has this id")


def _numbers_in_flight(number_ids: set[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT number_id FROM public.outbox_item "
            "WHERE state IN ('sending', 'unknown') AND number_id = ANY(%s)",
            [list(number_ids)],
        )
        return {pk for (pk,) in cursor.fetchall()}
