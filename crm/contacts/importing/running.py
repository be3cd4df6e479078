"""The work on a list, in a worker's thread: batch by batch, each in one transaction with how far it is.

A worker that is killed loses the batch that was not committed and nothing else: its lease ends, the next tick finds the
list, and whoever takes it goes on after the last row that was settled. A fence keeps two from writing the same list.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import close_old_connections, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.quotas import gates
from crm.contacts import fields, identities
from crm.contacts.actions import portfolios
from crm.contacts.importing import ending, planning, writing
from crm.contacts.importing.files import rows_of
from crm.contacts.importing.limits import Unreadable
from crm.contacts.importing.options import Options
from crm.contacts.importing.people import Person, Reader, Refusal
from crm.contacts.importing.rows import FileRow
from crm.contacts.models import ContactImport, Tag
from ops import clock
from ops.failpoint import failpoint
from ops.salon import current_salon_id, inside
from ops.timers.actions import NewTimer, set_next
from ops.timers.registry import Due
from tenants.members.models import Member
from tenants.salons.models import Salon

log = logging.getLogger(__name__)

TICK = "contacts.import"
EVERY = timedelta(seconds=4)
LEASE = timedelta(seconds=16)
BATCH = 2000
THREADS = 2
# Of a batch; rows of long cells come in smaller ones.
_MOST_CHARACTERS = 8 * 1024 * 1024
# Tries in a row that came to no end; then the list is given up, with what was written.
MOST_STUMBLES = 5
# Of refusals with their cells; whoever has more has brought the wrong file.
MOST_REFUSALS = 100_000
State = ContactImport.State
WORKING = (State.CHECKING, State.RUNNING)

_free = threading.BoundedSemaphore(THREADS)
# Salons whose list this process works on: one with many large lists leaves a thread to the others.
_busy: set[int] = set()
_busy_lock = threading.Lock()


class NotOurs(Exception):
    """Somebody else owns the list by now, or it was cancelled; nothing of this batch is written."""


def tick(due: Sequence[Due]) -> None:
    """A timer of lists in work: comes again until they are done, and has a thread of this process look."""
    salon_id = current_salon_id() or 0
    at_work = set(
        ContactImport.objects.filter(public_id__in=[one.subject for one in due], state__in=WORKING).values_list(
            "public_id", flat=True
        )
    )
    for one in due:
        if UUID(one.subject) in at_work:
            set_next(salon_id, NewTimer(TICK, one.subject, clock.now() + EVERY, one.version))
            transaction.on_commit(lambda subject=one.subject: _start(salon_id, UUID(subject)))  # type: ignore[misc]


def _start(salon_id: int, public_id: UUID) -> None:
    with _busy_lock:
        if salon_id in _busy or not _free.acquire(blocking=False):
            return
        _busy.add(salon_id)
    try:
        threading.Thread(target=_work_and_leave, args=(salon_id, public_id), name="import", daemon=True).start()
    except RuntimeError:
        # No thread to be had: at the next tick perhaps.
        log.exception("an import could not be begun")
        _leave(salon_id)


def _leave(salon_id: int) -> None:
    with _busy_lock:
        _busy.discard(salon_id)
        _free.release()


def _work_and_leave(salon_id: int, public_id: UUID) -> None:
    over = threading.Event()
    try:
        with inside(salon_id):
            if (one := _claim(public_id)) is not None:
                beat = threading.Thread(target=_keep, args=(salon_id, one.pk, one.fence, over), daemon=True)
                beat.start()
                _go_on(one)
    except Exception:
        log.exception("an import could not be worked on")
    finally:
        over.set()
        try:
            close_old_connections()
        finally:
            _leave(salon_id)


def _keep(salon_id: int, pk: int, fence: int, over: threading.Event) -> None:
    """While this process lives the list stays its own, however long a part of the work takes on a busy machine."""
    while not over.wait(LEASE.total_seconds() / 4):
        try:
            with inside(salon_id):
                ours = ContactImport.objects.filter(pk=pk, fence=fence, state__in=WORKING)
                ours.update(lease_until=clock.real() + LEASE)
        except Exception:
            log.exception("the lease of an import could not be renewed")
        finally:
            close_old_connections()


def work(public_id: UUID) -> None:
    """Take the list, unless somebody has it, and go on with it to its end. Inside the salon, outside a transaction."""
    if (one := _claim(public_id)) is not None:
        _go_on(one)


def _go_on(one: ContactImport) -> None:
    options = Options.read(one.options)
    with override(options.language):
        if options.stumbles >= MOST_STUMBLES:
            _give_up(one)
            return
        try:
            _Work(one).run()
        except NotOurs:
            log.info("import %s has another owner or was cancelled", one.public_id)
        except Unreadable as problem:
            ending.fail(one, str(problem), fence=one.fence)
        except Exception:
            log.exception("import %s stumbled", one.public_id)
            _stumble(one)


def _claim(public_id: UUID) -> ContactImport | None:
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(
            # A lease that ran out is of somebody who was killed, by this list perhaps: they cannot count that any more.
            "UPDATE contact_import SET lease_until = %s, fence = fence + 1, options = CASE WHEN lease_until IS NULL "
            "THEN options ELSE jsonb_set(options, '{stumbles}', "
            "to_jsonb(COALESCE((options->>'stumbles')::int, 0) + 1)) END "
            "WHERE public_id = %s AND state = ANY(%s) AND (lease_until IS NULL OR lease_until < %s)",
            [now + LEASE, public_id, list(WORKING), now],
        )
        if not cursor.rowcount:
            return None
    return ContactImport.objects.select_related("by").get(public_id=public_id)


def _stumble(one: ContactImport) -> None:
    """Let it be tried again by the next tick; after some tries without a step forward it is given up."""
    with transaction.atomic():
        row = ContactImport.objects.select_for_update().filter(pk=one.pk, fence=one.fence).first()
        if row is None:
            return
        options = Options.read(row.options)
        options.stumbles += 1
        row.options, row.lease_until, row.fence = options.as_json(), None, row.fence + 1
        row.save(update_fields=["options", "lease_until", "fence"])
    if options.stumbles >= MOST_STUMBLES:
        _give_up(row)


def _give_up(one: ContactImport) -> None:
    words = _("Something went wrong after row %(row)d; we have been told.") % {"row": one.row}
    ending.fail(one, words, fence=one.fence)


@dataclass(slots=True)
class _Batch:
    people: list[Person] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0
    rows: int = 0
    last: int = 0
    characters: int = 0

    @property
    def is_full(self) -> bool:
        """No row more."""
        return self.rows >= BATCH or self.characters >= _MOST_CHARACTERS


class _Work:
    """One owner's work on one list."""

    def __init__(self, one: ContactImport) -> None:
        salon = Salon.objects.get(pk=current_salon_id())
        self.one, self.options = one, Options.read(one.options)
        self.is_trial = one.state == State.CHECKING
        tags = list(Tag.objects.values_list("name", flat=True))
        self.reader = Reader(self.options, fields.live(), tags, ZoneInfo(salon.time_zone))
        self.own = portfolios()
        self.known = planning.known_portfolios(self.own)
        self.by = f"{Member.__name__.lower()} {one.by.public_id}" if one.by else "system"
        self.seen: set[str] = set()
        # New contacts of a trial: it writes none, and they would take the plan's places all the same.
        self.tried = 0
        self.examples: dict[str, list[Any]] = one.trial.get("examples") or {planning.CREATED: [], planning.CHANGED: []}

    def run(self) -> None:
        """To the end of the file."""
        for batch in self._batches():
            if batch.last <= self.one.row:
                planning.note_seen(batch.people, self.seen, self.known)
            else:
                self._settle(batch)
        ending.finish(self.one, examples=self.examples)

    def _batches(self) -> Iterator[_Batch]:
        """The file's rows in batches; none holds rows from both sides of where the one before us ended."""
        batch, edge = _Batch(), self.one.row
        for number, row in enumerate(rows_of(self.one, self.options)):
            if number == 0 and self.options.has_header:
                continue
            if batch.rows and (batch.is_full or (batch.last <= edge < row.number)):
                yield batch
                batch = _Batch()
            self._read(row, batch)
        if batch.rows:
            yield batch

    def _read(self, row: FileRow, batch: _Batch) -> None:
        person, refusals = self.reader.read(row)
        if person is None:
            batch.refused += 1
        else:
            batch.people.append(person)
        batch.refusals += refusals
        batch.rows += 1
        batch.last = row.number
        batch.characters += sum(map(len, row.cells))

    def _settle(self, batch: _Batch) -> None:
        for last_try in (False, False, True):
            seen = set(self.seen)
            try:
                with transaction.atomic():
                    plan = self._plan(batch, seen)
                    self._step(batch, plan)
                    failpoint("import.batch")
            except writing.TakenMeanwhile:
                if last_try:
                    raise
                continue
            break
        self.seen = seen
        self.one.row = batch.last
        failpoint("import.settled")

    def _plan(self, batch: _Batch, seen: set[str]) -> planning.Plan:
        if not self.is_trial:
            # Nobody's contacts are merged under our feet.
            identities.hold_still()
        plan = planning.plan(
            batch.people,
            seen,
            existing=self.options.existing,
            portfolios=self.known,
            lock=not self.is_trial,
            room=gates.room("contacts", len(batch.people) + self.tried) - self.tried,
        )
        if self.is_trial:
            self.tried += plan.counts[planning.CREATED]
        for name, found in plan.examples.items():
            self.examples[name] = [*self.examples.get(name, []), *found][: planning.EXAMPLES]
        if not self.is_trial:
            writing.write(plan, self.one, portfolios=self.own, by=self.by)
            if plan.counts[planning.CREATED]:
                gates.grown("contacts", plan.counts[planning.CREATED])
        return plan

    def _step(self, batch: _Batch, plan: planning.Plan) -> None:
        """How far we are: in the same transaction as what was written, and only if the list is still ours."""
        refusals = [*batch.refusals, *plan.refusals]
        if self.one.refused + self.one.partly < MOST_REFUSALS:
            writing.write_refusals(refusals, self.one)
        counts = {**plan.counts, planning.REFUSED: plan.counts[planning.REFUSED] + batch.refused}
        partly = len({one.row.number for one in refusals if one.is_partly})
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contact_import SET row = %s, created = created + %s, changed = changed + %s, "
                "unchanged = unchanged + %s, repeated = repeated + %s, refused = refused + %s, partly = partly + %s, "
                "lease_until = %s, options = jsonb_set(options, '{stumbles}', '0'), "
                "trial = CASE WHEN state = %s THEN jsonb_build_object('examples', %s::jsonb) ELSE trial END "
                "WHERE id = %s AND fence = %s AND state = %s RETURNING refused, partly",
                [
                    batch.last,
                    *(counts[name] for name in (
                        planning.CREATED, planning.CHANGED, planning.UNCHANGED, planning.REPEATED, planning.REFUSED
                    )),
                    partly,
                    clock.real() + LEASE,
                    State.CHECKING,
                    ending.as_json(self.examples),
                    self.one.pk,
                    self.one.fence,
                    self.one.state,
                ],
            )  # fmt: skip
            found = cursor.fetchone()
        if found is None:
            raise NotOurs
        self.one.refused, self.one.partly = found
