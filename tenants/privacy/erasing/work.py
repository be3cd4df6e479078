"""The erasure of one contact.

1. *cut*: in one transaction, while nobody is kept: their identities go, so that who writes from now on is somebody new;
   what waits to be sent, run or come is ended; who they were is sealed into the request, which alone can go on.
2. *ledger*: the entry outside of the backup. From here on a restored database is told.
3. *rows*: what is no row first (files, deliveries), then every table as its app declares, a batch in a transaction.
   Passes are made until one finds nothing: what was under way when the cut was made may have written since.
4. *check*: everything is searched again; what is found starts another pass. Then the receipt stands, the sealed person
   goes, and nothing of them is left but an id and keyed hashes.
"""

from typing import Any

from django.db import transaction

from ops import clock
from ops.events.actions import emit
from ops.failpoint import failpoint
from ops.ledger import entries
from ops.ledger.models import Erasure
from tenants.audit import actions as audit
from tenants.audit.sealing import pruning
from tenants.privacy import registry, rows
from tenants.privacy.erasing import certificate, checking
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import Person, salon_id

CUT, LEDGER = "cut", "ledger"
MOST_PASSES = 4


class NotOurs(Exception):
    """Somebody else owns the request by now."""


class NotAllGone(Exception):
    """After several passes something was found still."""


def erase(row: PrivacyRequest, *, entry: Erasure | None = None) -> None:
    """Do it to its end, from wherever it stands. `entry`: it is in the ledger already (replaying). Raises Busy."""
    person = Person.opened(bytes(row.sealed_person), row.public_id) if row.stage else _cut(row)
    if person is None:
        _nobody(row)
        return
    failpoint("privacy.after_cut")
    known = entry or entries.reserve(salon_id(), person.public_id)
    if entry is None:
        entries.write(known, contacts=person.public_ids, identities=person.hashes())
    failpoint("privacy.after_ledger")
    if row.stage != LEDGER:
        row.stage, row.ledger_seq = LEDGER, known.seq
        _save(row, "stage", "ledger_seq")
    for _ in range(MOST_PASSES):
        gone = _pass(row, person)
        if not gone and not checking.left(person):
            break
    else:
        raise NotAllGone(", ".join(sorted(checking.left(person))))
    _finish(row, person, known)


@transaction.atomic
def _cut(row: PrivacyRequest) -> Person | None:
    registry.function("lock_people")()
    known: Person | None = registry.function("find_person")(row.contact_public_id)
    if known is None:
        return None
    found = known.with_things()
    for before in registry.functions("before_erasure"):
        before(found)
    row.sealed_person, row.hashes = found.sealed(row.public_id), found.hashes()
    row.contact_public_id, row.stage = found.public_id, CUT
    row.counts = {"identity": len(found.identities)}
    _save(row, "sealed_person", "hashes", "contact_public_id", "stage", "counts")
    return found


def _pass(row: PrivacyRequest, person: Person) -> int:
    """Everything once; how many rows went."""
    for also in registry.functions("also_erase"):
        for kind, count in also(person).items():
            if count:
                _count(row, kind, count)
        failpoint("privacy.after_also")
    if count := pruning.erase(person.things, words=person.needles):
        _count(row, "audit", count)
    total = 0
    for one in registry.of_guests():

        def step(count: int, name: str = one.name) -> None:
            _count(row, name, count)

        total += rows.erase(one, person, step=step)
    return total


def _count(row: PrivacyRequest, kind: str, count: int) -> None:
    row.counts[kind] = row.counts.get(kind, 0) + count
    _save(row, "counts")


def _finish(row: PrivacyRequest, person: Person, entry: Erasure) -> None:
    with transaction.atomic():
        row.result = certificate.result(row, entry.at)
        row.state, row.stage, row.ended_at, row.sealed_person = PrivacyRequest.State.DONE, "", clock.now(), b""
        row.lease_until, row.error = None, ""
        _save(row, "result", "state", "stage", "ended_at", "sealed_person", "lease_until", "error")
        entries.applied(entry)
        audit.record("contact.erased", subject=person.public_id, by=row.by, after={"rows": sum(row.counts.values())})
        emit("contact.erased", subject=person.public_id, payload={"request": str(row.public_id)})
        failpoint("privacy.in_finish")


def _nobody(row: PrivacyRequest) -> None:
    """They are gone already: by another request that was faster."""
    row.state, row.ended_at, row.lease_until = PrivacyRequest.State.DONE, clock.now(), None
    row.result = certificate.result(row, row.created_at)
    _save(row, "state", "ended_at", "lease_until", "result")


def _save(row: PrivacyRequest, *names: str) -> None:
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    if not PrivacyRequest.objects.filter(pk=row.pk, fence=row.fence).update(**values):
        raise NotOurs
