"""Services, professionals, chairs and rooms: written, changed, put away. Nothing is deleted: bookings name it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Max

from billing.quotas.gates import take
from crm.bookings import defaults
from crm.bookings.models import (
    PROFESSIONAL,
    BookingPolicy,
    DatedHours,
    Professional,
    ProfessionalService,
    Resource,
    Service,
    ServiceCategory,
)
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit

MOST_SERVICES, MOST_RESOURCES = 500, 300
Row = TypeVar("Row", Service, Professional, Resource)
_NAMES: dict[type[models.Model], str] = {Service: "service", Professional: "professional", Resource: "resource"}


class TooMany(ValueError):
    """A salon has at most so many."""


class Stale(Exception):
    """Somebody else changed it meanwhile; `row` is how it is now."""

    def __init__(self, row: Any) -> None:
        super().__init__("it was changed meanwhile")
        self.row = row


@dataclass(frozen=True, slots=True)
class Offer:
    """A professional does a service; None: in the service's time, for its price."""

    service: Service
    segments: list[dict[str, Any]] | None = None
    price_minor: int | None = None


@transaction.atomic
def create_service(values: Mapping[str, Any], *, by: Any) -> Service:
    """Write a service. Raises TooMany."""
    if Service.objects.filter(archived_at=None).count() >= MOST_SERVICES:
        raise TooMany
    return _create(Service(**{"order": _next(Service.objects.all()), **values}), by)


@transaction.atomic
def create_professional(values: Mapping[str, Any], *, by: Any, offers: Sequence[Offer] = ()) -> Professional:
    """Write a professional with what they do; without hours they have the salon's. Raises TooMany."""
    _check_room()
    take("professionals")
    hours = {"hours": defaults.policy().hours, "order": _next(Resource.objects.all())}
    made = _create(Professional(**{**hours, **values, "kind": PROFESSIONAL}), by)
    set_offers(made, offers)
    return made


@transaction.atomic
def create_resource(values: Mapping[str, Any], *, by: Any) -> Resource:
    """Write a chair, a room. Raises TooMany."""
    _check_room()
    return _create(Resource(**{"order": _next(Resource.objects.all()), **values}), by)


@transaction.atomic
def change(
    row: Row,
    values: Mapping[str, Any],
    *,
    by: Any,
    version: int | None = None,
    offers: Sequence[Offer] | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Row:
    """Set columns of a service, a professional or a resource; `offers` for what a professional does.

    `version`, or for a resource, which has none, `seen` (columns as they were shown), guards against others.
    Raises Stale.
    """
    fresh = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if version is not None and getattr(fresh, "version", version) != version:
        raise Stale(fresh)
    if any(getattr(fresh, name) != value for name, value in (seen or {}).items()):
        raise Stale(fresh)
    changed: list[str] = [name for name, value in values.items() if getattr(fresh, name) != value]
    had = _offered(fresh)
    if offers is not None and isinstance(fresh, Professional):
        set_offers(fresh, offers)
        # Whoever has one of these services open does not see who does it any more.
        _grow(had, _offered(fresh))
    if not changed and _offered(fresh) == had:
        return fresh
    before = {name: _plain(getattr(fresh, name)) for name in changed} | ({} if offers is None else {"offers": had})
    for name in changed:
        setattr(fresh, name, values[name])
    fresh.updated_at = clock.now()
    if not isinstance(fresh, Resource) or isinstance(fresh, Professional):
        fresh.version += 1
        changed.append("version")
    fresh.save(update_fields=[*changed, "updated_at"])
    after = {name: _plain(getattr(fresh, name)) for name in changed}
    after |= {} if offers is None else {"offers": _offered(fresh)}
    return _told(fresh, "changed", by, before, after)


@transaction.atomic
def archive(row: Row, *, by: Any) -> Row:
    """Put it away: bookings that are there stay, new ones are not taken."""
    return _put(row, clock.now(), "archived", by)


@transaction.atomic
def restore(row: Row, *, by: Any) -> Row:
    """Take it up again."""
    if isinstance(row, Professional):
        take("professionals")
    return _put(row, None, "restored", by)


def set_offers(professional: Professional, offers: Sequence[Offer]) -> None:
    """What a professional does, and nothing else."""
    wanted = {offer.service.pk: offer for offer in offers}
    ProfessionalService.objects.filter(professional=professional).exclude(service__in=list(wanted)).delete()
    ProfessionalService.objects.bulk_create(
        [
            ProfessionalService(
                professional=professional, service_id=pk, segments=offer.segments, price_minor=offer.price_minor
            )
            for pk, offer in wanted.items()
        ],
        update_conflicts=True,
        unique_fields=["professional", "service"],
        update_fields=["segments", "price_minor"],
    )
    defaults.touch()


@transaction.atomic
def category(name: str, *, by: Any = None) -> ServiceCategory | None:
    """The heading of that name, made if there is none; none for no name."""
    name = name.strip()[:80]
    if not name:
        return None
    there = ServiceCategory.objects.filter(name=name, archived_at=None).order_by("pk")
    if found := there.first():
        return found
    # Of two who write the same new one at once, the second finds the first one's.
    defaults.touch()
    if found := there.all().first():
        return found
    made = ServiceCategory.objects.create(name=name, order=_next(ServiceCategory.objects.all()))
    audit.record("service_category.created", subject=made.public_id, by=by, after={"name": name})
    return made


@transaction.atomic
def set_day(
    professional: Professional | None, day: date, hours: list[list[int]], *, by: Any, reason: str = "",
    is_yearly: bool = False,
) -> DatedHours:  # fmt: skip
    """The hours of one day instead of the week's; without a professional, the salon's (none: closed)."""
    values = {"hours": hours, "reason": reason[:120], "is_yearly": is_yearly}
    row, _made = DatedHours.objects.update_or_create(professional=professional, date=day, defaults=values)
    defaults.touch()
    whose = str(professional.public_id) if professional else None
    audit.record("hours.dated", subject=row.public_id, by=by, after={**values, "date": str(day), "of": whose})
    emit("hours.changed", subject=row.public_id, payload={"date": str(day), "professional": whose})
    return row


@transaction.atomic
def change_policy(values: Mapping[str, Any], *, by: Any, version: int | None = None) -> BookingPolicy:
    """Set the salon's hours and rules for bookings. Raises Stale."""
    defaults.policy()
    fresh = BookingPolicy.objects.select_for_update().get(pk=defaults.ONLY)
    if version is not None and fresh.version != version:
        raise Stale(fresh)
    changed = [name for name, value in values.items() if getattr(fresh, name) != value]
    if not changed:
        return fresh
    before = {name: _plain(getattr(fresh, name)) for name in changed}
    for name in changed:
        setattr(fresh, name, values[name])
    fresh.version, fresh.updated_at, fresh.revision = fresh.version + 1, clock.now(), defaults.new_revision()
    fresh.save(update_fields=[*changed, "version", "updated_at", "revision"])
    after = {name: _plain(getattr(fresh, name)) for name in changed}
    audit.record("booking_policy.changed", subject="booking_policy", by=by, before=before, after=after)
    return fresh


def _create(row: Row, by: Any) -> Row:
    row.save()
    return _told(row, "created", by, None, {"name": row.name})


def _put(row: Row, at: Any, word: str, by: Any) -> Row:
    fresh = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if (fresh.archived_at is None) == (at is None):
        return fresh
    fresh.archived_at = at
    fresh.save(update_fields=["archived_at"])
    return _told(fresh, word, by, None, {"name": fresh.name})


def _told(row: Row, word: str, by: Any, before: Any, after: Any) -> Row:
    defaults.touch()
    kind = f"{_NAMES[type(row)]}.{word}"
    audit.record(kind, subject=row.public_id, by=by, before=before, after=after)
    emit(kind, subject=row.public_id, payload={"name": row.name})
    return row


def _check_room() -> None:
    if Resource.objects.filter(archived_at=None).count() >= MOST_RESOURCES:
        raise TooMany


def _next(rows: models.QuerySet[Any]) -> int:
    return min(int(rows.aggregate(most=Max("order"))["most"] or 0) + 1, 30_000)


def _offered(row: Any) -> list[dict[str, Any]]:
    if not isinstance(row, Professional):
        return []
    rows = ProfessionalService.objects.filter(professional=row).order_by("service_id")
    return [{"service_id": one.service_id, "segments": one.segments, "price_minor": one.price_minor} for one in rows]


def _grow(had: list[dict[str, Any]], has: list[dict[str, Any]]) -> None:
    other = {one["service_id"] for one in had if one not in has} | {one["service_id"] for one in has if one not in had}
    Service.objects.filter(pk__in=other).update(version=models.F("version") + 1)


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str | int | bool | list | dict | None) else str(value)
