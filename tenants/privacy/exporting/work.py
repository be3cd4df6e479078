"""Making the file of one contact. A worker that is killed leaves nothing; whoever takes the request begins anew."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from ops import clock
from ops.failpoint import failpoint
from ops.sealing import place
from ops.storage import new_key as new_storage_key
from ops.storage import storage
from ops.storage.sealed import Sealer, new_key, opened
from tenants.audit import actions as audit
from tenants.privacy import policy, registry, rows
from tenants.privacy.exporting.archive import Archive
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.requests import Unknown, person_of
from tenants.privacy.whom import Person, salon_id
from tenants.salons.keys import box_of
from tenants.salons.models import Salon

PART = "export"
# Names of the files by the app: what a person finds there.
_FILES = {
    "crm.contacts": "contact",
    "crm.consent": "consent",
    "crm.inbox": "conversations",
    "channels_wa.messages": "messages",
    "channels_wa.media": "files",
    "crm.bookings": "visits",
    "crm.deals": "deals_and_tasks",
    "billing.payment_links": "payments",
    "flows": "flows",
    "tenants.privacy": "history",
}


def export(row: PrivacyRequest) -> None:
    """Make it, and end the request."""
    try:
        person = person_of(row.contact_public_id).with_things()
    except Unknown:
        _end(row, state=PrivacyRequest.State.FAILED, error="The contact is gone.")
        return
    salon = Salon.objects.get(pk=salon_id())
    key, storage_key = new_key(), new_storage_key(salon.pk)
    digest, size = hashlib.sha256(), 0
    with override(salon.language), storage().writing(storage_key) as writer:
        sealer = Sealer(key, PART, writer.write)

        def take(piece: bytes) -> None:
            nonlocal size
            digest.update(piece)
            size += len(piece)
            sealer.add(piece)

        counts = _write(Archive(take), row, person, salon)
        sealer.finish()
        failpoint("privacy.in_export")
    days = policy.days_of("exports")
    done = _end(
        row,
        state=PrivacyRequest.State.DONE,
        storage_key=storage_key,
        sealed_key=box_of(salon.pk).seal(key, _place(row)),
        bytes=size,
        sha256=digest.hexdigest(),
        counts=counts,
        expires_at=clock.now() + timedelta(days=days) if days else None,
        error="",
    )
    if not done:
        storage().delete(storage_key)  # somebody else made it meanwhile
        return
    audit.record("contact.exported", subject=person.public_id, by=row.by, after={"bytes": size})


def reading(row: PrivacyRequest) -> Iterator[bytes]:
    """The bytes of a file that was made. Raises CannotOpen, Missing."""
    key = box_of(salon_id()).open(bytes(row.sealed_key), _place(row))
    return opened(key, PART, row.bytes, lambda at: storage().read(row.storage_key, at))


def _write(archive: Archive, row: PrivacyRequest, person: Person, salon: Salon) -> dict[str, int]:
    apps, counts = registry.apps_of_tables(), dict[str, int]()
    tables = sorted((one for one in registry.of_guests() if one.in_export), key=lambda one: apps[one.name])
    archive.add("README.txt", [_about(salon).encode()])
    for app, some in groupby(tables, key=lambda one: apps[one.name]):
        archive.add(f"data/{_FILES.get(app, app)}.json", _json(list(some), person, counts))
    for files in registry.functions("files_of"):
        for file in files(person):
            archive.add(file.name, file.pieces)
            counts["file"] = counts.get("file", 0) + 1
    archive.finish(
        {
            "salon": salon.name,
            "contact": str(person.public_id),
            "request": str(row.public_id),
            "made_at": clock.now().isoformat(),
            "rows": dict(counts),
        }
    )
    return counts


def _json(tables: list[Any], person: Person, counts: dict[str, int]) -> Iterator[bytes]:
    yield b"{"
    for place_of, one in enumerate(tables):
        head = {"what": str(one.label or one.name), "why": str(one.why), "kept": str(one.kept)}
        begin = json.dumps(head, ensure_ascii=False)[:-1]
        yield f'{"," if place_of else ""}\n {json.dumps(one.name)}: {begin}, "rows": ['.encode()
        count = 0
        for row in rows.read(one, person):
            line = json.dumps(row, ensure_ascii=False, default=str)
            yield f"{',' if count else ''}\n  {line}".encode()
            count += 1
        counts[one.name] = count
        yield b"]}"
    yield b"\n}\n"


def _about(salon: Salon) -> str:
    return "\n\n".join(
        [
            _("All that %(salon)s knows of one person, as of today.") % {"salon": salon.name},
            _("data/ holds what is written, as JSON: what it is, why it is kept, how long, and the rows."),
            _("media/ holds the photos and files."),
            _("manifest.json names each file with its SHA-256; manifest.sig is the signature over it (Ed25519)."),
            "",
        ]
    )


def _place(row: PrivacyRequest) -> bytes:
    return place(salon_id(), "privacy_request", "sealed_key", row.public_id)


def _end(row: PrivacyRequest, **values: Any) -> bool:
    mine = PrivacyRequest.objects.filter(pk=row.pk, fence=row.fence, state=PrivacyRequest.State.RUNNING)
    return bool(mine.update(lease_until=None, ended_at=clock.now(), **values))
