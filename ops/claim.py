"""One way to own rows of a public queue for a while: lease, fence, order, retry, dead letter.

A claim is committed before the work begins, so nothing is locked while working. Every later write names the fence that
the claim gave; a worker that slept through its lease changes nothing. Call it on the public side or inside a salon:
the tables are public either way.
"""

import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ops import clock
from ops.redaction import clean

log = logging.getLogger(__name__)

MAX_BACKOFF = timedelta(minutes=10)
# A row that was claimed more often than this without an end may be what kills its workers: it is worked on alone, so
# that its neighbours of the batch do not die with it.
SUSPECT_AFTER = 6
# Where the queue's own limit counts tries that failed, this counts those that came to no end. It is larger: in a night
# of crashes a batch of innocents is lost again and again, and a guest's message must outlive that.
GIVE_UP_AFTER = 32


class LeaseLost(RuntimeError):
    """Another worker owns these rows by now; the transaction must not commit."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A public table with the columns state, due_at, lease_until, fence, attempts, error."""

    table: str
    columns: tuple[str, ...]
    # Only the oldest pending row of an order_key may be claimed.
    ordered: bool = True
    # Narrows which older rows (e) of the same key hold a row (q) back.
    held_back_by: str = ""
    now: Callable[[], datetime] = clock.real
    max_attempts: int = 8
    oldest_first: str = "id"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours until its lease ends."""

    id: int
    fence: int
    attempts: int
    values: dict[str, Any]


def claim(queue: Queue, *, limit: int, lease: timedelta, where: str = "", params: Sequence[Any] = ()) -> list[Claimed]:
    """Make this worker the owner of up to `limit` due rows, oldest first."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_claim_sql(queue, where), [queue.now(), clock.real(), *params, limit, clock.real() + lease])
            rows = [Claimed(row[0], row[1], row[2], dict(zip(queue.columns, row[3:], strict=True))) for row in cursor]
        rows.sort(key=lambda row: row.id)
        fit = _without_killers(queue, rows)
        if fit or not rows:
            return fit


def finish(queue: Queue, rows: Iterable[Claimed], *, state: str = "done") -> None:
    """Close rows inside the transaction of their effects. Raises LeaseLost when one is no longer ours."""
    _write(queue, rows, "state = %s, lease_until = NULL, error = ''", [state])


def advance(queue: Queue, rows: Iterable[Claimed], *, assignments: str, params: Sequence[Any] = ()) -> None:
    """Change rows that stay open and ours, inside the caller's transaction. Raises LeaseLost."""
    _write(queue, rows, assignments, params)


def release(queue: Queue, rows: Iterable[Claimed], *, due_at: datetime | None = None) -> None:
    """Give rows back untouched, as if the claim had not been; due again at once or at `due_at`."""
    _write(queue, rows, "lease_until = NULL, attempts = attempts - 1, due_at = COALESCE(%s, due_at)", [due_at])


def retry(queue: Queue, row: Claimed, error: str) -> bool:
    """Put a row back for later with back-off and jitter, or park it as dead after too many tries.

    Returns whether it will be tried again by us; a row that has another owner by now is that owner's.
    """
    # A text of PostgreSQL holds no NUL, and the cause of a failure may be one.
    cause, again = clean(error.replace("\x00", "\\x00")[:2000]), row.attempts < queue.max_attempts
    try:
        if again:
            due_at = queue.now() + backoff(row.attempts)
            _write(queue, [row], "lease_until = NULL, due_at = %s, error = %s", [due_at, cause])
        else:
            _write(queue, [row], "state = 'dead', lease_until = NULL, error = %s", [cause])
    except LeaseLost:
        log.warning("a row of %s failed after its lease", queue.table)
        return False
    return again


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many tries: 0.5 s, 1 s, 2 s … 10 minutes, each with up to half of it as jitter."""
    seconds = min(0.5 * 2 ** max(attempts - 1, 0), MAX_BACKOFF.total_seconds())
    return timedelta(seconds=seconds * (1 + random.random() / 2))  # noqa: S311 - spreads load, hides nothing


def _without_killers(queue: Queue, rows: list[Claimed]) -> list[Claimed]:
    """Park rows that ended no try in any way: their worker died each time. A suspect stays alone."""
    dead = [row for row in rows if row.attempts > GIVE_UP_AFTER]
    if dead:
        log.error("%s rows of %s were given up: no try came to an end", len(dead), queue.table)
        cause = "no try came to an end: its worker died or hung"
        gone = "state = 'dead', lease_until = NULL, error = concat_ws('; ', nullif(error, ''), %s::text)"
        _write(queue, dead, gone, [cause])
    fit = [row for row in rows if row.attempts <= GIVE_UP_AFTER]
    suspect = next((row for row in fit if row.attempts > SUSPECT_AFTER), None)
    if suspect is None:
        return fit
    release(queue, [row for row in fit if row.id != suspect.id])
    return [suspect]


def _write(queue: Queue, rows: Iterable[Claimed], assignments: str, params: Sequence[Any]) -> None:
    owned = list(rows)
    if not owned:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE public.{queue.table} AS q SET {assignments} "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS mine(id, fence) WHERE q.id = mine.id AND q.fence = mine.fence "
            "AND q.state = 'pending'",
            [*params, [row.id for row in owned], [row.fence for row in owned]],
        )
        if cursor.rowcount != len(owned):
            raise LeaseLost(f"{queue.table}: {len(owned) - cursor.rowcount} of {len(owned)} rows have another owner")


def _claim_sql(queue: Queue, where: str) -> str:
    head = (
        f"AND NOT EXISTS (SELECT 1 FROM public.{queue.table} e "
        f"WHERE e.state = 'pending' AND e.order_key = q.order_key AND e.id < q.id {queue.held_back_by})"
        if queue.ordered
        else ""
    )
    returned = "".join(f", t.{column}" for column in queue.columns)
    return f"""
        WITH due AS (
            SELECT q.id FROM public.{queue.table} q
            WHERE q.state = 'pending' AND q.due_at <= %s AND (q.lease_until IS NULL OR q.lease_until < %s)
            {head} {where}
            ORDER BY q.{queue.oldest_first} LIMIT %s FOR UPDATE OF q SKIP LOCKED
        )
        UPDATE public.{queue.table} AS t SET lease_until = %s, fence = t.fence + 1, attempts = t.attempts + 1
        FROM due WHERE t.id = due.id RETURNING t.id, t.fence, t.attempts{returned}
    """
