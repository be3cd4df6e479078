"""A place is offered to one guest: held for them, told by WhatsApp, and taken, refused or over.

Hold, offer and message are written in one transaction, so none of them is ever there without the others. Locks are
taken in one order: resources, then the visit, then the offer, then the entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from crm.bookings.actions import states, writing
from crm.bookings.actions.booking import ItemWanted, NewBooking, hold
from crm.bookings.asking import STAFF
from crm.bookings.availability.types import Slot
from crm.bookings.availability.wall import moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.defaults import policy
from crm.bookings.deposits.actions import SWAPPED, settle_or_ask
from crm.bookings.models import Booking, WaitlistEntry, WaitlistOffer
from crm.bookings.notices import sending
from crm.bookings.reminders.composing import told, what_of, when_of
from crm.bookings.reminders.composing import values_of as shared_values
from crm.bookings.waitlist import actions, matching
from crm.bookings.waitlist.places import Place
from ops import clock
from ops.events.actions import emit
from ops.failpoint import failpoint
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.audit import actions as audit
from tenants.salons.models import Salon

NAME: Final = "booking_waitlist_offer"
PREFIX: Final = "wl"
OFFER_OVER: Final = "waitlist.offer_over"
# After the hold's own timer.
AFTER: Final = timedelta(seconds=2)
SOURCE: Final = "waitlist"
State = WaitlistOffer.State
BOOKED: Final = frozenset({"booked", "confirmed", "arrived", "done"})


class Gone(Exception):
    """The place is not the guest's any more; `offer` is how it stands."""

    def __init__(self, offer: WaitlistOffer) -> None:
        super().__init__("the offer is over")
        self.offer = offer


class Busy(Exception):
    """The guest waits no more, or has an open offer already."""


@dataclass(frozen=True, slots=True)
class Freed:
    """Whose place it is that is offered."""

    place: Place | None = None
    booking: int | None = None


def offer(entry: WaitlistEntry, slot: Slot, freed: Freed, *, by: Any = None) -> WaitlistOffer:
    """Hold the visit for the guest and tell them. Raises Busy, SlotTaken, WrongItem, sending.Unreachable; then nothing
    was written. The locks of all it may take are held before (`passing`), or nothing else is."""
    with transaction.atomic():
        way = sending.way_to(entry.contact, NAME)
        held = hold(_wanted(entry, slot, way.opened.id), by=by, rules=STAFF, minutes=minutes_for(slot))
        fresh = actions.locked(entry.pk)
        if fresh.state != WaitlistEntry.State.WAITING or fresh.closed_at:
            raise Busy
        row = WaitlistOffer(
            entry=fresh,
            booking=held,
            freed_by_id=freed.booking,
            place=str(freed.place or ""),
            expires_at=held.hold_until or clock.now(),
        )
        row.save()
        fresh.state, fresh.version = WaitlistEntry.State.OFFERED, fresh.version + 1
        fresh.save(update_fields=["state", "version"])
        # Before the message: the check that looks at it on its way finds the offer.
        written = sending.send(way, NAME, lambda language: values(row, language), key=f"waitlist:{row.pk}",
                               ids=(f"{PREFIX}:{row.pk}:take", f"{PREFIX}:{row.pk}:no"))  # fmt: skip
        row.message_id = written.message_id
        row.save(update_fields=["message_id"])
        set_many(current_salon_id(), [NewTimer(OFFER_OVER, str(row.pk), row.expires_at + AFTER)])
        _tell("offered", row, by)
        failpoint("waitlist.offered")
        return row


def minutes_for(slot: Slot) -> int:
    """How long the guest has: as the salon says, and not beyond the visit."""
    left = int((moment_of(slot.starts) - clock.now()).total_seconds() // 60)
    return max(1, min(policy().offer_minutes, left - 1))


def take(row: WaitlistOffer, *, by: Any) -> Booking:
    """The guest takes it: what was held is booked; a second tap finds it booked. Raises Gone.

    A visit that they give up for it is cancelled. All locks are there before (`locks_of`)."""
    with transaction.atomic():
        booking = states.load_locked(row.booking, None)
        fresh = _locked(row.pk)
        if fresh.state in (State.TAKEN, State.OFFERED) and booking.state in BOOKED:
            _taken(fresh, by)
            return booking
        if fresh.state == State.OFFERED and waits_for_deposit(booking):
            return booking
        is_over = booking.state != Booking.State.HELD or booking.deposit_state == Booking.Deposit.DUE
        if fresh.state != State.OFFERED or is_over:
            # Who was late finds it among the nearest times, if nobody else has it.
            raise Gone(fresh)
        try:
            booking = settle_or_ask(booking, by=by)
        except (states.HoldOver, states.NotAllowed):
            raise Gone(fresh) from None
        if booking.state in BOOKED:
            _taken(fresh, by)
        else:
            # It is theirs when the deposit is there (`settled`); until then the visit they have stays.
            _wait_on(fresh, booking)
        failpoint("waitlist.taken")
        return booking


def refuse(row: WaitlistOffer, *, by: Any) -> WaitlistOffer:
    """They do not want it: it is the next one's, and they wait on. Raises Gone."""
    return _end(row, State.REFUSED, by)


def withdraw(row: WaitlistOffer, *, by: Any, reason: str = "") -> WaitlistOffer:
    """The salon takes it back, or its message did not go. Raises Gone."""
    return _end(row, State.WITHDRAWN, by, reason)


def look_at(pks: Sequence[int]) -> None:
    """Bring offers in line with their visits: the hold is over, or somebody of the salon booked or cancelled it."""
    rows = WaitlistOffer.objects.filter(pk__in=pks, state=State.OFFERED).select_related("booking").order_by("pk")
    over = [row.booking_id for row in rows if row.booking.state == Booking.State.HELD]
    if over:
        writing.release_over(over)
    for pk in [row.pk for row in rows]:
        fresh = _locked(pk)
        booking = Booking.objects.get(pk=fresh.booking_id)
        if fresh.state != State.OFFERED or booking.state == Booking.State.HELD:
            continue
        if booking.state in BOOKED:
            _taken(fresh, None)
        else:
            ended = State.EXPIRED if booking.cancel_reason == "hold_over" else State.WITHDRAWN
            _close(fresh, ended, None, "" if ended == State.EXPIRED else "cancelled")


def settled(subjects: Sequence[UUID]) -> None:
    """Visits of who waits were booked, maybe by a deposit that came: they wait no more, and give up what they said."""
    found = Booking.objects.filter(public_id__in=subjects, source=SOURCE, state__in=BOOKED).order_by("pk")
    by_entry = {str(one.details["waitlist"]): one for one in found if one.details.get("waitlist")}
    entries = list(WaitlistEntry.objects.filter(public_id__in=list(by_entry), closed_at=None).order_by("pk"))
    if not entries:
        return
    mine = {one.pk: by_entry[str(one.public_id)] for one in entries}
    states.wait_for_all({one.pk for one in mine.values()} | {one.booking_id for one in entries if one.booking_id})
    for one in entries:
        booking = states.load_locked(mine[one.pk], None)
        if booking.state not in BOOKED:
            continue
        offers = WaitlistOffer.objects.filter(booking=booking, state__in=(State.OFFERED, State.EXPIRED))
        for pk in offers.order_by("pk").values_list("pk", flat=True):
            _taken(_locked(pk), None)
        over(actions.locked(one.pk), by=None, kept=booking.pk)


def over(entry: WaitlistEntry, *, by: Any, kept: int) -> None:
    """They have what they waited for, for sure: under the entry's lock."""
    if not entry.closed_at:
        actions.close(entry, "taken", by=by)
        give_up(entry, by=by, kept=kept)


def waits_for_deposit(booking: Booking) -> bool:
    """Whether it is held for the guest until they have paid."""
    is_due = booking.state == Booking.State.HELD and booking.deposit_state == Booking.Deposit.DUE
    return is_due and booking.hold_until is not None and booking.hold_until > clock.now()


def locks_of(rows: Sequence[WaitlistOffer]) -> set[int]:
    """The bookings that an answer to these may change."""
    return {row.booking_id for row in rows} | {row.entry.booking_id for row in rows if row.entry.booking_id}


def give_up(entry: WaitlistEntry, *, by: Any, kept: int) -> None:
    """Cancel the visit that the guest would give up for this one; its place is the next one's."""
    if entry.booking_id is None or entry.booking_id == kept:
        return
    old = states.load_locked(Booking(pk=entry.booking_id), None)
    if old.state in (Booking.State.HELD, Booking.State.BOOKED, Booking.State.CONFIRMED):
        states.cancel(old, by=by, reason=SWAPPED)


def items_for(slot: Slot) -> list[ItemWanted]:
    """A slot as a visit that is wanted."""
    return [ItemWanted(one.service, one.person, moment_of(one.starts)) for one in slot.items]


def values(row: WaitlistOffer, language: str) -> list[str]:
    """What stands in the message."""
    booking = row.booking
    whats = what_of([booking])
    salon = Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0)
    shared = shared_values(booking, language, salon, whats)
    until = row.expires_at.astimezone(ZoneInfo(booking.zone))
    what = told(whats.get(booking.pk, []), language)
    return [shared["guest"], salon, when_of(booking, language), what, f"{until:%H:%M}"]


def resources_for(entries: Sequence[WaitlistEntry], known: Catalogue) -> set[int]:
    """All that an offer to these might take."""
    services = {pk for entry in entries for pk in entry.service_ids if pk in known.services}
    people = {
        pk for entry in entries for service in entry.service_ids for pk in matching.who_may(entry, service, known)
    }
    return people | {
        thing.pk for thing in known.things_of(kind for pk in services for kind in known.services[pk].needs)
    }


def withdraw_open(entry: WaitlistEntry, *, by: Any, reason: str = "by hand") -> int:
    """Take back what is offered to them right now; how many places go to the next."""
    rows = WaitlistOffer.objects.filter(entry=entry, state=State.OFFERED).select_related("booking", "entry")
    done = 0
    for row in rows.order_by("pk"):
        with transaction.atomic():
            states.wait_for_all([row.booking_id])
            try:
                withdraw(row, by=by, reason=reason)
            except Gone:
                continue
            done += 1
    return done


@transaction.atomic
def take_off(entry: WaitlistEntry, *, by: Any, reason: str = "removed") -> WaitlistEntry:
    """They wait no more; what is offered to them goes to the next."""
    withdraw_open(entry, by=by)
    return actions.leave(entry, by=by, reason=reason)


def _wanted(entry: WaitlistEntry, slot: Slot, conversation_id: int) -> NewBooking:
    return NewBooking(
        items=items_for(slot),
        contact=entry.contact,
        conversation_id=conversation_id,
        source=SOURCE,
        note=entry.note,
        details={"waitlist": str(entry.public_id)},
    )


def _locked(pk: int) -> WaitlistOffer:
    WaitlistOffer.objects.select_for_update().only("pk").get(pk=pk)
    return WaitlistOffer.objects.select_related("booking__contact", "entry").get(pk=pk)


def _taken(fresh: WaitlistOffer, by: Any) -> None:
    if fresh.state != State.TAKEN:
        _save(fresh, State.TAKEN, "")
        _tell("taken", fresh, by)
    over(actions.locked(fresh.entry_id), by=by, kept=fresh.booking_id)


def _wait_on(fresh: WaitlistOffer, booking: Booking) -> None:
    fresh.expires_at = booking.hold_until or fresh.expires_at
    fresh.save(update_fields=["expires_at"])
    set_many(current_salon_id(), [NewTimer(OFFER_OVER, str(fresh.pk), fresh.expires_at + AFTER)])


def _end(row: WaitlistOffer, state: str, by: Any, reason: str = "") -> WaitlistOffer:
    with transaction.atomic():
        booking = states.load_locked(row.booking, None)
        fresh = _locked(row.pk)
        if fresh.state != State.OFFERED or booking.state in BOOKED:
            raise Gone(fresh)
        if booking.state == Booking.State.HELD:
            states.cancel(booking, by=by, reason=SOURCE)
        return _close(fresh, state, by, reason)


def _close(fresh: WaitlistOffer, state: str, by: Any, reason: str = "") -> WaitlistOffer:
    _save(fresh, state, reason)
    entry = actions.locked(fresh.entry_id)
    if entry.state == WaitlistEntry.State.OFFERED and not entry.closed_at:
        entry.state, entry.version = WaitlistEntry.State.WAITING, entry.version + 1
        entry.save(update_fields=["state", "version"])
    _tell(str(state), fresh, by)
    return fresh


def _save(fresh: WaitlistOffer, state: str, reason: str) -> None:
    now: datetime = clock.now()
    fresh.state, fresh.answered_at, fresh.reason = state, now, reason[:60]
    fresh.save(update_fields=["state", "answered_at", "reason"])


def _tell(what: str, row: WaitlistOffer, by: Any) -> None:
    booking, known = row.booking, catalogue()
    names = [known.services[pk].name for pk in row.entry.service_ids if pk in known.services]
    after = {
        "starts_at": booking.starts_at.isoformat(),
        "wall_clock": booking.wall_clock,
        "services": names,
        "expires_at": row.expires_at.isoformat(),
        "reason": row.reason,
    }
    subject: UUID = row.entry.public_id
    audit.record(f"waitlist.{what}", subject=subject, by=by, after=after)
    payload = {
        **after,
        "offer": str(row.public_id),
        "booking": str(booking.public_id),
        "contact_id": row.entry.contact_id,
        "by": writing.kind_of(by),
    }
    emit(f"waitlist.{what}", subject=subject, payload=payload)
