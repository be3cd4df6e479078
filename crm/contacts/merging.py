"""Two contacts turned out to be one person: everything goes to the older one, whose ids the world has known longest."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from channels_wa.messages.models import Identity
from crm.contacts.identities import Person
from crm.contacts.models import Contact, Note
from ops.events.actions import emit
from tenants.audit import actions as audit


@dataclass(frozen=True, slots=True)
class Merge:
    """Who becomes part of whom."""

    kept: int
    gone: int
    # Open conversations of the gone one that go on in one of the kept one's, by id.
    conversations: dict[int, int] = field(default_factory=dict)


def merge(one_id: int, other_id: int, *, because: str) -> Person:
    """Make one contact of two; the one that stays. Called under `identities.hold_still(alone=True)`.

    The other row stays too and points to it, so that ids that somebody holds still lead to the person.
    """
    rows = {row.pk: row for row in Contact.objects.select_for_update().filter(pk__in=[one_id, other_id]).order_by("pk")}
    kept, gone = rows[min(rows)], rows[max(rows)]
    merged = Merge(kept.pk, gone.pk)
    for step in steps():
        merged = step(merged)
    Identity.with_former.filter(contact_id=gone.pk).update(contact_id=kept.pk)
    _move_notes(merged)
    _join(kept, gone)
    _tell(merged, kept.public_id, gone.public_id, because)
    return Person(kept.pk, kept.public_id, kept.name)


@cache
def steps() -> tuple[Any, ...]:
    """What moves with a contact (config/lists.py)."""
    return tuple(import_string(path) for path in settings.CONTACT_MERGE_STEPS)


def kept_of(public_id: UUID) -> Contact | None:
    """The contact under this id, or the one that it has become part of."""
    found = Contact.with_merged.filter(public_id=public_id).select_related("merged_into").first()
    return found.merged_into or found if found else None


def _move_notes(merge: Merge) -> None:
    Note.objects.filter(contact_id=merge.gone).update(contact_id=merge.kept)
    for old, new in merge.conversations.items():
        Note.objects.filter(conversation_id=old).update(conversation_id=new)


def _join(kept: Contact, gone: Contact) -> None:
    """What only one of them had is kept; where both had something, the kept one's stays."""
    kept.name = kept.name or gone.name
    kept.language = kept.language or gone.language
    kept.tags = list(dict.fromkeys([*kept.tags, *gone.tags]))
    kept.fields = {**gone.fields, **kept.fields}
    touches = [touch for touch in (*kept.touches.values(), *gone.touches.values()) if touch]
    touches.sort(key=lambda touch: str(touch.get("at", "")))
    kept.attribution = {"first": touches[0], "last": touches[-1]} if touches else {}
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.save(update_fields=["name", "language", "tags", "fields", "attribution", "created_at"])
    with connection.cursor() as cursor:
        # Also those that had become part of the gone one.
        cursor.execute(
            "UPDATE contact SET merged_into_id = %s WHERE id = %s OR merged_into_id = %s", [kept.pk, gone.pk, gone.pk]
        )


def _tell(merged: Merge, kept: UUID, gone: UUID, because: str) -> None:
    audit.record("contact.merged", subject=kept, after={"merged": str(gone), "because": because})
    emit(
        "contact.merged",
        subject=kept,
        payload={
            "gone": str(gone),
            "kept_id": merged.kept,
            "gone_id": merged.gone,
            "conversations": {str(old): new for old, new in merged.conversations.items()},
            "because": because,
        },
    )
