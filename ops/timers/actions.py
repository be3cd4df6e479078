"""Setting and cancelling timers, in the transaction that makes them needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class NewTimer:
    """Something to do at `due_at`; another `version` of the subject by then makes it a no-op."""

    kind: str
    subject: str
    due_at: datetime
    version: int = 0


def set_many(salon_id: int | None, timers: Sequence[NewTimer]) -> None:
    """Write timers in one statement; one that is already set for the same version moves to the new time."""
    if not timers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.timer "
            "(salon_id, due_at, kind, subject, version, state, fence, attempts, error, created_at) "
            "SELECT %s, due_at, kind, subject, version, 'pending', 0, 0, '', clock_timestamp() "
            "FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::bigint[]) "
            "AS new(due_at, kind, subject, version) "
            "ON CONFLICT (salon_id, kind, subject, version) DO UPDATE SET due_at = EXCLUDED.due_at, state = 'pending', "
            "attempts = 0, lease_until = NULL, fence = timer.fence + 1",
            [
                salon_id,
                [timer.due_at for timer in timers],
                [timer.kind for timer in timers],
                [timer.subject for timer in timers],
                [timer.version for timer in timers],
            ],
        )


def set_missing(salon_id: int | None, timers: Sequence[NewTimer]) -> None:
    """Write timers; one that waits already, or is being done right now, stays as it is."""
    if not timers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.timer "
            "(salon_id, due_at, kind, subject, version, state, fence, attempts, error, created_at) "
            "SELECT DISTINCT %s::bigint, due_at, kind, subject, version, 'pending', 0, 0, '', clock_timestamp() "
            "FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::bigint[]) "
            "AS new(due_at, kind, subject, version) "
            "ON CONFLICT (salon_id, kind, subject, version) DO UPDATE SET due_at = EXCLUDED.due_at, state = 'pending', "
            "attempts = 0, lease_until = NULL, fence = timer.fence + 1 WHERE timer.state <> 'pending'",
            [
                salon_id,
                [timer.due_at for timer in timers],
                [timer.kind for timer in timers],
                [timer.subject for timer in timers],
                [timer.version for timer in timers],
            ],
        )


def set_next(salon_id: int | None, timer: NewTimer) -> None:
    """The next of a timer that comes again and again, from its own handler; `version` is that of the one that fires.

    The next has a version of its own, because the one that fires is finished beside it; those that are done are
    forgotten, or they would pile up until retention comes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.timer WHERE salon_id IS NOT DISTINCT FROM %s AND kind = %s AND subject = %s "
            "AND version < %s AND state <> 'pending'",
            [salon_id, timer.kind, timer.subject, timer.version],
        )
    set_many(salon_id, [replace(timer, version=timer.version + 1)])


def hurry_many(salon_id: int | None, kind: str, subjects: Sequence[str], due_at: datetime) -> None:
    """Let timers that wait for a later moment come at this one, whatever their version."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.timer SET due_at = %s WHERE salon_id IS NOT DISTINCT FROM %s AND kind = %s "
                "AND subject = ANY(%s) AND state = 'pending' AND due_at > %s AND lease_until IS NULL",
                [due_at, salon_id, kind, list(subjects), due_at],
            )


def cancel_many(salon_id: int | None, kind: str, subjects: Sequence[str]) -> None:
    """Take timers back, in the transaction that changes their subjects."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM public.timer WHERE salon_id IS NOT DISTINCT FROM %s AND kind = %s AND subject = ANY(%s) "
                "AND state = 'pending'",
                [salon_id, kind, list(subjects)],
            )
