"""Asking for an export or an erasure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ops import clock
from ops.timers.actions import NewTimer, set_many
from tenants.audit import actions as audit
from tenants.members.models import Member
from tenants.privacy import registry, rows
from tenants.privacy.declaring import Words
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import Person, salon_id

WORK = "privacy.work"
OPEN = (PrivacyRequest.State.WAITING, PrivacyRequest.State.RUNNING)


class Unknown(Exception):
    """There is no such contact (any more)."""


def ask_export(public_id: UUID, *, by: Any) -> PrivacyRequest:
    """Have a contact's data put into a file. The open request where there is one already. Raises Unknown."""
    return _ask(PrivacyRequest.Kind.EXPORT, public_id, by=by, why=PrivacyRequest.Why.GUEST)


def ask_erasure(public_id: UUID, *, by: Any, why: str) -> PrivacyRequest:
    """Have a contact erased. The open request where there is one already. Raises Unknown."""
    return _ask(PrivacyRequest.Kind.ERASURE, public_id, by=by, why=why)


def person_of(public_id: UUID) -> Person:
    """The contact. Raises Unknown."""
    found: Person | None = registry.function("find_person")(public_id)
    if found is None:
        raise Unknown
    return found


def preview(person: Person) -> tuple[list[tuple[Words, int]], list[tuple[Words, int, Words]]]:
    """What an erasure would take away, and what it would take the guest out of: kind, how many, and why it stays."""
    whole = person.with_things()
    goes, stays = [], []
    for one in registry.of_guests():
        if count := rows.count(one, whole):
            if one.blank:
                stays.append((one.label or one.name, count, one.stays))
            elif not one.is_public:
                goes.append((one.label or one.name, count))
    return goes, stays


@transaction.atomic
def _ask(kind: str, public_id: UUID, *, by: Any, why: str) -> PrivacyRequest:
    person = person_of(public_id)
    row, is_new = PrivacyRequest.objects.get_or_create(
        kind=kind,
        contact_public_id=person.public_id,
        state__in=OPEN,
        defaults={"why": why, "by": by if isinstance(by, Member) else None, "state": PrivacyRequest.State.WAITING},
    )
    if is_new:
        audit.record(f"contact.{kind}_asked", subject=person.public_id, by=by, after={"why": why})
        wake(row)
    return row


def again(row: PrivacyRequest, *, by: Any) -> None:
    """One that stopped goes on."""
    with transaction.atomic():
        fresh = PrivacyRequest.objects.select_for_update().get(pk=row.pk)
        if fresh.state != PrivacyRequest.State.FAILED:
            return
        fresh.state, fresh.stumbles, fresh.error = PrivacyRequest.State.WAITING, 0, ""
        fresh.save(update_fields=["state", "stumbles", "error"])
        audit.record(f"contact.{fresh.kind}_resumed", subject=fresh.contact_public_id, by=by)
        wake(fresh)


def wake(row: PrivacyRequest, at: datetime | None = None) -> None:
    """Have it worked on."""
    set_many(salon_id(), [NewTimer(WORK, str(row.public_id), at or clock.now())])
