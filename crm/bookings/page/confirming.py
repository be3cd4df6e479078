"""The visitor shows that the phone is theirs, by whichever way: then the place is booked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from crm.bookings.actions import states
from crm.bookings.deposits.actions import settle_or_ask
from crm.bookings.models import Booking
from crm.bookings.page import limits, sending
from crm.bookings.page.notes import SOURCE, Notes
from crm.consent.models import Purpose, Source
from crm.consent.models import State as Said
from crm.consent.register import record
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id

State = Booking.State
# A code of a hold that is over is still known for so long, to say so.
REMEMBERED = timedelta(hours=2)
# So many visits ahead one guest may have by the page.
MOST_AHEAD = 6
DONE_STATES = frozenset({State.BOOKED, State.CONFIRMED, State.ARRIVED, State.DONE})


class Result(StrEnum):
    """What became of a try."""

    DONE = "done"
    # The phone is theirs; a deposit is awaited.
    DUE = "due"
    # It stood already.
    STOOD = "stood"
    WRONG = "wrong"
    # Typed too often: a new code is needed.
    TIRED = "tired"
    OVER = "over"
    # The guest has as many visits ahead as one may book by themselves.
    MANY = "many"


def find(public_id: UUID) -> Booking | None:
    """A visit of the page."""
    return Booking.objects.select_related("contact").filter(public_id=public_id, source=SOURCE).first()


@transaction.atomic
def type_code(booking: Booking, typed: str) -> Result:
    """The code was typed into the page."""
    fresh = _locked(booking)
    if (already := _already(fresh)) is not None:
        return already
    notes = Notes(fresh)
    if not notes.tries_left or not notes.sent:
        return Result.TIRED if notes.sent else Result.WRONG
    if not notes.is_code(typed):
        notes.data["tries"] = int(notes.data.get("tries", 0)) + 1
        notes.save()
        return Result.WRONG if notes.tries_left else Result.TIRED
    return _settle(fresh, "code", tells=True)


def answered(booking: Booking, how: str, contact: Contact | None, conversation_id: int | None) -> Result:
    """The guest has written or tapped, from this contact. In the caller's transaction; its locks are taken already."""
    fresh = _locked(booking)
    if (already := _already(fresh)) is not None:
        return already
    if contact is not None and contact.pk != fresh.contact_id:
        # Who writes has shown which phone is theirs; the one that was typed was mistyped, or written another way.
        fresh.contact = contact
    if conversation_id:
        fresh.conversation_id = conversation_id
    fresh.save(update_fields=["contact", "conversation_id"])
    return _settle(fresh, how, tells=False)


def refuse(booking: Booking) -> None:
    """ "It was not me": the place is free at once, and no more codes go there."""
    fresh = _locked(booking)
    limits.refuse(Notes(fresh).phone)
    if fresh.state == State.HELD:
        states.cancel(fresh, by=fresh.contact, reason="not_me")


@transaction.atomic
def new_code(booking: Booking) -> str:
    """Send another one; what became of it, as sending says."""
    fresh = _locked(booking)
    if _already(fresh) is not None:
        return sending.NOT_SENT
    notes = Notes(fresh)
    notes.data["tries"] = 0
    notes.keep()
    return sending.send_code(fresh)


def send_waiting(bookings: Sequence[int]) -> None:
    """Send the codes that wait for their template, of those that are held still. In the caller's transaction."""
    rows = Booking.objects.select_for_update().filter(pk__in=bookings, state=State.HELD).order_by("pk")
    for row in rows:
        if not is_over(row, clock.now()) and not Notes(row).sent:
            sending.send_code(row)


def on_booked(events: Sequence[Heard]) -> None:
    """booking.booked: a deposit was paid. The link goes to the phone, as it does at once where none was asked for."""
    wanted = [one.subject for one in events if one.payload.get("source") == SOURCE]
    rows = Booking.objects.filter(public_id__in=wanted, deposit_state=Booking.Deposit.PAID, state=State.BOOKED)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        row = Booking.objects.select_for_update(of=("self",)).select_related("contact").get(pk=pk)
        notes = Notes(row)
        if notes.is_proved and not notes.data.get("told"):
            notes.data["told"] = True
            notes.save()
            sending.send_made(row, new_link(row))


def new_link(booking: Booking) -> str:
    """The address of a new link to it; under the row's lock."""
    notes = Notes(booking)
    token = notes.add_link()
    notes.save()
    return sending.manage_url(token)


def _locked(booking: Booking) -> Booking:
    # Locks, then rows (docs/adr/0026).
    states.wait_for_all([booking.pk])
    return states.load_locked(booking, None)


def _already(fresh: Booking) -> Result | None:
    if fresh.state in DONE_STATES:
        return Result.STOOD
    if fresh.state != State.HELD or is_over(fresh, clock.now()):
        return Result.OVER
    return Result.DUE if Notes(fresh).is_proved else None


def is_over(booking: Booking, now: datetime) -> bool:
    """Whether its hold is over, whoever has noticed it yet."""
    return booking.state == State.HELD and (booking.hold_until is None or booking.hold_until <= now)


def _settle(fresh: Booking, how: str, *, tells: bool) -> Result:
    if _has_many(fresh):
        return Result.MANY
    notes = Notes(fresh)
    notes.data |= {"proved": how, "proved_at": clock.now().isoformat()}
    # What was needed for it is needed no more.
    for name in ("code", "taps"):
        notes.data.pop(name, None)
    notes.save()
    try:
        settled = settle_or_ask(fresh, by=fresh.contact)
    except states.HoldOver:
        # In this very moment.
        return Result.OVER
    if settled.contact is not None:
        _note_contact(settled, settled.contact)
    if settled.state == State.HELD:
        # The salon wants a deposit: its link goes instead (crm.bookings.deposits).
        return Result.DUE
    if tells:
        sending.send_made(settled, new_link(settled))
    return Result.DONE


def _has_many(fresh: Booking) -> bool:
    """Under a lock of the guest, taken after those of the visit: two at once are counted one after the other."""
    if fresh.contact_id is None:
        return False
    with connection.cursor() as cursor:
        name = f"book.guest:{current_salon_id() or 0}:{fresh.contact_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    rows = Booking.objects.filter(source=SOURCE, contact=fresh.contact_id, starts_at__gte=clock.now())
    ahead = rows.exclude(pk=fresh.pk).filter(
        Q(state__in=(State.BOOKED, State.CONFIRMED)) | Q(state=State.HELD, deposit_state=Booking.Deposit.DUE)
    )
    return ahead.count() >= MOST_AHEAD


def _note_contact(booking: Booking, contact: Contact) -> None:
    """By now the phone is theirs: a name that nobody knew, the language, and what they agreed to."""
    notes, values = Notes(booking), dict[str, Any]()
    if not contact.name and booking.guest_name:
        values["name"] = booking.guest_name
    if not contact.language and notes.language:
        values["language"] = notes.language
    if values:
        contacts.change(contact, values, by=contact)
    # A tap shows whose phone it is, not who ticked the box: that was whoever has the page, and typed or sent its code.
    agrees = bool(notes.data.get("offers")) and notes.data.get("proved") in ("code", "word")
    purposes = [Purpose.SERVICE, *([Purpose.MARKETING] if agrees else [])]
    evidence = f"{sending.page_url()} {booking.public_id}"
    record(contact, purposes=purposes, state=Said.GRANTED, source=Source.FORM, evidence=evidence, by=contact)
