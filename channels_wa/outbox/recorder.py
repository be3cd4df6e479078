"""The recorder: writes down what became of calls beside the dispatcher, so that no commit holds up another."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import DatabaseError, connection

from channels_wa.outbox import recording
from channels_wa.outbox.circuit import Circuits
from channels_wa.outbox.flight import Report
from channels_wa.outbox.reactions import Result, react
from ops import clock
from ops.failpoint import failpoint

log = logging.getLogger(__name__)

# While results keep coming, transactions begin no closer together: a few larger ones cost less.
WRITE_EVERY_S = 0.008
BATCH_MAX = 400
AFTER_TROUBLE_S = 0.5


class Recorder:
    """Takes outcomes from any thread; `done(n)` is told how many were dealt with."""

    def __init__(self, done: Callable[[int], None], *, aside: bool = True) -> None:
        self._done = done
        # Tests see their own transaction only, so there the dispatcher's thread writes.
        self._aside = aside
        self._inbox: queue.SimpleQueue[Report | Result] = queue.SimpleQueue()
        self._unrecorded: list[Result] = []
        self._circuits = Circuits()
        self._thread: threading.Thread | None = None

    def put(self, one: Report | Result) -> None:
        """Have it written; returns at once."""
        self._inbox.put(one)
        if not self._aside:
            self._done(0)

    def start(self) -> None:
        """Write from a thread of its own, if it shall."""
        if self._aside and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._write_forever, name="recorder", daemon=True)
            self._thread.start()

    def write_here(self) -> None:
        """Write what there is from this thread, if there is no other for it."""
        if not self._aside:
            self._write(self._collect())

    def _write_forever(self) -> None:
        next_at = 0.0
        while True:
            first = [] if self._unrecorded else [self._inbox.get()]
            time.sleep(max(0.0, next_at - time.monotonic()))
            next_at = time.monotonic() + WRITE_EVERY_S
            try:
                batch = [*first, *self._collect()]
                self._write(batch)
            except Exception:
                # Left to their leases: the messages become unknown, and their statuses settle them.
                log.exception("results could not be written")
                self._done(len(batch))
                connection.close()
            if self._unrecorded:
                time.sleep(AFTER_TROUBLE_S)

    def _collect(self) -> list[Report | Result]:
        found: list[Report | Result] = []
        try:
            while len(found) < BATCH_MAX:
                found.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return found

    def _write(self, batch: list[Report | Result]) -> None:
        now, real = clock.now(), clock.real()
        results = [one if isinstance(one, Result) else _result(one, now, real) for one in batch]
        for result in results:
            if result.wamid:
                failpoint("outbox.after_accept")
        waiting, self._unrecorded = [*self._unrecorded, *results], []
        if not waiting:
            return
        try:
            recording.record(waiting)
            self._note_circuits(batch)
        except recording.NotRecorded as error:
            # Tried again until the database is back; should the lease end before, an accept still counts.
            self._unrecorded = error.results
            connection.close()
        failpoint("outbox.after_record")
        self._done(len(waiting) - len(self._unrecorded))

    def _note_circuits(self, batch: list[Report | Result]) -> None:
        try:
            self._circuits.note(one for one in batch if isinstance(one, Report))
        except DatabaseError:
            # The results are written; the next failures open the circuit.
            log.exception("circuits could not be noted")
            connection.close()


def _result(report: Report, now: datetime, real: datetime) -> Result:
    result = react(report.item, report.outcome, now=now, real=real)
    if result.effect is None or not result.effect.stop_reason:
        return result
    return replace(result, effect=replace(result.effect, sealed_token=report.sealed_token))
