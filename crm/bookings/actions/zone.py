"""The salon's clocks show another zone: whoever was booked for ten comes at ten, by the new clock.

What is not over yet moves with the clock on the wall: visits with all that they keep busy, and blocked times. Each
visit is marked for somebody to look at, and its reminders are planned anew. Where two clocks cannot be laid over each
other (an hour that one of them leaves out, a visit that is over and stays where it was) no visit is lost: the later of
two that meet keeps nothing busy until somebody has moved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from crm.bookings import defaults, reminders
from crm.bookings.actions import writing
from crm.bookings.actions.placing import lock
from crm.bookings.availability.wall import instant, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Allocation, BlockedTime, Booking, BookingItem, BookingMove, Resource
from crm.consent import policy
from ops import clock
from ops.events.actions import NewEvent, emit_many
from tenants.audit import actions as audit

# What of a visit somebody should look at; a hold is over before they could.
REVIEWED = (Booking.State.BOOKED, Booking.State.CONFIRMED, Booking.State.ARRIVED)


@dataclass(frozen=True, slots=True)
class _Shift:
    """By how many seconds a row moves."""

    pk: int
    seconds: float


def keep_wall_clocks(before: str, after: str, by: Any) -> int:
    """A step of changing a salon's zone (SALON_ZONE_STEPS): how many visits moved. In its transaction."""
    lock(Resource.objects.values_list("pk", flat=True))
    defaults.touch()
    policy.forget()
    old, new, now = ZoneInfo(before), ZoneInfo(after), clock.now()
    visits = list(
        Booking.objects.select_for_update().filter(ends_at__gt=now, state__in=writing.BLOCKING).order_by("pk")
    )
    blocked = list(
        BlockedTime.objects.select_for_update().filter(ends_at__gt=now, cancelled_at=None).order_by("pk")
    )  # fmt: skip
    was = {one.pk: writing.state_facts(one) | {"zone": one.zone} for one in visits}
    shifts = [_Shift(one.pk, _later(one.starts_at, ZoneInfo(one.zone), new)) for one in visits]
    off = [_Shift(one.pk, _later(one.starts_at, old, new)) for one in blocked]
    _move_allocations(shifts, off)
    _move_visits(shifts, after, new, {one.pk: one for one in visits})
    _move_blocked(blocked, old, new)
    moved = list(Booking.objects.filter(pk__in=list(was)).order_by("pk"))
    _note(moved, was, f"{before} → {after}", by)
    _plan_reminders(moved)
    return len(moved)


def to_review(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those of them that somebody should look at, the first to come first."""
    return bookings.filter(needs_review=True, ends_at__gt=clock.now(), state__in=REVIEWED).order_by("starts_at", "pk")


@transaction.atomic
def looked_at(bookings: QuerySet[Booking], *, by: Any) -> int:
    """They are right as they are; how many were marked."""
    rows = list(bookings.select_for_update(of=("self",)).filter(needs_review=True).order_by("pk"))
    Booking.objects.filter(pk__in=[one.pk for one in rows]).update(needs_review=False)
    for one in rows:
        audit.record("booking.reviewed", subject=one.public_id, by=by, after={"wall_clock": one.wall_clock})
    return len(rows)


@transaction.atomic
def look_again(booking: Booking, *, by: Any) -> None:
    """Somebody should look after all."""
    if Booking.objects.filter(pk=booking.pk, needs_review=False).update(needs_review=True):
        audit.record("booking.review_wanted", subject=booking.public_id, by=by)


def _later(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> float:
    """How much later (or earlier) the new clock shows what the old one shows then."""
    return (_same_wall(moment, old, new) - moment).total_seconds()


def _same_wall(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    shown = moment.astimezone(old)
    return moment_of(instant(new, shown.toordinal(), shown.hour * 60 + shown.minute))


def _move_visits(shifts: Sequence[_Shift], zone: str, new: ZoneInfo, rows: dict[int, Booking]) -> None:
    if not shifts:
        return
    walls = [
        writing.wall_clock(datetime.fromtimestamp(rows[one.pk].starts_at.timestamp() + one.seconds, UTC), new)
        for one in shifts
    ]
    keys, seconds = [one.pk for one in shifts], [one.seconds for one in shifts]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE booking SET starts_at = starts_at + make_interval(secs => x.s), "
            "ends_at = ends_at + make_interval(secs => x.s), wall_clock = x.wall, zone = %s, "
            "needs_review = needs_review OR state = ANY(%s), version = version + 1, updated_at = %s "
            "FROM unnest(%s::bigint[], %s::float8[], %s::text[]) AS x(id, s, wall) WHERE booking.id = x.id",
            [zone, [str(state) for state in REVIEWED], clock.now(), keys, seconds, walls],
        )
        cursor.execute(
            "UPDATE booking_item SET starts_at = starts_at + make_interval(secs => x.s), "
            "ends_at = ends_at + make_interval(secs => x.s) "
            "FROM unnest(%s::bigint[], %s::float8[]) AS x(id, s) WHERE booking_id = x.id",
            [keys, seconds],
        )


def _move_allocations(visits: Sequence[_Shift], blocked: Sequence[_Shift]) -> None:
    """All of them are taken away before the first is laid down anew: one by one they would meet each other."""
    by_visit, by_blocked = ({one.pk: one.seconds for one in shifts} for shifts in (visits, blocked))
    items = dict(BookingItem.objects.filter(booking__in=list(by_visit)).values_list("pk", "booking_id"))
    found = Allocation.objects.filter(Q(item__in=list(items)) | Q(blocked_time__in=list(by_blocked)))
    rows = list(found.order_by("-blocks", "during", "pk"))
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    values: list[list[Any]] = [[], [], [], [], [], []]
    for row in rows:
        during: Any = row.during
        seconds = by_visit[items[row.item_id]] if row.item_id else by_blocked[row.blocked_time_id or 0]
        for column, value in zip(
            values, (row.pk, row.item_id, row.blocked_time_id, row.resource_id, during.lower, during.upper), strict=True
        ):
            column.append(value if not isinstance(value, datetime) else _plus(value, seconds))
    blocks = [row.blocks for row in rows]
    with connection.cursor() as cursor:
        # What meets another is left out here, and laid down as one that blocks nobody.
        for keeps in ("x.blocks", "false"):
            cursor.execute(
                "INSERT INTO allocation (id, item_id, blocked_time_id, resource_id, during, blocks) "
                f"SELECT x.id, x.item, x.blocked, x.resource, tstzrange(x.lower, x.upper), {keeps} "
                "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], "
                "%s::timestamptz[], %s::bool[]) AS x(id, item, blocked, resource, lower, upper, blocks) "
                "WHERE NOT EXISTS (SELECT 1 FROM allocation a WHERE a.id = x.id) ON CONFLICT DO NOTHING",
                [*values, blocks],
            )


def _plus(moment: datetime, seconds: float) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() + seconds, UTC)


def _move_blocked(rows: Sequence[BlockedTime], old: ZoneInfo, new: ZoneInfo) -> None:
    for row in rows:
        begins, ends = _same_wall(row.starts_at, old, new), _same_wall(row.ends_at, old, new)
        if row.kind == BlockedTime.Kind.BLOCK or ends <= begins:
            # As long as what it keeps busy.
            ends = _plus(begins, (row.ends_at - row.starts_at).total_seconds())
        row.starts_at, row.ends_at, row.version = begins, ends, row.version + 1
    BlockedTime.objects.bulk_update(rows, ["starts_at", "ends_at", "version"], batch_size=500)


def _note(moved: Sequence[Booking], was: dict[int, dict[str, Any]], reason: str, by: Any) -> None:
    BookingMove.objects.bulk_create(
        [
            writing.new_move(
                one, "zone_changed", before=was[one.pk], after=writing.state_facts(one) | {"zone": one.zone}, by=by,
                reason=reason,
            )
            for one in moved
        ],
        batch_size=500,
    )  # fmt: skip
    # No `booking.moved`: for the guest nothing has changed, and no flow shall tell them so.
    emit_many([NewEvent("booking.zone_changed", one.public_id, {"version": one.version}) for one in moved])


def _plan_reminders(moved: Sequence[Booking]) -> None:
    keys = [one.pk for one in moved]
    reminders.take_back(keys)
    services: dict[int, list[int]] = {}
    rows = BookingItem.objects.filter(booking__in=keys).order_by("booking_id", "position")
    for booking, service in rows.values_list("booking_id", "service_id"):
        services.setdefault(booking, []).append(service)
    reminders.plan_many([(one, services.get(one.pk, ())) for one in moved], catalogue())
