"""What an answer does: the visit is confirmed, cancelled or moved, and the guest is told in their language."""

from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from channels_wa.inbound.steps import Incoming
from crm.bookings.actions import states
from crm.bookings.actions.booking import WrongItem
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.answers.reading import ANY_TIME, Answer, Asked, Kind, read
from crm.bookings.answers.when import Wish
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, Reminder
from crm.bookings.reminders import words
from crm.bookings.reminders.asked import Question
from crm.bookings.reminders.composing import PREFIX, buttons, ids_of, language_for, told, what_of, when_of
from crm.bookings.reminders.planning import REMINDED
from crm.bookings.reminders.slots import move_to, names_of, offer
from crm.consent.policy import policy
from crm.deals.actions.tasks import NewTask, create
from ops import clock

State = Booking.State
BY_WORDS: Final = {Kind.CONFIRM: "confirm", Kind.CANCEL: "cancel", Kind.RESCHEDULE: "reschedule"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the guest gets back; without text nothing."""

    text: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Doing:
    question: Question
    booking: Booking
    language: str
    wish: Wish = ANY_TIME

    def said(self, key: str) -> str:
        """A text about the visit."""
        what = told(what_of([self.booking]).get(self.booking.pk, []), self.language)
        return words.said(self.language, key, when=when_of(self.booking, self.language), what=what)


def answer(one: Incoming, question: Question) -> Reply | None:
    """Do what the guest says; None: it is not for us."""
    booking = Booking.objects.select_related("contact").get(pk=question.row.booking_id)
    if question.tapped:
        return _do(_Doing(question, booking, language_for(booking)), question.tapped)
    heard = _heard(one, booking)
    doing = _Doing(question, booking, language_for(booking, heard.language), heard.wish)
    if heard.kind is Kind.UNCLEAR:
        # Asked back once, and not while a person talks with the guest; then it is for flows or people.
        if not question.is_reminder or question.row.answered_at or not one.bot_on:
            return None
        return _stands(doing) or _ask(doing, "unclear")
    if heard.kind is Kind.CONFIRM and question.is_list:
        # To a list "sim" says not which: least of all the time that they wanted to leave.
        return _do(doing, "reschedule")
    if heard.kind is Kind.CONFIRM and question.row.answer == "confirm" and booking.state == State.CONFIRMED:
        # "ok, obrigada" after it was confirmed.
        return Reply()
    return _do(doing, BY_WORDS[heard.kind])


def _heard(one: Incoming, booking: Booking) -> Answer:
    language = language_for(booking)
    return read(one.message.text, Asked(clock.now(), ZoneInfo(booking.zone), booking.starts_at, language))


def _do(doing: _Doing, what: str) -> Reply:
    if reply := _stands(doing):
        return reply
    if what == "reschedule":
        _note(doing.question.row, "reschedule")
        return _offer(doing)
    if what == "at":
        return _move(doing)
    booking = doing.booking
    by = booking.contact
    try:
        if what == "confirm":
            key = "confirmed_already" if booking.state == State.CONFIRMED else "confirmed"
            states.confirm(booking, by=by, version=booking.version)
        else:
            # Not `in_policy`: we have asked, so that the place can be given to somebody else.
            key = "cancelled"
            states.cancel(booking, by=by, version=booking.version, reason="reminder")
    except states.Stale as other:
        return _again(doing, other.booking)
    except (states.NotAllowed, SlotTaken):
        booking.refresh_from_db()
        return _stands(doing) or Reply(doing.said("over"))
    _note(doing.question.row, what)
    text = doing.said(key)
    if what == "cancel":
        return Reply(text)
    asks = ids_of(doing.question.row.pk, booking)
    payload = buttons(text, doing.language, asks)
    payload["buttons"] = payload["buttons"][1:]
    return Reply(text, payload)


def _stands(doing: _Doing) -> Reply | None:
    """What is to be said instead, where the visit is not any more what the guest was asked about."""
    booking = doing.booking
    if booking.state == State.CANCELLED:
        return Reply(doing.said("cancelled_already"))
    if booking.state not in REMINDED or booking.starts_at <= clock.now():
        return Reply(doing.said("over"))
    if minute_of(booking.starts_at) != doing.question.about:
        return _ask(doing, "moved_meanwhile")
    return None


def _again(doing: _Doing, fresh: Booking) -> Reply:
    """Somebody else changed the visit meanwhile: the guest hears how it stands, and says it once more."""
    again = _Doing(doing.question, fresh, doing.language)
    return _stands(again) or _ask(again, "unclear")


def _ask(doing: _Doing, key: str) -> Reply:
    text = doing.said(key)[:1024]
    return Reply(text, buttons(text, doing.language, ids_of(doing.question.row.pk, doing.booking)))


def _move(doing: _Doing) -> Reply:
    try:
        moved = move_to(doing.booking, doing.question.to, by=doing.booking.contact)
    except (SlotTaken, WrongItem, states.TooLate):
        return _offer(doing, "pick_taken")
    except (states.NotAllowed, states.Stale) as other:
        return _again(doing, other.booking)
    _note(doing.question.row, "reschedule")
    return Reply(_Doing(doing.question, moved, doing.language).said("moved"))


def _offer(doing: _Doing, key: str = "") -> Reply:
    found, language = offer(doing.booking, doing.wish), doing.language
    if not found.slots:
        _tell_team(doing.booking)
        return Reply(doing.said("none"))
    asked_for = doing.wish is not ANY_TIME and (doing.wish.days or doing.wish.has_time or doing.wish.is_past)
    if not key and doing.wish.is_past:
        key = "pick_past"
    key = key or ("pick_wish" if found.fits else "pick_other" if asked_for else "pick")
    known, zone = catalogue(), ZoneInfo(doing.booking.zone)
    about, row = minute_of(doing.booking.starts_at), doing.question.row.pk
    rows = [
        {
            "id": f"{PREFIX}:{row}:at:{about}:{slot.starts}",
            "title": words.row(language, moment_of(slot.starts).astimezone(zone))[:24],
            "description": names_of(slot, known)[:72] or "–",
        }
        for slot in found.slots
    ]
    text = words.said(language, key)
    return Reply(text, {"type": "list", "text": text, "button": words.said(language, "pick_button"), "rows": rows})


def _note(row: Reminder, what: str) -> None:
    Reminder.objects.filter(pk=row.pk).update(answer=what, answered_at=clock.now())


def _tell_team(booking: Booking) -> None:
    with translation.override(policy().language):
        guest = (booking.contact.name if booking.contact else "") or booking.guest_name or _("a guest")
        text = _("%(guest)s would like another time for the visit, and nothing is free.") % {"guest": guest}
    new = NewTask(text=text, contact=booking.contact, conversation_id=booking.conversation_id, due_at=clock.now())
    create(new, by=None)
