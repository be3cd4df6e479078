"""Time in which somebody or something takes nobody: blocked, or off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from crm.bookings.actions.placing import SlotTaken, in_turn, lock
from crm.bookings.actions.writing import member, release_over
from crm.bookings.availability.types import Reason, Why
from crm.bookings.availability.wall import minute_of
from crm.bookings.calendar import live
from crm.bookings.models import Allocation, BlockedTime, Booking, BookingItem, Resource
from crm.bookings.reading import taken
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit

LONGEST_DAYS = 366
CHANGEABLE = ("starts_at", "ends_at", "reason")


class WrongTime(ValueError):
    """It ends before it begins, or lasts longer than a year."""


class AlreadyOver(Exception):
    """It was taken back before."""


class Stale(Exception):
    """Somebody else changed it meanwhile; `row` is how it is now."""

    def __init__(self, row: BlockedTime) -> None:
        super().__init__("it was changed meanwhile")
        self.row = row


def block(
    resource: Resource, starts_at: datetime, ends_at: datetime, *, by: Any, kind: str = BlockedTime.Kind.BLOCK,
    reason: str = "",
) -> BlockedTime:  # fmt: skip
    """Block a stretch, or give time off in which bookings that are there stay (`conflicts`).

    Raises WrongTime, and SlotTaken where somebody is booked into a stretch that shall be blocked.
    """
    check_times(starts_at, ends_at)

    def work() -> BlockedTime:
        lock([resource.pk])
        row = BlockedTime(
            resource=resource, kind=kind, starts_at=starts_at, ends_at=ends_at, reason=reason[:120],
            created_by=member(by),
        )  # fmt: skip
        row.save()
        _keep_busy(row)
        audit.record("time.blocked", subject=row.public_id, by=by, after=_facts(row))
        _tell("time.blocked", row)
        return row

    return in_turn(work)


def change(row: BlockedTime, values: Mapping[str, Any], *, by: Any, version: int | None = None) -> BlockedTime:
    """Set starts_at, ends_at or reason. Raises WrongTime, AlreadyOver, Stale, SlotTaken."""

    def work() -> BlockedTime:
        lock([row.resource_id])
        fresh = BlockedTime.objects.select_for_update().get(pk=row.pk)
        if fresh.cancelled_at:
            raise AlreadyOver
        if version is not None and fresh.version != version:
            raise Stale(fresh)
        before = _facts(fresh)
        for name in CHANGEABLE:
            if name in values:
                setattr(fresh, name, values[name])
        check_times(fresh.starts_at, fresh.ends_at)
        fresh.version += 1
        fresh.save(update_fields=[*CHANGEABLE, "version"])
        Allocation.objects.filter(blocked_time=fresh).delete()
        _keep_busy(fresh)
        audit.record("time.changed", subject=fresh.public_id, by=by, before=before, after=_facts(fresh))
        _tell("time.changed", fresh)
        return fresh

    return in_turn(work)


def unblock(row: BlockedTime, *, by: Any) -> BlockedTime:
    """Take it back."""

    def work() -> BlockedTime:
        lock([row.resource_id])
        fresh = BlockedTime.objects.select_for_update().get(pk=row.pk)
        if fresh.cancelled_at is None:
            fresh.cancelled_at, fresh.version = clock.now(), fresh.version + 1
            fresh.save(update_fields=["cancelled_at", "version"])
            Allocation.objects.filter(blocked_time=fresh).delete()
            audit.record("time.unblocked", subject=fresh.public_id, by=by, before=_facts(fresh))
            _tell("time.unblocked", fresh)
        return fresh

    return in_turn(work)


def block_again(row: BlockedTime, *, by: Any) -> BlockedTime:
    """It holds after all. Raises SlotTaken where somebody was booked into a stretch that was blocked."""

    def work() -> BlockedTime:
        lock([row.resource_id])
        fresh = BlockedTime.objects.select_for_update().get(pk=row.pk)
        if fresh.cancelled_at is not None:
            fresh.cancelled_at, fresh.version = None, fresh.version + 1
            fresh.save(update_fields=["cancelled_at", "version"])
            _keep_busy(fresh)
            audit.record("time.blocked", subject=fresh.public_id, by=by, after=_facts(fresh))
            _tell("time.blocked", fresh)
        return fresh

    return in_turn(work)


def conflicts(row: BlockedTime) -> list[Booking]:
    """The visits that stand in it, for whoever plans."""
    items = BookingItem.objects.filter(
        allocations__resource=row.resource_id,
        allocations__blocks=True,
        allocations__during__overlap=(row.starts_at, row.ends_at),
    )
    return list(Booking.objects.filter(pk__in=items.values("booking_id")).order_by("starts_at", "pk"))


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises WrongTime."""
    if not 0 < (ends_at - starts_at).total_seconds() <= LONGEST_DAYS * 86400:
        raise WrongTime("Must end after it begins, within a year.")


def _keep_busy(row: BlockedTime) -> None:
    if row.kind != BlockedTime.Kind.BLOCK:
        return
    read = taken([row.resource_id], minute_of(row.starts_at), -(-int(row.ends_at.timestamp()) // 60))
    if read.busy.get(row.resource_id):
        raise SlotTaken([Why(Reason.BUSY, person=row.resource_id)])
    if read.over:
        release_over(read.over)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO allocation (blocked_time_id, resource_id, during, blocks) "
            "VALUES (%s, %s, tstzrange(%s, %s), true)",
            [row.pk, row.resource_id, row.starts_at, row.ends_at],
        )


def _facts(row: BlockedTime) -> dict[str, Any]:
    return {
        "resource": row.resource_id,
        "kind": str(row.kind),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "reason": row.reason,
    }


def _tell(kind: str, row: BlockedTime) -> None:
    emit(kind, subject=row.public_id, payload=_facts(row) | {"version": row.version})
    live.tell_blocked(row)
