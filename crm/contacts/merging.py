"""Two contacts turned out to be one person: everything goes to the older one, whose ids the world has known longest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from crm.contacts import identities
from crm.contacts.identities import Person
from crm.contacts.models import Contact, ContactMerge
from ops.events.actions import emit
from ops.runs import runs_of
from tenants.audit import actions as audit
from tenants.members.models import Member

# What of a row a merge may change, and an undo puts back.
VALUES = (
    "name",
    "language",
    "tags",
    "fields",
    "attribution",
    "birthday",
    "preferences",
    "blocked_at",
    "seen_at",
    "created_at",
)


class AlreadyOne(Exception):
    """The two have become one contact meanwhile."""


@dataclass(slots=True)
class Log:
    """What a merge moves, for the undo: ids by table, and by "table@id" those that left a conversation."""

    moved: dict[str, list[int]] = field(default_factory=dict)
    # What else stood otherwise before, by the name of whoever changed it.
    before: dict[str, Any] = field(default_factory=dict)

    def take(self, key: str, ids: Iterable[int]) -> None:
        """These were moved."""
        self.moved.setdefault(key, []).extend(ids)

    def as_runs(self) -> dict[str, list[Any]]:
        """As it is stored: [first, last] for what follows one another."""
        return {key: runs_of(ids) for key, ids in self.moved.items() if ids}


@dataclass(frozen=True, slots=True)
class Merge:
    """Who becomes part of whom."""

    kept: int
    gone: int
    # Open conversations that go on in another one, by id.
    conversations: dict[int, int] = field(default_factory=dict)
    log: Log = field(default_factory=Log, compare=False)

    def took(self, table: str, ids: Iterable[int]) -> None:
        """Whoever moves rows in a way of their own says which."""
        self.log.take(table, ids)

    def reassign(self, table: str) -> None:
        """All rows of the table that were the gone one's are the kept one's."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET contact_id = %s WHERE contact_id = %s RETURNING id", [self.kept, self.gone]
            )
            self.log.take(table, (pk for (pk,) in cursor.fetchall()))

    def rejoin(self, table: str) -> None:
        """What stood in a conversation that goes on elsewhere follows it there."""
        with connection.cursor() as cursor:
            for old, new in self.conversations.items():
                cursor.execute(
                    f"UPDATE {table} SET conversation_id = %s WHERE conversation_id = %s RETURNING id", [new, old]
                )
                self.log.take(f"{table}@{old}", (pk for (pk,) in cursor.fetchall()))


@transaction.atomic
def merge_by_hand(one: UUID, other: UUID, *, by: Any) -> Person:
    """A person says that these two are one. Raises AlreadyOne where they are by now."""
    identities.hold_still(alone=True)
    found = [kept_of(public_id) for public_id in (one, other)]
    first, second = found
    if first is None or second is None or first.pk == second.pk:
        raise AlreadyOne
    return merge(first.pk, second.pk, because="by hand", by=by)


def merge(one_id: int, other_id: int, *, because: str, by: Any = None) -> Person:
    """Make one contact of two; the one that stays. Called under `identities.hold_still(alone=True)`.

    The other row stays too and points to it, so that ids that somebody holds still lead to the person.
    """
    rows = {row.pk: row for row in Contact.objects.select_for_update().filter(pk__in=[one_id, other_id]).order_by("pk")}
    kept, gone = rows[min(rows)], rows[max(rows)]
    merged = Merge(kept.pk, gone.pk)
    before: dict[str, Any] = {"kept": values_of(kept), "gone": values_of(gone)}
    for step in steps():
        merged = step(merged)
    merged.reassign("identity")
    merged.reassign("note")
    merged.rejoin("note")
    aliases = _join(kept, gone)
    before |= {"after": values_of(kept), "aliases": aliases, "pairs": list(merged.conversations.items())}
    ContactMerge.objects.create(
        kept=kept,
        gone=gone,
        because=because[:40],
        before={**before, **merged.log.before},
        moved=merged.log.as_runs(),
        # A program's part in it stands in the audit log.
        by=by if isinstance(by, Member) else None,
    )
    _tell(merged, kept.public_id, gone.public_id, because, by)
    return Person(kept.pk, kept.public_id, kept.name)


@cache
def steps() -> tuple[Any, ...]:
    """What moves with a contact (config/lists.py)."""
    return tuple(import_string(path) for path in settings.CONTACT_MERGE_STEPS)


def kept_of(public_id: UUID) -> Contact | None:
    """The contact under this id, or the one that it has become part of."""
    found = Contact.with_merged.filter(public_id=public_id).select_related("merged_into").first()
    return found.merged_into or found if found else None


def values_of(contact: Contact) -> dict[str, Any]:
    """The row as a merge's log keeps it."""
    values = {name: getattr(contact, name) for name in VALUES}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def join(kept: Contact, gone: Contact) -> None:
    """What only one of them had is kept; where both had something, the kept one's stays. Writes nothing."""
    kept.name = kept.name or gone.name
    kept.language = kept.language or gone.language
    kept.tags = list(dict.fromkeys([*kept.tags, *gone.tags]))
    kept.fields = {**gone.fields, **kept.fields}
    touches = [touch for touch in (*kept.touches.values(), *gone.touches.values()) if touch]
    touches.sort(key=lambda touch: str(touch.get("at", "")))
    ways = {**gone.attribution, **kept.attribution}
    kept.attribution = {**ways, "first": touches[0], "last": touches[-1]} if touches else ways
    kept.birthday = kept.birthday or gone.birthday
    kept.preferences = {**gone.preferences, **kept.preferences}
    # Whoever was blocked under one name does not come back under the other.
    kept.blocked_at = kept.blocked_at or gone.blocked_at
    kept.seen_at = max((at for at in (kept.seen_at, gone.seen_at) if at), default=None)
    kept.created_at = min(kept.created_at, gone.created_at)


def _join(kept: Contact, gone: Contact) -> list[int]:
    """Write the one that stays; those that had become part of the gone one before, by id."""
    join(kept, gone)
    kept.version += 1
    kept.save(update_fields=[*VALUES, "version"])
    with connection.cursor() as cursor:
        # Also those that had become part of the gone one.
        cursor.execute(
            "UPDATE contact SET merged_into_id = %s WHERE id = %s OR merged_into_id = %s RETURNING id",
            [kept.pk, gone.pk, gone.pk],
        )
        return [pk for (pk,) in cursor.fetchall() if pk != gone.pk]


def _tell(merged: Merge, kept: UUID, gone: UUID, because: str, by: Any) -> None:
    audit.record("contact.merged", subject=kept, by=by, after={"merged": str(gone), "because": because})
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
