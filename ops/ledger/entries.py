"""Entries of the ledger: written once, never changed, read back when a database was restored.

The number is taken in the database first and the entry written outside after that commit. So in ordinary life the file
is never ahead of the database, whenever a process dies; it is ahead exactly when the database is older than it was.
"""

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from ops import clock
from ops.ledger.models import Erasure
from ops.sealing import platform_macs
from ops.storage import outside

FOLDER = "ledger"
_LOCK = 0x5B11_7035
_PURPOSE = "erasure ledger"


class Behind(Exception):
    """The ledger knows of erasures that this database does not: `manage.py replay_erasures` first."""


class Forged(Exception):
    """An entry that none of SALON_KEYS has signed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who was erased: ids, and keyed hashes of the identities. No name and no phone."""

    seq: int
    salon_id: int
    contacts: tuple[UUID, ...]
    """The contact, and those that had become part of it."""
    identities: tuple[str, ...]
    """See tenants.privacy.whom: only the salon's key makes the same hash of a phone."""
    at: datetime


def reserve(salon_id: int, contact: UUID) -> Erasure:
    """Take the next number for a contact; the same one again where it has one. Raises Behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = Erasure.objects.filter(salon_id=salon_id, contact_public_id=contact).first()
        if known is not None:
            return known
        if missing():
            raise Behind
        last = Erasure.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        return Erasure.objects.create(seq=last + 1, salon_id=salon_id, contact_public_id=contact)


def write(row: Erasure, *, contacts: Sequence[UUID], identities: Sequence[str]) -> None:
    """Write the entry outside, once. Call it after the number is committed."""
    said = {
        "seq": row.seq,
        "salon": row.salon_id,
        "contacts": [str(one) for one in contacts],
        "identities": sorted(identities),
        "at": row.at.isoformat(),
    }
    mac = platform_macs(_PURPOSE, _bytes(said))[0]
    outside().create(f"{FOLDER}/{row.seq:012d}", json.dumps({**said, "mac": mac}).encode())
    Erasure.objects.filter(pk=row.pk, written_at=None).update(written_at=clock.now())


def applied(row: Erasure) -> None:
    """Nothing of it is left here."""
    Erasure.objects.filter(pk=row.pk).update(applied_at=clock.now())


def missing() -> list[int]:
    """Numbers that the ledger has and this database does not, in order: not empty after a restore alone."""
    store = outside()
    if next(store.names(FOLDER), None) is None:
        return []  # nobody was ever erased
    last = Erasure.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return [int(name.rpartition("/")[2]) for name in store.names(FOLDER, f"{FOLDER}/{last:012d}")]


def read(seq: int) -> Entry:
    """One entry. Raises Missing, Forged."""
    said = json.loads(b"".join(outside().read(f"{FOLDER}/{seq:012d}")))
    mac = str(said.pop("mac", ""))
    if said.get("seq") != seq or not any(
        hmac.compare_digest(mac, own) for own in platform_macs(_PURPOSE, _bytes(said))
    ):
        raise Forged(f"entry {seq} of the erasure ledger was not written by this installation")
    return Entry(
        seq=seq,
        salon_id=int(said["salon"]),
        contacts=tuple(UUID(one) for one in said["contacts"]),
        identities=tuple(said["identities"]),
        at=datetime.fromisoformat(said["at"]),
    )


def read_all() -> Iterator[Entry]:
    """Every entry there is, in order. Raises Forged."""
    for name in outside().names(FOLDER):
        yield read(int(name.rpartition("/")[2]))


def _bytes(said: dict[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
