"""How the work on a list ends: done, failed, cancelled; and how its file and what it held are forgotten."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.contacts.importing.planning import CHANGED, CREATED, REFUSED, REPEATED, UNCHANGED
from crm.contacts.models import ContactImport, ImportRow
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.storage import storage
from ops.timers.actions import NewTimer, set_missing
from ops.timers.registry import Due
from tenants.audit import actions as audit

FORGET = "contacts.import.forget"
# A list that nobody imported in this time is thrown away; rows that were refused are kept so long to be mended.
FILE_DAYS, ROWS_DAYS = timedelta(days=7), timedelta(days=90)
COUNTS = (CREATED, CHANGED, UNCHANGED, REPEATED, REFUSED, "partly")
State = ContactImport.State
ENDED = (State.DONE, State.CANCELLED, State.FAILED)


def as_json(value: Any) -> str:
    """For a jsonb parameter."""
    return json.dumps(value)


def counts_of(one: ContactImport) -> dict[str, int]:
    """What became of its rows so far."""
    return {name: int(getattr(one, name)) for name in COUNTS}


def finish(one: ContactImport, *, examples: dict[str, Any]) -> None:
    """The file's last row is settled: a trial waits for a person's word, a run is done."""
    with transaction.atomic():
        row = ContactImport.objects.select_for_update().filter(pk=one.pk, fence=one.fence, state=one.state).first()
        if row is None:
            return
        row.lease_until = None
        if row.state == State.CHECKING:
            row.state, row.rows_total = State.CHECKED, row.row
            row.trial = {**counts_of(row), "examples": examples}
        else:
            row.state, row.ended_at = State.DONE, clock.now()
            _tell(row, "contacts.imported")
        row.save()
        if row.state == State.DONE:
            _drop_file_on_commit(row)


def fail(one: ContactImport, words: str, *, fence: int) -> None:
    """It cannot go on; what was written before stays, and is counted."""
    with transaction.atomic():
        row = ContactImport.objects.select_for_update().filter(pk=one.pk, fence=fence).exclude(state__in=ENDED).first()
        if row is None:
            return
        was_trial = row.state == State.CHECKING
        row.state, row.error, row.ended_at, row.lease_until = State.FAILED, words[:300], clock.now(), None
        row.save()
        _tell(row, "contacts.import_failed" if not was_trial else "contacts.import_refused")
        _drop_file_on_commit(row)


def cancel(one: ContactImport, *, by: Any) -> bool:
    """No further; what was written stays. Whoever works on it finds its fence gone. False where it has ended."""
    with transaction.atomic():
        row = ContactImport.objects.select_for_update().filter(pk=one.pk).exclude(state__in=ENDED).first()
        if row is None:
            return False
        if row.state != State.RUNNING:
            # The counts of a trial are not those of contacts.
            _clear(row)
        row.state, row.ended_at, row.lease_until = State.CANCELLED, clock.now(), None
        row.fence += 1
        row.save()
        audit.record("contacts.import_cancelled", subject=row.public_id, by=by, after=_said(row))
        emit("contacts.import_cancelled", subject=row.public_id, payload=_said(row))
        _drop_file_on_commit(row)
    return True


def clear(row: ContactImport) -> None:
    """Begin anew with the same file: no row is settled, none refused. Inside a transaction; the caller saves it."""
    _clear(row)
    row.row, row.error = 0, ""
    row.lease_until = None
    row.fence += 1


def remember_to_forget(one: ContactImport) -> None:
    """In the transaction of the upload."""
    now, subject = clock.now(), str(one.public_id)
    timers = [NewTimer(FORGET, subject, now + FILE_DAYS, 1), NewTimer(FORGET, subject, now + ROWS_DAYS, 2)]
    set_missing(current_salon_id(), timers)


def forget(due: Sequence[Due]) -> None:
    """The time of a file that was never imported, or of refused rows, is over."""
    for timer in due:
        row = ContactImport.objects.select_for_update().filter(public_id=UUID(timer.subject)).first()
        if row is None:
            continue
        if row.state in (State.UPLOADED, State.CHECKED):
            cancel(row, by=None)
        if timer.version == 2:
            ImportRow.objects.filter(contact_import=row).delete()


def drop_file(storage_key: str) -> None:
    """Throw a file away; its key goes with the row's."""
    if storage_key.startswith(f"{current_salon_id()}/"):
        storage().delete(storage_key)


def _clear(row: ContactImport) -> None:
    ImportRow.objects.filter(contact_import=row).delete()
    for name in COUNTS:
        setattr(row, name, 0)


def _tell(row: ContactImport, kind: str) -> None:
    audit.record(kind, subject=row.public_id, by=row.by, after=_said(row))
    emit(kind, subject=row.public_id, payload=_said(row))


def _said(row: ContactImport) -> dict[str, Any]:
    return {"file": row.file_name, "state": row.state, "rows": row.row, **counts_of(row)}


def _drop_file_on_commit(row: ContactImport) -> None:
    ContactImport.objects.filter(pk=row.pk).update(sealed_key=b"")
    transaction.on_commit(lambda: drop_file(row.storage_key))
