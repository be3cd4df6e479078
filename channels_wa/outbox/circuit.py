"""The circuit breaker of a number: after several calls in a row that came to nothing its messages wait, and then one
tries whether it goes again.

A call that came to nothing is a time-out, a 5xx, an answer that cannot be read, a connection that was never made, or a
passing trouble that Meta names. A readable refusal is an answer, so it breaks the row. Whether a circuit is open
stands on the number, so all processes go by it and the watchdog can read it.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import connection, transaction

from channels_wa.adapters.outcome import ErrorClass, Outcome, Rejected, Unknown
from channels_wa.outbox import numbers
from channels_wa.outbox.flight import Report
from config.env import env
from ops import clock
from ops.events.actions import emit
from ops.salon import run_in_salon

log = logging.getLogger(__name__)

# So many in a row: fewer come from one hiccup of a provider that takes hundreds at once.
OPENS_AFTER = env.circuit_opens_after
# How long it rests, the longer the more often the try failed.
RESTS = [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60)]
# Longer than a call may take: whoever tries and dies is followed by another.
TRY_LEASE = timedelta(seconds=30)
_TROUBLE = {ErrorClass.TRANSIENT, ErrorClass.NOT_SENT}


def came_to_nothing(outcome: Outcome) -> bool:
    """Whether a call says that the provider is in trouble."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.error_class in _TROUBLE)


class Circuits:
    """Counts for one process; any process that sees the row opens the circuit for all."""

    def __init__(self) -> None:
        self._in_a_row: dict[int, int] = {}

    def note(self, reports: Iterable[Report]) -> None:
        """What came of calls, in their order."""
        for report in reports:
            number_id = report.item.number_id
            if not came_to_nothing(report.outcome):
                self._in_a_row.pop(number_id, None)
                if report.is_probe:
                    close(number_id)
                continue
            self._in_a_row[number_id] = self._in_a_row.get(number_id, 0) + 1
            if report.is_probe or self._in_a_row[number_id] >= OPENS_AFTER:
                self._in_a_row.pop(number_id)
                open_(number_id, _why(report.outcome), is_probe=report.is_probe)


@transaction.atomic
def open_(number_id: int, reason: str, *, is_probe: bool = False) -> bool:
    """Let the number rest; whether it was not resting already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT salon_id, public_id, circuit_open_until FROM public.number WHERE id = %s FOR UPDATE", [number_id]
        )
        row = cursor.fetchone()
        if row is None or (not is_probe and row[2] is not None and row[2] > clock.real()):
            return False
        cursor.execute(
            "INSERT INTO public.number_circuit AS c (number_id, openings, opened_at, reason) VALUES (%s, 1, %s, %s) "
            "ON CONFLICT (number_id) DO UPDATE SET openings = LEAST(c.openings + 1, 1000), reason = EXCLUDED.reason "
            "RETURNING openings",
            [number_id, clock.now(), reason],
        )
        openings = cursor.fetchone()[0]
        until = clock.real() + RESTS[min(openings, len(RESTS)) - 1]
        cursor.execute("UPDATE public.number SET circuit_open_until = %s WHERE id = %s", [until, number_id])
    log.error("number %s rests: %s calls in a row came to nothing (%s)", row[1], OPENS_AFTER, reason)
    if openings == 1:
        _tell(row[0], row[1], "number.circuit_opened", number_id, reason)
    return True


@transaction.atomic
def close(number_id: int) -> bool:
    """A call came through: everything may leave again; whether it was resting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET circuit_open_until = NULL WHERE id = %s RETURNING salon_id, public_id",
            [number_id],
        )
        row = cursor.fetchone()
    if not numbers.forget_circuit(number_id) or row is None:
        return False
    log.warning("number %s goes on", row[1])
    _tell(row[0], row[1], "number.circuit_closed", number_id, "")
    numbers.resume(number_id)
    return True


def win(number_ids: Collection[int]) -> set[int]:
    """Of numbers whose rest is over, those for which this process may make the one try."""
    if not number_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.number SET circuit_open_until = %s WHERE id = ANY(%s) AND circuit_open_until <= %s "
            "RETURNING id",
            [clock.real() + TRY_LEASE, sorted(number_ids), clock.real()],
        )
        return {pk for (pk,) in cursor.fetchall()}


def give_up_try(number_ids: Collection[int]) -> None:
    """There was nothing to try with after all: whoever comes next may."""
    if number_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE public.number SET circuit_open_until = %s WHERE id = ANY(%s) AND circuit_open_until > %s",
                [clock.real(), sorted(number_ids), clock.real()],
            )


def _why(outcome: Outcome) -> str:
    if isinstance(outcome, Unknown):
        return outcome.why
    return f"{outcome.code or '-'} {outcome.details}".strip() if isinstance(outcome, Rejected) else ""


def _tell(salon_id: int, public_id: object, kind: str, number_id: int, reason: str) -> None:
    payload = {"number_id": number_id, "reason": reason}
    run_in_salon(salon_id, lambda: emit(kind, subject=public_id, payload=payload))  # type: ignore[arg-type]
