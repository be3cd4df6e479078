"""Telling a restored database whom it must forget."""

import logging
from uuid import UUID

from django.db import connection

from ops import clock
from ops.ledger import entries, opening
from ops.ledger.entries import Entry
from ops.ledger.models import Erasure
from ops.salon import run_in_salon, schema_of
from tenants.accounts.deleting import NO_SALON, delete_again
from tenants.privacy import registry
from tenants.privacy.erasing.work import erase
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import hashes_of_values

log = logging.getLogger(__name__)


def replay(*, everything: bool = False) -> int:
    """Erase again whoever the ledger knows and this database does not; how many went. Twice is once.

    On the public side. Raises entries.Forged, and whatever stops an erasure: then it is not open yet.
    """
    wanted = list(entries.read_all()) if everything else [entries.read(seq) for seq in entries.missing()]
    gone = 0
    for entry in wanted:
        gone += _replay(entry)
    opening.behind(anew=True)
    return gone


def _replay(entry: Entry) -> int:
    if entry.salon_id == NO_SALON:
        gone = delete_again(entry)
    else:
        gone = run_in_salon(entry.salon_id, lambda: _in_salon(entry)) if _exists(entry.salon_id) else 0
    # Last: until here the database counts as one that was not told.
    row, _new = Erasure.objects.get_or_create(
        pk=entry.seq,
        defaults={
            "salon_id": entry.salon_id,
            "contact_public_id": entry.contacts[0],
            "at": entry.at,
            "written_at": entry.at,
        },
    )
    entries.applied(row)
    return gone


def _in_salon(entry: Entry) -> int:
    """Those with one of the ids, and those older than the erasure with one of the identities."""
    people = registry.function("people_with")(list(entry.identities), hashes_of_values, entry.at)
    known = Erasure(pk=entry.seq, salon_id=entry.salon_id, contact_public_id=entry.contacts[0], at=entry.at)
    gone = 0
    for public_id in dict.fromkeys((*entry.contacts, *people)):
        if registry.function("find_person")(public_id) is None and not _is_open(public_id):
            continue
        row, _new = PrivacyRequest.objects.get_or_create(
            kind=PrivacyRequest.Kind.ERASURE,
            contact_public_id=public_id,
            state__in=[PrivacyRequest.State.WAITING, PrivacyRequest.State.RUNNING],
            defaults={"why": PrivacyRequest.Why.RESTORE, "state": PrivacyRequest.State.RUNNING},
        )
        row.fence, row.lease_until = row.fence + 1, clock.real()
        row.save(update_fields=["fence", "lease_until"])
        erase(row, entry=known)
        gone += 1
    return gone


def _is_open(public_id: UUID) -> bool:
    """Begun and not ended, by a replay that was killed or before the backup: then the person is sealed in it."""
    return PrivacyRequest.objects.filter(
        kind=PrivacyRequest.Kind.ERASURE, contact_public_id=public_id, state__in=["waiting", "running"]
    ).exists()


def _exists(salon_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema_of(salon_id)])
        return bool(cursor.fetchone()[0])
