"""Another time, another professional, another length. What was booked stays as it was booked: segments and price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm.bookings import reminders
from crm.bookings.actions import writing
from crm.bookings.actions.booking import (
    ItemWanted,
    WrongItem,
    asked_of,
    items_in_order,
    lines_of,
    start_of,
)
from crm.bookings.actions.placing import Changed, Line, SlotTaken, Way, in_turn, place
from crm.bookings.actions.states import NotAllowed, TooLate, load_locked, may_still_change
from crm.bookings.asking import GUEST, OVERRIDE, STAFF, Rules
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import Catalogue, KnownPerson, shape_of
from crm.bookings.models import Allocation, Booking, BookingItem
from crm.bookings.reading import now_minute
from ops import clock
from ops.events.actions import emit_many
from tenants.audit import actions as audit

MOVABLE = (Booking.State.HELD, Booking.State.BOOKED, Booking.State.CONFIRMED, Booking.State.ARRIVED)
LONGEST_MINUTES = 1440
Check = Callable[[set[int]], None]


@dataclass(frozen=True, slots=True)
class Arranged:
    """One service as it shall be. What is None stays as it is; a service that was not there before needs a start or
    follows the one before."""

    service: int
    professional: int | None = None
    starts_at: datetime | None = None
    # How long the guest is there.
    minutes: int | None = None
    add_ons: tuple[int, ...] | None = None
    # What it is made of, where it shall be as it was before somebody made it shorter or longer.
    segments: tuple[dict[str, Any], ...] = ()


def move(
    booking: Booking,
    starts_at: datetime,
    *,
    by: Any,
    version: int | None = None,
    professional: int | None = None,
    position: int | None = None,
    override: str = "",
    reason: str = "",
    rules: Rules = STAFF,
    check: Check | None = None,
) -> Booking:
    """Let the visit begin then, its services in the same distance; `professional` for all of them or for the one at
    `position`. Raises as `arrange`."""

    def build(items: Sequence[BookingItem]) -> list[Arranged]:
        by_how_much = starts_at - min(item.starts_at for item in items)
        return [
            Arranged(item.service_id, _given(item, professional, position), item.starts_at + by_how_much)
            for item in items
        ]

    return _arrange(
        booking, build, by=by, version=version, override=override, reason=reason, rules=rules, check=check
    )  # fmt: skip


def reassign(
    booking: Booking, professional: int, *, by: Any, version: int | None = None, position: int | None = None,
    override: str = "",
) -> Booking:  # fmt: skip
    """Let somebody else do it, at the same time. Raises as `arrange`."""

    def build(items: Sequence[BookingItem]) -> list[Arranged]:
        return [Arranged(item.service_id, _given(item, professional, position), item.starts_at) for item in items]

    return _arrange(booking, build, by=by, version=version, override=override)


def resize(
    booking: Booking, minutes: int, *, by: Any, version: int | None = None, position: int = -1, override: str = ""
) -> Booking:
    """Make one of its services (the last one) longer or shorter; later ones stay. Raises as `arrange`."""

    def build(items: Sequence[BookingItem]) -> list[Arranged]:
        at = position if position >= 0 else len(items) - 1
        return [
            Arranged(item.service_id, item.professional_id, item.starts_at, minutes if item.position == at else None)
            for item in items
        ]

    return _arrange(booking, build, by=by, version=version, override=override)


def arrange(
    booking: Booking,
    wanted: Sequence[Arranged],
    *,
    by: Any,
    version: int | None = None,
    override: str = "",
    reason: str = "",
    rules: Rules = STAFF,
    check: Check | None = None,
) -> Booking:
    """Give the visit these services in these places. `rules` GUEST: only as long as the salon lets guests move.
    `check` is told, under the locks, whose calendars are changed, and refuses by raising.

    Raises Stale, NotAllowed, TooLate, WrongItem, and SlotTaken with the nearest free slots; then all is as before.
    """
    return _arrange(
        booking, lambda _: wanted, by=by, version=version, override=override, reason=reason, rules=rules, check=check
    )  # fmt: skip


def _given(item: BookingItem, professional: int | None, position: int | None) -> int:
    return professional if professional and position in (None, item.position) else item.professional_id


def _arrange(
    booking: Booking,
    build: Callable[[Sequence[BookingItem]], Sequence[Arranged]],
    *,
    by: Any,
    version: int | None,
    override: str,
    reason: str = "",
    rules: Rules = STAFF,
    check: Check | None = None,
) -> Booking:
    """`build` says what is wanted of the services as they are: those that are there under the locks too."""
    wanted: Sequence[Arranged] = ()
    rules = OVERRIDE if override else rules
    if rules is GUEST and not may_still_change(booking):
        raise TooLate

    def work() -> Booking:
        nonlocal wanted
        items = items_in_order(booking)
        wanted = build(items)
        used = set(Allocation.objects.filter(item__booking=booking).values_list("resource_id", flat=True))
        binding = _binding(rules, wanted, items)
        known, plans = place(
            lambda known: [_line(place, one, items, known, binding) for place, one in enumerate(wanted)],
            binding, but=booking.pk, also=used,
        )  # fmt: skip
        fresh = load_locked(booking, version)
        if items_in_order(fresh) != items:
            raise Changed
        if check is not None:
            check({item.professional_id for item in items} | {plan.person for plan in plans})
        if fresh.state not in MOVABLE:
            raise NotAllowed(fresh, "moved")
        before = writing.facts(fresh, items, known)
        agreed = fresh.price_minor - sum(item.price_minor for item in items)
        writing.spread(fresh, plans, known)
        # A price that was agreed for the visit keeps its distance to the list.
        fresh.price_minor = max(fresh.price_minor + agreed, 0)
        fresh.version, fresh.updated_at = fresh.version + 1, clock.now()
        fresh.override_reason, fresh.needs_review = override[:200] or fresh.override_reason, False
        made = writing.items_of(plans)
        after = writing.facts(fresh, made, known)
        line = writing.new_move(fresh, "moved", before=before, after=after, by=by, reason=reason or override)
        writing.write(writing.REPLACE, fresh, plans, line, items=made)
        reminders.take_back([fresh.pk])
        reminders.plan(fresh, [item.service_id for item in made], known)
        audit.record("booking.moved", subject=fresh.public_id, by=by, before=before, after=after)
        emit_many(
            [writing.event("booking.moved", fresh, by, items=after["items"], before=before["items"], reason=reason)]
        )
        return fresh

    try:
        return in_turn(work)
    except SlotTaken as taken:
        raise _with_free(taken, booking, wanted, rules) from None


def _with_free(taken: SlotTaken, booking: Booking, wanted: Sequence[Arranged], rules: Rules) -> SlotTaken:
    items = [ItemWanted(one.service, one.professional, one.starts_at) for one in wanted]
    around = min((minute_of(one.starts_at) for one in wanted if one.starts_at), default=now_minute())
    return taken.instead(lambda: replace(asked_of(items, rules), but=booking.pk), around)


def _binding(rules: Rules, wanted: Sequence[Arranged], items: Sequence[BookingItem]) -> Rules:
    """What has begun may still be made longer or given to somebody else."""
    stays = len(wanted) == len(items) and all(
        one.starts_at in (None, item.starts_at) for one, item in zip(wanted, items, strict=True)
    )
    return replace(rules, may_have_begun=True) if stays and not rules.for_guests else rules


def _line(place: int, one: Arranged, items: Sequence[BookingItem], known: Catalogue, rules: Rules) -> Line:
    item = items[place] if place < len(items) else None
    if item is None or item.service_id != one.service or one.add_ons is not None:
        first_start = one.starts_at or (item.starts_at if item else None)
        who = one.professional or (item.professional_id if item else None)
        wanted = ItemWanted(one.service, who, first_start, one.add_ons or ())
        made = _fresh_line(place, wanted, known, rules)
        return made if one.minutes is None else _resized(made, one.minutes, place)
    starts_at = one.starts_at or item.starts_at
    person = _person(place, one, item, known, rules)
    way = Way(tuple(item.segments), shape_of(item.segments, item.buffer_before, item.buffer_after), item.price_minor)
    line = Line(
        one.service,
        {person.pk: way},
        known.services[one.service].needs,
        tuple(item.add_ons),
        item.is_anyone and person.pk == item.professional_id,
        start_of(starts_at, known, rules, place),
    )
    if one.segments:
        way = Way(one.segments, shape_of(one.segments, item.buffer_before, item.buffer_after), item.price_minor)
        return replace(line, ways={person.pk: way})
    return line if one.minutes is None else _resized(line, one.minutes, place)


def _fresh_line(place: int, wanted: ItemWanted, known: Catalogue, rules: Rules) -> Line:
    try:
        # Alone it would have to say when it begins; behind another it may follow.
        lead = [replace(wanted, starts_at=wanted.starts_at or clock.now().replace(second=0, microsecond=0))]
        line = lines_of(lead, known, rules)[0]
    except WrongItem as wrong:
        raise WrongItem(place, wrong.field, wrong.code, wrong.words) from None
    if wanted.starts_at is None and place == 0:
        raise WrongItem(place, "starts_at", "required", "The first service must say when it begins.")
    return line if wanted.starts_at else replace(line, starts=None)


def _person(place: int, one: Arranged, item: BookingItem, known: Catalogue, rules: Rules) -> KnownPerson:
    pk = one.professional or item.professional_id
    person = known.people.get(pk)
    if person is None or ((person.is_archived or person.is_beyond_plan) and pk != item.professional_id):
        raise WrongItem(place, "professional", "not_there", "This professional takes no bookings.")
    if pk != item.professional_id and one.service not in person.shapes and not rules.is_override:
        raise WrongItem(place, "professional", "not_offered", "This professional does not offer the service.")
    return person


def _resized(line: Line, minutes: int, place: int) -> Line:
    """The last segment that takes the professional becomes longer or shorter."""
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise WrongItem(place, "minutes", "range", f"Must be 1 to {LONGEST_MINUTES} minutes.")
    ways = {}
    for person, way in line.ways.items():
        segments = [dict(part) for part in way.segments]
        busy = [part for part in segments if part["kind"] == "busy"] or segments
        last = int(busy[-1]["minutes"]) + minutes - way.shape.minutes
        if last < 1:
            # Too short for what it was made of: all of it takes the professional now.
            segments = [{"kind": "busy", "minutes": minutes}]
        else:
            busy[-1]["minutes"] = last
        ways[person] = Way(tuple(segments), shape_of(segments, way.shape.before, way.shape.after), way.price_minor)
    return replace(line, ways=ways)
