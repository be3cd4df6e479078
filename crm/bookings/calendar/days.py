"""All that a calendar shows of some days, in few questions: visits, blocked time, and when nobody works."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.bookings import asking
from crm.bookings.availability.types import Span
from crm.bookings.availability.wall import instant, minute_of, moment_of
from crm.bookings.calendar import live, when
from crm.bookings.calendar.rights import Viewer
from crm.bookings.catalogue import Catalogue, KnownThing, catalogue
from crm.bookings.models import Allocation, BlockedTime, Booking, BookingItem, Professional
from crm.bookings.reading import Taken
from crm.bookings.rights import visible_bookings
from crm.contacts.names import addresses
from crm.inbox.rights import visible_contacts
from ops import clock

MOST_DAYS = 45
# No visit and no service of one is longer.
LONGEST = timedelta(days=1)
OFF = (Booking.State.CANCELLED,)
COLUMNS = (
    "id", "booking_id", "position", "starts_at", "ends_at", "segments", "buffer_before", "buffer_after", "service_id",
    "professional_id", "booking__public_id", "booking__state", "booking__version", "booking__contact_id",
    "booking__contact__name", "booking__guest_name", "booking__series", "booking__deposit_state",
    "booking__hold_until", "booking__note", "booking__needs_review",
)  # fmt: skip
# A calendar without hours still has a day.
USUAL = (8 * 60, 20 * 60)


def read(viewer: Viewer, first: date, last: date, *, with_cancelled: bool = False) -> dict[str, Any]:
    """The days from `first` up to and without `last`, as JSON."""
    seq = live.newest()
    known = catalogue()
    people = viewer.professionals()
    start, end = (moment_of(instant(known.zone, day.toordinal(), 0)) for day in (first, last))
    rows = _items(people, start, end, with_cancelled)
    booked = {row["professional_id"] for row in rows}
    shown = [one for one in people if one.archived_at is None or one.pk in booked]
    refs = {one.pk: str(one.public_id) for one in shown}
    # Who sees one column of people does not see what the others' visits take.
    rooms = known.things if viewer.sees_all else []
    return {
        "seq": seq,
        **now(known),
        "resources": [_resource(one, viewer) for one in shown],
        "rooms": [{"id": str(one.public_id), "name": one.name, "colour": ""} for one in rooms],
        "hours": _hours(known),
        "visits": _visits(rows, refs, viewer, known, _uses(rows, rooms)),
        "blocked": _blocked(refs, start, end, known.zone),
        "closed": _closed(shown, known, start, end),
    }


def now(known: Catalogue) -> dict[str, Any]:
    """The moment, and the zone in which the calendar's clock goes."""
    return {"now": int(clock.now().timestamp() * 1000), "zone": known.zone.key}


def _items(
    people: Sequence[Professional], start: datetime, end: datetime, with_cancelled: bool
) -> list[dict[str, Any]]:
    found = BookingItem.objects.filter(
        professional__in=[one.pk for one in people], starts_at__gt=start - LONGEST, starts_at__lt=end, ends_at__gt=start
    )
    # A hold that is over is nobody's.
    found = found.exclude(booking__state=Booking.State.HELD, booking__hold_until__lte=clock.now())
    if not with_cancelled:
        found = found.exclude(booking__state__in=OFF)
    return list(found.order_by("starts_at", "booking_id", "position").values(*COLUMNS))


def _uses(rows: Sequence[dict[str, Any]], rooms: Sequence[KnownThing]) -> dict[int, list[str]]:
    """By service of a visit the chairs and rooms that it takes."""
    if not rooms or not rows:
        return {}
    refs, found = {one.pk: str(one.public_id) for one in rooms}, dict[int, list[str]]()
    taken = Allocation.objects.filter(item__in=[row["id"] for row in rows], resource__in=list(refs))
    for item, resource in taken.order_by("pk").values_list("item_id", "resource_id"):
        # A stretch before and one after a pause are one visit.
        if refs[resource] not in found.setdefault(item or 0, []):
            found[item or 0].append(refs[resource])
    return found


def _visits(
    rows: list[dict[str, Any]], refs: dict[int, str], viewer: Viewer, known: Catalogue, uses: dict[int, list[str]]
) -> list[dict[str, Any]]:
    seen = _visible(viewer, {row["booking_id"] for row in rows})
    nameless = {
        row["booking__contact_id"]
        for row in rows
        if row["booking__contact_id"] and not row["booking__contact__name"] and row["booking_id"] in seen
    }
    if nameless and viewer.narrowed:
        # A colleague's guest whom they do: the visit is theirs to see, the phone is not.
        nameless = set(visible_contacts(viewer.member).filter(pk__in=nameless).values_list("pk", flat=True))
    phones = addresses(nameless) if nameless else {}
    ends: dict[tuple[int, datetime], int] = {
        (row["booking_id"], row["ends_at"]): row["professional_id"] for row in rows
    }
    starts = {(row["booking_id"], row["starts_at"]): row["professional_id"] for row in rows}
    found = []
    for row in rows:
        if row["professional_id"] not in refs:
            continue
        one = {
            "id": f"{row['booking__public_id']}.{row['position']}",
            "who": refs[row["professional_id"]],
            "uses": uses.get(row["id"], []),
            **_stretch(row["starts_at"], row["ends_at"], known.zone),
        }
        if row["booking_id"] not in seen:
            if row["booking__state"] in (*OFF, Booking.State.NO_SHOW):
                continue
            # That somebody is busy everybody may know: with whom, not.
            found.append(one | {"id": f"busy.{one['who']}.{one['start']}", "state": "busy"})
            continue
        follows = ends.get((row["booking_id"], row["starts_at"])) == row["professional_id"]
        goes_on = starts.get((row["booking_id"], row["ends_at"])) == row["professional_id"]
        is_held = row["booking__state"] == Booking.State.HELD and row["booking__hold_until"]
        found.append(
            one
            | {
                "booking": str(row["booking__public_id"]),
                "position": row["position"],
                "version": row["booking__version"],
                "state": row["booking__state"],
                "guest": _guest(row, phones),
                "service": known.services[row["service_id"]].name,
                "processing": _processing(row["segments"]),
                "before": 0 if follows else row["buffer_before"],
                "after": 0 if goes_on else row["buffer_after"],
                "series": row["booking__series"] is not None,
                "deposit": row["booking__deposit_state"],
                "note": bool(row["booking__note"]),
                "review": row["booking__needs_review"],
                "until": when.wall(row["booking__hold_until"], known.zone) if is_held else "",
            }
        )
    return found


def _visible(viewer: Viewer, bookings: set[int]) -> set[int]:
    if not viewer.narrowed or not bookings:
        return bookings
    return set(visible_bookings(viewer.member).filter(pk__in=bookings).values_list("pk", flat=True))


def _guest(row: dict[str, Any], phones: dict[int, str]) -> str:
    name = row["booking__contact__name"] or phones.get(row["booking__contact_id"]) or row["booking__guest_name"]
    return str(name or _("Walk-in"))


def _stretch(start: datetime, end: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """From and until on the wall; on the night on which the clock is put back it is drawn as long as it takes."""
    begins, ends = when.wall(start, zone), when.wall(end, zone)
    length = end - start
    if datetime.fromisoformat(ends) - datetime.fromisoformat(begins) != length:
        ends = (datetime.fromisoformat(begins) + length).isoformat(timespec="minutes")
    found = {"start": begins, "end": ends}
    if when.is_twice(start, zone):
        found["offset"] = when.offset_words(start.astimezone(zone))
    return found


def _processing(segments: Iterable[dict[str, Any]]) -> list[list[int]]:
    """[[from, minutes], …] in which the professional is free."""
    found, at = [], 0
    for part in segments:
        if part["kind"] == "processing":
            found.append([at, int(part["minutes"])])
        at += int(part["minutes"])
    return found


def _blocked(refs: dict[int, str], start: datetime, end: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    rows = BlockedTime.objects.filter(
        Q(starts_at__lt=end, ends_at__gt=start), resource_id__in=list(refs), cancelled_at=None
    )
    return [
        {
            "id": str(row.public_id),
            "who": refs[row.resource_id],
            "start": when.wall(max(row.starts_at, start - LONGEST), zone),
            "end": when.wall(min(row.ends_at, end + LONGEST), zone),
            "kind": row.kind,
            "reason": row.reason,
            "version": row.version,
        }
        for row in rows.order_by("starts_at", "pk")
    ]


def _closed(people: Sequence[Professional], known: Catalogue, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """When each does not work, and (without `who`) when the salon is closed."""
    low, high = minute_of(start), minute_of(end)
    nothing, found = Taken(known.stamp), []
    first, last = start.astimezone(known.zone).toordinal(), end.astimezone(known.zone).toordinal()
    opened = known.salon.spans(known.zone, first, last)
    found += [_span(None, span, "closed", known.zone) for span in _rest(opened, low, high)]
    for one in people:
        if one.pk not in known.people:
            continue
        person = asking.person_for(known.people[one.pk], asking.STAFF, known, nothing, (low, high))
        ref = str(one.public_id)
        found += [_span(ref, span, "closed", known.zone) for span in _rest(person.works, low, high)]
        found += [_span(ref, span, "break", known.zone) for span in person.breaks if span[0] < high and low < span[1]]
    return found


def _rest(spans: Sequence[Span], low: int, high: int) -> list[Span]:
    found, at = [], low
    for start, end in spans:
        if start >= high or end <= low:
            continue
        if start > at:
            found.append((at, start))
        at = max(at, end)
    if at < high:
        found.append((at, high))
    return found


def _span(who: str | None, span: Span, kind: str, zone: ZoneInfo) -> dict[str, Any]:
    start, end = (when.wall(moment_of(minute), zone) for minute in span)
    return {"who": who, "start": start, "end": end, "kind": kind}


def _hours(known: Catalogue) -> list[int]:
    """From when to when a day is drawn, in minutes: what the salon and its people ever work, and an hour around."""
    weeks = [known.salon.week, *(one.calendar.week for one in known.people.values() if not one.is_archived)]
    spans = [span for week in weeks for day in week for span in day]
    first = min((start for start, _end in spans), default=USUAL[0])
    last = min(max((end for _start, end in spans), default=USUAL[1]), 1440)
    return [max(first // 60 * 60 - 60, 0), min(-(-last // 60) * 60 + 60, 1440)]


def _resource(one: Professional, viewer: Viewer) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "name": one.name,
        "title": one.title,
        "colour": one.colour,
        "mine": one.member_id == viewer.member.pk,
    }
