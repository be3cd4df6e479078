"""Headings over services, the order of what is offered, and days with hours of their own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models, transaction

from crm.bookings import defaults
from crm.bookings.actions.offering import Stale
from crm.bookings.models import DatedHours, Professional, ServiceCategory
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit


class NameTaken(ValueError):
    """Another heading has this name."""


class DayTaken(ValueError):
    """This day has hours of its own already; `row` are they."""

    def __init__(self, row: DatedHours) -> None:
        super().__init__("this day has hours of its own")
        self.row = row


@transaction.atomic
def rename_category(category: ServiceCategory, name: str, *, by: Any, seen: str | None = None) -> ServiceCategory:
    """Another name; `seen` is the one that was shown. Raises Stale, NameTaken."""
    fresh = ServiceCategory.objects.select_for_update().get(pk=category.pk)
    if fresh.name == name:
        return fresh
    if seen is not None and fresh.name != seen:
        raise Stale(fresh)
    if ServiceCategory.objects.filter(name=name, archived_at=None).exclude(pk=fresh.pk).exists():
        raise NameTaken
    before, fresh.name = fresh.name, name
    fresh.save(update_fields=["name"])
    audit.record(
        "service_category.changed", subject=fresh.public_id, by=by, before={"name": before}, after={"name": name}
    )
    defaults.touch()
    return fresh


@transaction.atomic
def put_category(category: ServiceCategory, *, away: bool, by: Any) -> ServiceCategory:
    """Put a heading away, or take it up again; its services stay, under no heading meanwhile."""
    fresh = ServiceCategory.objects.select_for_update().get(pk=category.pk)
    if (fresh.archived_at is not None) == away:
        return fresh
    fresh.archived_at = clock.now() if away else None
    fresh.save(update_fields=["archived_at"])
    word = "archived" if away else "restored"
    audit.record(f"service_category.{word}", subject=fresh.public_id, by=by, after={"name": fresh.name})
    defaults.touch()
    return fresh


@transaction.atomic
def reorder(model: type[models.Model], keys: Sequence[int], *, by: Any) -> None:
    """Let these rows stand in this order; the places of others do not matter to them."""
    rows: dict[int, Any] = {
        row.pk: row for row in model._default_manager.select_for_update().filter(pk__in=list(keys)).order_by("pk")
    }
    changed = []
    for place, pk in enumerate(keys, start=1):
        row: Any = rows.get(pk)
        if row is not None and row.order != place:
            row.order = place
            changed.append(row)
    if not changed:
        return
    model._default_manager.bulk_update(changed, ["order"])
    name = str(model._meta.db_table)
    audit.record(
        f"{name}.reordered", subject=name, by=by, after={"ids": [str(rows[pk].public_id) for pk in keys if pk in rows]}
    )
    defaults.touch()


def moved(keys: Sequence[int], pk: int, *, step: int = 0, before: int | None = None) -> list[int]:
    """The keys with one of them further up or down, or before another one (before 0: at the end)."""
    left = [one for one in keys if one != pk]
    if before is None:
        place = min(max(list(keys).index(pk) + step, 0), len(left))
    else:
        place = left.index(before) if before in left else len(left)
    return [*left[:place], pk, *left[place:]]


@transaction.atomic
def save_day(
    row: DatedHours | None,
    professional: Professional | None,
    values: Mapping[str, Any],
    *,
    by: Any,
    seen: Mapping[str, Any] | None = None,
) -> DatedHours:
    """Write the hours of one day (date, hours, reason, is_yearly), new or known. Raises DayTaken, Stale."""
    day: date = values["date"]
    # One after the other: two who write the same new day at once.
    defaults.touch()
    other = DatedHours.objects.filter(professional=professional, date=day)
    if taken := other.exclude(pk=row.pk if row else 0).first():
        raise DayTaken(taken)
    before: dict[str, Any] | None = None
    if row is None:
        saved = DatedHours(professional=professional)
    else:
        saved = DatedHours.objects.select_for_update().get(pk=row.pk)
        before = facts(saved)
        if all(getattr(saved, name) == value for name, value in values.items()):
            return saved
        if seen is not None and any(getattr(saved, name) != value for name, value in seen.items()):
            raise Stale(saved)
    for name, value in values.items():
        setattr(saved, name, value)
    saved.save()
    _told(saved, professional.public_id if professional else None, by, before, facts(saved))
    return saved


@transaction.atomic
def clear_day(row: DatedHours, *, by: Any) -> dict[str, Any]:
    """The week's hours again; what it was, for whoever takes that back."""
    before, whose = facts(row), row.professional.public_id if row.professional else None
    defaults.touch()
    DatedHours.objects.filter(pk=row.pk).delete()
    _told(row, whose, by, before, None)
    return before


def facts(row: DatedHours) -> dict[str, Any]:
    """Its columns as JSON."""
    return {"date": str(row.date), "hours": row.hours, "reason": row.reason, "is_yearly": row.is_yearly}


def _told(row: DatedHours, whose: UUID | None, by: Any, before: Any, after: Any) -> None:
    audit.record("hours.dated", subject=row.public_id, by=by, before=before, after=after)
    emit(
        "hours.changed",
        subject=row.public_id,
        payload={"date": str(row.date), "professional": str(whose) if whose else None},
    )
