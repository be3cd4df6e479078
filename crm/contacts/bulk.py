"""The same for many contacts at once: one statement, one line of the audit log for each of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.contacts.actions import note_tags
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import NewEvent, emit_many
from tenants.audit import actions as audit

MOST = 1000


@transaction.atomic
def retag(contact_ids: Iterable[int], *, add: Sequence[str] = (), remove: Sequence[str] = (), by: Any) -> int:
    """Put tags on contacts and take others off; how many were changed."""
    changed = []
    for contact in _locked(contact_ids):
        before = list(contact.tags)
        after = list(dict.fromkeys([*(tag for tag in before if tag not in remove), *add]))
        if after != before:
            contact.tags = after
            changed.append((contact, before))
    note_tags(add)
    _save([contact for contact, _before in changed], "tags")
    _tell(
        [(contact.public_id, {"tags": before}, {"tags": contact.tags}) for contact, before in changed],
        [
            _event(
                contact,
                "tags",
                by,
                tags_added=[tag for tag in contact.tags if tag not in before],
                tags_removed=[tag for tag in before if tag not in contact.tags],
            )
            for contact, before in changed
        ],
        by,
    )
    return len(changed)


@transaction.atomic
def block(contact_ids: Iterable[int], *, on: bool, by: Any) -> int:
    """Leave guests alone, or talk to them again; how many were changed."""
    at = clock.now() if on else None
    changed = [contact for contact in _locked(contact_ids) if (contact.blocked_at is not None) != on]
    lines = []
    for contact in changed:
        lines.append((contact.public_id, {"blocked_at": _text(contact.blocked_at)}, {"blocked_at": _text(at)}))
        contact.blocked_at = at
    _save(changed, "blocked_at")
    _tell(lines, [_event(contact, "blocked_at", by) for contact in changed], by)
    return len(changed)


def _locked(contact_ids: Iterable[int]) -> list[Contact]:
    # In one order, so that two who mark the same people do not wait for each other.
    wanted = sorted(set(contact_ids))[:MOST]
    return list(Contact.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))


def _save(contacts: Sequence[Contact], name: str) -> None:
    if not contacts:
        return
    for contact in contacts:
        contact.version += 1
    Contact.objects.bulk_update(contacts, [name, "version"], batch_size=MOST)


def _event(contact: Contact, name: str, by: Any, **more: Any) -> NewEvent:
    payload = {"changed": [name], "contact_id": contact.pk, "by": _kind_of(by), **more}
    return NewEvent("contact.changed", contact.public_id, payload)


def _tell(lines: Sequence[tuple[UUID, Any, Any]], events: Sequence[NewEvent], by: Any) -> None:
    audit.record_many("contact.changed", [audit.Line(*line) for line in lines], by=by)
    emit_many(events)


def _kind_of(by: Any) -> str:
    return "system" if by is None else type(by).__name__.lower()


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
