"""Taking over what Meta has: its word on status, category and text is the truth; unsent changes stay beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from channels_wa.adapters.cloud_api import templates
from channels_wa.message_templates import hearing
from channels_wa.message_templates.meta import category_of, client_of, quality_of, reason_of, status_of
from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.shape import JSON
from channels_wa.message_templates.telling import tell_change
from ops import clock

AT_ONCE = 200


def sync(waba_id: str) -> int:
    """Read all templates of an account; how many. Raises GraphError. Inside the salon, outside of a transaction."""
    client = client_of(waba_id)
    if client is None:
        return 0
    asked_at, seen, batch = clock.now(), set[str](), list[JSON]()
    for found in templates.each(client, waba_id):
        if not _is_whole(found):
            continue
        seen.add(str(found["id"]))
        batch.append(found)
        if len(batch) == AT_ONCE:
            take(waba_id, batch, at=asked_at)
            batch = []
    take(waba_id, batch, at=asked_at)
    _note_gone(waba_id, seen, asked_at)
    return len(seen)


@transaction.atomic
def take(waba_id: str, found: Iterable[JSON], *, at: datetime) -> None:
    """Write what Meta said of these templates at that moment."""
    by_place = {(str(one["name"]), str(one["language"])): one for one in found}
    rows = MessageTemplate.objects.live().select_for_update().of_account(waba_id)
    known = {(row.name, row.language): row for row in rows.filter(name__in={name for name, _ in by_place})}
    for place, one in by_place.items():
        row = known.get(place)
        if row is None:
            row = MessageTemplate(waba_id=waba_id, name=place[0], language=place[1], status=Status.PENDING)
            _fill(row, one, at, is_new=True)
        else:
            _fill(row, one, at)


def _fill(row: MessageTemplate, found: JSON, at: datetime, *, is_new: bool = False) -> None:
    components = found.get("components")
    components = components if isinstance(components, list) else []
    if not row.is_at_meta and not is_new:
        # A draft of ours under the name of one that Meta has: what was written stays, as changes to that.
        row.changes = row.changes or {
            "components": row.components,
            "category": row.category,
            "parameter_format": row.parameter_format,
            "header_media": str(row.header_media) if row.header_media else None,
        }
    row.meta_id = str(found["id"])
    if hearing.is_news(row, "components", at):
        row.components = _with_our_sample(row, components)
        row.parameter_format = str(found.get("parameter_format") or "positional").lower()
    row.category = category_of(found.get("category")) or row.category
    row.correct_category = category_of(found.get("correct_category"))
    row.synced_at = at
    if is_new:
        row.status = status_of(found.get("status")) or Status.PENDING
        row.quality = quality_of(found.get("quality_score")) or row.quality
        row.reason, row.recommendation = reason_of(found)
        hearing.note(row, "status", at)
        row.save()
        return
    if quality := quality_of(found.get("quality_score")):
        hearing.set_quality(row, quality, at, asked=True)
    # While it is being submitted, Meta may still show what it was before.
    if row.submitting_at is None and (status := status_of(found.get("status"))):
        reason, recommendation = reason_of(found)
        hearing.set_status(row, status, at, reason=reason, recommendation=recommendation, asked=True)
    row.save()


def _with_our_sample(row: MessageTemplate, components: list[Any]) -> list[Any]:
    """Meta shows a sample as an address that ends; the handle that we were given can be submitted again."""
    ours = {one.get("type"): one.get("example") for one in row.components if isinstance(one, dict)}
    for one in components:
        example = one.get("example") if isinstance(one, dict) else None
        if isinstance(example, dict) and "header_handle" in example and ours.get("HEADER"):
            one["example"] = ours["HEADER"]
    return components


@transaction.atomic
def _note_gone(waba_id: str, seen: set[str], asked_at: datetime) -> None:
    """What Meta has no more was deleted elsewhere, unless it was submitted while we read."""
    rows = MessageTemplate.objects.live().select_for_update().of_account(waba_id).exclude(meta_id="")
    for row in rows.exclude(meta_id__in=seen):
        if row.submitting_at is not None or (row.submitted_at and row.submitted_at >= asked_at):
            continue
        old, row.status, row.deleted_at = row.status, Status.DELETED, asked_at
        row.save(update_fields=["status", "deleted_at"])
        tell_change(row, "status", old, row.status)


def _is_whole(found: JSON) -> bool:
    return all(isinstance(found.get(name), str | int) and found[name] for name in ("id", "name", "language"))
