"""What an answer to an offer does: the place is the guest's, or the next one's, and the guest is told."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models import Q

from channels_wa.inbound.steps import Incoming
from crm.bookings.actions.booking import NewBooking, WrongItem
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.asking import GUEST, at, nearest
from crm.bookings.availability.types import Slot
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.deposits.actions import book_or_ask
from crm.bookings.models import Booking, WaitlistEntry, WaitlistOffer
from crm.bookings.reminders import words as dates
from crm.bookings.reminders.answering import Reply
from crm.bookings.reminders.composing import language_for, told, what_of, when_of
from crm.bookings.reminders.slots import names_of
from crm.bookings.waitlist import actions, matching, offering, words
from crm.bookings.waitlist.asked import Question
from crm.bookings.waitlist.words import Said
from crm.contacts.models import Contact
from ops import clock

State = WaitlistOffer.State


@dataclass(frozen=True, slots=True)
class _Doing:
    row: WaitlistOffer
    language: str
    by: Contact

    def said(self, key: str, booking: Booking | None = None) -> str:
        """A text about the visit."""
        visit = booking or self.row.booking
        what = told(what_of([visit]).get(visit.pk, []), self.language)
        until = self.row.expires_at.astimezone(ZoneInfo(visit.zone))
        return words.said(self.language, key, when=when_of(visit, self.language), what=what, until=f"{until:%H:%M}")


def answer(one: Incoming, question: Question) -> Reply | None:
    """Do what the guest says to an offer; None: it is not for us."""
    row = question.row
    own = language_for(row.booking)
    if question.tapped:
        doing = _Doing(row, own, row.entry.contact)
        return _choose(doing, question.to) if question.tapped == "at" else _do(doing, question.tapped)
    heard, spoken = words.heard(one.message.text, own)
    doing = _Doing(row, spoken or own, row.entry.contact)
    if heard is Said.UNCLEAR:
        # Asked back once, to the offer alone, and not while a person talks with the guest.
        is_open = row.state == State.OFFERED and row.expires_at > clock.now()
        return _ask(doing) if question.is_offer and question.is_first and is_open and one.bot_on else None
    if not question.is_offer:
        # To a list "sim" says not which.
        return _nearest(doing, "unclear_pick") if heard is Said.TAKE else Reply(doing.said("refused"))
    return _do(doing, str(heard))


def _do(doing: _Doing, what: str) -> Reply:
    row = doing.row
    if what == "take":
        try:
            again = row.state == State.TAKEN
            booking = offering.take(row, by=doing.by)
        except (offering.Gone, SlotTaken):
            return _nearest(doing, "gone")
        if booking.deposit_state == Booking.Deposit.DUE:
            return Reply(doing.said("deposit", booking))
        return Reply(doing.said("taken_already" if again else "taken", booking))
    try:
        offering.refuse(row, by=doing.by)
    except offering.Gone as gone:
        return Reply(doing.said("taken_already" if gone.offer.state == State.TAKEN else "refused_already"))
    return Reply(doing.said("refused"))


def _ask(doing: _Doing) -> Reply:
    text = doing.said("unclear")[:1024]
    replies = [
        {"id": f"{offering.PREFIX}:{doing.row.pk}:{one}", "title": words.said(doing.language, one)}
        for one in ("take", "no")
    ]
    return Reply(text, {"type": "buttons", "text": text, "buttons": replies})


def _nearest(doing: _Doing, key: str) -> Reply:
    """The times closest to the one they were late for."""
    entry = doing.row.entry
    found = [] if entry.closed_at else _free(entry, minute_of(doing.row.booking.starts_at))
    if not found:
        return Reply(words.said(doing.language, "gone_over" if entry.closed_at else "gone_none"))
    known, zone = catalogue(), ZoneInfo(doing.row.booking.zone)
    rows = [
        {
            "id": f"{offering.PREFIX}:{doing.row.pk}:at:{slot.starts}",
            "title": dates.row(doing.language, moment_of(slot.starts).astimezone(zone))[:24],
            "description": names_of(slot, known)[:72] or "–",
        }
        for slot in found
    ]
    text = words.said(doing.language, key)
    button = words.said(doing.language, "button")
    return Reply(text, {"type": "list", "text": text, "button": button, "rows": rows})


def _free(entry: WaitlistEntry, around: int) -> list[Slot]:
    asked = matching.asked_of(entry, catalogue())
    if asked is None:
        return []
    found = nearest(replace(asked, rules=GUEST), around)
    return [slot for slot in found if not matching.is_elsewhere(entry.contact_id, slot, but=[entry.booking_id])]


def _choose(doing: _Doing, start: int) -> Reply:
    """A time of the list: it is booked, if it is still free."""
    entry = actions.locked(doing.row.entry_id)
    if mine := _has(entry, start):
        return Reply(doing.said("deposit" if offering.waits_for_deposit(mine) else "taken_already", mine))
    if entry.closed_at:
        # An old list: what they waited for is over, nothing is booked by it any more.
        return Reply(doing.said("gone_over"))
    slot = _at(entry, start)
    if slot is None:
        return _nearest(doing, "pick_taken")
    new = NewBooking(
        items=offering.items_for(slot),
        contact=entry.contact,
        conversation_id=doing.row.booking.conversation_id,
        source=offering.SOURCE,
        details={"waitlist": str(entry.public_id)},
    )
    try:
        booking = book_or_ask(new, by=doing.by, rules=GUEST)
    except (SlotTaken, WrongItem):
        return _nearest(doing, "pick_taken")
    # For a deposit it is only held: the visit they have stays until the new one is sure (`offering.settled`).
    if booking.state in offering.BOOKED and entry.state == WaitlistEntry.State.WAITING:
        offering.over(entry, by=doing.by, kept=booking.pk)
    key = "deposit" if booking.deposit_state == Booking.Deposit.DUE else "taken"
    return Reply(doing.said(key, booking))


def _has(entry: WaitlistEntry, start: int) -> Booking | None:
    """The visit of a second tap on the same time; or what they have by the entry already, or are to pay for."""
    now = clock.now()
    theirs = Booking.objects.filter(contact=entry.contact_id).select_related("contact")
    theirs = theirs.filter(
        Q(state__in=offering.BOOKED) | Q(state="held", deposit_state=Booking.Deposit.DUE, hold_until__gt=now)
    )
    same = theirs.filter(starts_at=moment_of(start), items__service__in=entry.service_ids).first()
    return same or theirs.filter(details__waitlist=str(entry.public_id), ends_at__gt=now).order_by("-pk").first()


def _at(entry: WaitlistEntry, start: int) -> Slot | None:
    asked = matching.asked_of(entry, catalogue())
    if asked is None:
        return None
    found = at(replace(asked, rules=GUEST), start)
    return found[0] if found and not matching.is_elsewhere(entry.contact_id, found[0], but=[entry.booking_id]) else None


def locks(rows: list[WaitlistOffer], chosen: list[WaitlistOffer]) -> tuple[set[int], set[int]]:
    """Bookings and resources whose locks answers to these need, before any is changed."""
    known = catalogue()
    return offering.locks_of(rows), offering.resources_for([row.entry for row in chosen], known)
