"""Services, professionals and hours as availability needs them, read once for each BookingPolicy.revision."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from threading import Lock
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from billing.subscriptions.excess import first_over
from crm.bookings import defaults
from crm.bookings.availability.types import Shape, Span
from crm.bookings.availability.wall import Calendar
from crm.bookings.models import (
    PROFESSIONAL,
    BookingPolicy,
    DatedHours,
    Professional,
    ProfessionalService,
    Resource,
    Service,
)
from ops.salon import current_salon_id

BUSY = "busy"
_KEPT = 500


def _beyond_plan() -> int | None:
    return first_over(current_salon_id() or 0, "professionals")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the rest was read for."""

    revision: int
    zone: str
    currency: str
    # The oldest professional for whom the plan has no room.
    beyond_plan: int | None = field(default_factory=_beyond_plan)


@dataclass(frozen=True, slots=True)
class KnownService:
    """A service, archived ones too."""

    pk: int
    public_id: UUID
    name: str
    segments: tuple[dict[str, Any], ...]
    shape: Shape
    price_minor: int
    currency: str
    needs: tuple[str, ...]
    lead_minutes: int
    cancel_hours: int
    reminders: tuple[Mapping[str, int], ...]
    add_on_ids: tuple[int, ...]
    is_add_on: bool
    is_online: bool
    is_archived: bool


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A professional, archived ones too."""

    pk: int
    public_id: UUID
    name: str
    # By service, what they do in a way of their own.
    segments: Mapping[int, tuple[dict[str, Any], ...]]
    shapes: Mapping[int, Shape]
    prices: Mapping[int, int]
    calendar: Calendar
    breaks: Sequence[Sequence[Span]]
    member_id: int | None
    is_online: bool
    is_archived: bool
    # The plan has fewer professionals than the salon: they keep their visits and get no new ones.
    is_beyond_plan: bool


@dataclass(frozen=True, slots=True)
class KnownThing:
    """A chair or room in use."""

    pk: int
    public_id: UUID
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it."""

    stamp: Stamp
    zone: ZoneInfo
    services: Mapping[int, KnownService]
    people: Mapping[int, KnownPerson]
    things: Sequence[KnownThing]
    salon: Calendar
    grid_minutes: int
    horizon_days: int
    hold_minutes: int
    # Between these no reminder goes.
    quiet: tuple[time, time] | None

    def things_of(self, kinds: Iterable[str]) -> list[KnownThing]:
        """Those of these kinds."""
        wanted = set(kinds)
        return [thing for thing in self.things if thing.kind in wanted]


_kept: OrderedDict[int, Catalogue] = OrderedDict()
_lock = Lock()


def catalogue(stamp: Stamp | None = None) -> Catalogue:
    """The salon's, as it is now; `stamp` for whoever has just read it."""
    salon_id = current_salon_id() or 0
    stamp = stamp or read_stamp()
    found = _kept.get(salon_id)
    if found is None or found.stamp != stamp:
        found = _read(stamp)
        with _lock:
            _kept[salon_id] = found
            _kept.move_to_end(salon_id)
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    return found


def known_lately() -> Catalogue:
    """As it was when somebody last looked in this process: for who looks again under the locks."""
    return _kept.get(current_salon_id() or 0) or catalogue()


def read_stamp() -> Stamp:
    """What has to be the same for what was read before to be good."""
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(
                "SELECT p.revision, s.time_zone, s.currency FROM public.salon s, booking_policy p "
                "WHERE s.id = %s AND p.id = %s",
                [current_salon_id(), defaults.ONLY],
            )
            if row := cursor.fetchone():
                return Stamp(*row)
            defaults.policy()
    raise RuntimeError("the salon has no rules for bookings, and none can be made")


def quiet_in_zone() -> tuple[tuple[time, time] | None, ZoneInfo]:
    """Only when no reminder goes, and by which clock: for whoever needs nothing else of a thousand salons."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.quiet_from, p.quiet_until, s.time_zone FROM public.salon s, booking_policy p "
            "WHERE s.id = %s AND p.id = %s",
            [current_salon_id(), defaults.ONLY],
        )
        row = cursor.fetchone()
    if row is None:
        known = catalogue()
        return known.quiet, known.zone
    return ((row[0], row[1]) if row[0] and row[1] else None), ZoneInfo(row[2])


def shape_of(segments: Iterable[Mapping[str, Any]], before: int = 0, after: int = 0) -> Shape:
    """The segments of a row as availability has them."""
    return Shape(tuple((part["kind"] == BUSY, int(part["minutes"])) for part in segments), before, after)


def _read(stamp: Stamp) -> Catalogue:
    policy = BookingPolicy.objects.get(pk=defaults.ONLY)
    services = {row.pk: _service(row, policy) for row in Service.objects.order_by("order", "pk")}
    offers: dict[int, list[ProfessionalService]] = {}
    for offer in ProfessionalService.objects.all():
        offers.setdefault(offer.professional_id, []).append(offer)
    dated: dict[int | None, list[DatedHours]] = {}
    for day in DatedHours.objects.all():
        dated.setdefault(day.professional_id, []).append(day)
    return Catalogue(
        stamp,
        ZoneInfo(stamp.zone),
        services,
        {
            row.pk: _person(row, offers.get(row.pk, []), services, dated.get(row.pk, []), stamp.beyond_plan)
            for row in Professional.objects.order_by("order", "pk")
        },
        [
            KnownThing(row.pk, row.public_id, row.kind, row.name)
            for row in Resource.objects.filter(archived_at=None).exclude(kind=PROFESSIONAL).order_by("order", "pk")
        ],
        _calendar(policy.hours, dated.get(None, [])),
        policy.grid_minutes,
        policy.horizon_days,
        policy.hold_minutes,
        (policy.quiet_from, policy.quiet_until) if policy.quiet_from and policy.quiet_until else None,
    )


def _service(row: Service, policy: BookingPolicy) -> KnownService:
    return KnownService(
        row.pk,
        row.public_id,
        row.name,
        tuple(row.segments),
        shape_of(row.segments, row.buffer_before, row.buffer_after),
        row.price_minor,
        row.currency,
        tuple(row.needs),
        policy.lead_minutes if row.lead_minutes is None else row.lead_minutes,
        policy.cancel_hours if row.cancel_hours is None else row.cancel_hours,
        tuple(policy.reminders if row.reminders is None else row.reminders),
        tuple(row.add_on_ids),
        row.is_add_on,
        row.is_online,
        row.archived_at is not None,
    )


def _person(
    row: Professional,
    offers: Iterable[ProfessionalService],
    services: Mapping[int, KnownService],
    dated: Iterable[DatedHours],
    beyond_plan: int | None,
) -> KnownPerson:
    is_beyond = beyond_plan is not None and row.pk >= beyond_plan
    segments: dict[int, tuple[dict[str, Any], ...]] = {}
    shapes: dict[int, Shape] = {}
    prices: dict[int, int] = {}
    for offer in offers:
        service = services[offer.service_id]
        own = tuple(offer.segments) if offer.segments else service.segments
        segments[service.pk] = own
        shapes[service.pk] = shape_of(own, service.shape.before, service.shape.after)
        prices[service.pk] = service.price_minor if offer.price_minor is None else offer.price_minor
    return KnownPerson(
        row.pk,
        row.public_id,
        row.name,
        segments,
        shapes,
        prices,
        _calendar(row.hours, dated),
        _week(row.breaks),
        row.member_id,
        row.is_online and not is_beyond,
        row.archived_at is not None,
        is_beyond,
    )


def _calendar(hours: Any, dated: Iterable[DatedHours]) -> Calendar:
    rows = list(dated)
    return Calendar(
        _week(hours),
        {row.date.toordinal(): _spans(row.hours) for row in rows},
        {(row.date.month, row.date.day): _spans(row.hours) for row in rows if row.is_yearly},
    )


def _week(days: Any) -> list[list[Span]]:
    return [_spans(day) for day in days]


def _spans(pairs: Any) -> list[Span]:
    return [(int(start), int(end)) for start, end in pairs]
