"""Two contacts that became one are two again: what the merge moved goes back, what came since stays."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.module_loading import import_string

from crm.contacts import identities
from crm.contacts.merging import VALUES, Log, Merge, values_of
from crm.contacts.models import Contact, ContactMerge
from ops import clock
from ops.events.actions import emit
from ops.runs import ids_of
from tenants.audit import actions as audit

KEPT_FOR = timedelta(days=30)
# Not by their contact alone: their keys are sealed (channels_wa.media.actions.undo_merge).
_BY_THEMSELVES = {"media"}
_MOMENTS = {"blocked_at", "seen_at", "created_at"}


class CannotUndo(Exception):
    """`why` is "undone", "late" or "newer": another merge of the same contact must be taken back first."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def undoable(contact: Contact) -> QuerySet[ContactMerge]:
    """Merges into this contact that can be taken back, the newest first; each only after those before it."""
    recent = ContactMerge.objects.filter(kept=contact, undone_at=None, at__gt=clock.now() - KEPT_FOR)
    return recent.select_related("gone", "by").order_by("-pk")


@transaction.atomic
def undo(merge_id: int, *, by: Any) -> None:
    """Take a merge back. Raises CannotUndo; then nothing is changed."""
    identities.hold_still(alone=True)
    found = ContactMerge.objects.select_for_update().get(pk=merge_id)
    rows = Contact.with_merged.select_for_update().order_by("pk").in_bulk([found.kept_id, found.gone_id])
    kept, gone = rows[found.kept_id], rows[found.gone_id]
    _check(found, kept, gone)
    pairs = {int(old): int(new) for old, new in found.before.get("pairs", [])}
    merged = Merge(kept.pk, gone.pk, pairs, Log(moved=found.moved))
    _move_back(merged)
    for step in _steps():
        step(merged, found.before)
    _part(kept, gone, found.before)
    found.undone_at = clock.now()
    found.save(update_fields=["undone_at"])
    audit.record("contact.unmerged", subject=kept.public_id, by=by, after={"parted": str(gone.public_id)})
    emit(
        "contact.unmerged",
        subject=kept.public_id,
        payload={"gone": str(gone.public_id), "kept_id": kept.pk, "gone_id": gone.pk},
    )


@cache
def _steps() -> tuple[Any, ...]:
    return tuple(import_string(path) for path in settings.CONTACT_UNMERGE_STEPS)


def _check(found: ContactMerge, kept: Contact, gone: Contact) -> None:
    if found.undone_at is not None:
        raise CannotUndo("undone")
    if found.at <= clock.now() - KEPT_FOR:
        raise CannotUndo("late")
    newer = ContactMerge.objects.filter(kept_id=kept.pk, undone_at=None, pk__gt=found.pk).exists()
    if newer or kept.merged_into_id is not None or gone.merged_into_id != kept.pk:
        raise CannotUndo("newer")


def _move_back(merged: Merge) -> None:
    """The rows of the log, as far as they are still where the merge put them."""
    with connection.cursor() as cursor:
        for key, runs in merged.log.moved.items():
            table, _, old = key.partition("@")
            if table in _BY_THEMSELVES:
                continue
            name = connection.ops.quote_name(table)
            if old:
                cursor.execute(
                    f"UPDATE {name} SET conversation_id = %s WHERE conversation_id = %s AND id = ANY(%s)",
                    [int(old), merged.conversations[int(old)], ids_of(runs)],
                )
            else:
                cursor.execute(
                    f"UPDATE {name} SET contact_id = %s WHERE contact_id = %s AND id = ANY(%s)",
                    [merged.gone, merged.kept, ids_of(runs)],
                )


def _part(kept: Contact, gone: Contact, before: dict[str, Any]) -> None:
    """Both rows as they were; what somebody has changed in the kept one since stays."""
    for name, value in before["gone"].items():
        setattr(gone, name, _read(name, value))
    gone.merged_into = None
    gone.version += 1
    gone.save(update_fields=[*VALUES, "merged_into", "version"])
    was, after, now = before["kept"], before["after"], values_of(kept)
    for name in VALUES:
        if name == "tags":
            kept.tags = [tag for tag in kept.tags if tag in was["tags"] or tag not in after["tags"]]
        elif name in ("fields", "preferences"):
            kept_values = {key: value for key, value in now[name].items() if not _came(key, value, was, after, name)}
            setattr(kept, name, kept_values)
        elif now[name] == after[name]:
            setattr(kept, name, _read(name, was[name]))
    kept.version += 1
    kept.save(update_fields=[*VALUES, "version"])
    Contact.with_merged.filter(pk__in=before.get("aliases", []), merged_into=kept).update(merged_into=gone)


def _came(key: str, value: Any, was: dict[str, Any], after: dict[str, Any], name: str) -> bool:
    """Whether the value is the other one's, as it came with the merge."""
    return key not in was[name] and key in after[name] and bool(after[name][key] == value)


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MOMENTS:
        return parse_datetime(value)
    return parse_date(value) if name == "birthday" else value
