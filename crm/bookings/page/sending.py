"""What the page writes to guests: the code, and that all is well. Through the outbox as everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import account_of, accounts
from channels_wa.outbox import window
from channels_wa.outbox.actions import enqueue
from channels_wa.outbox.message import NewMessage
from crm.bookings.models import Booking
from crm.bookings.page import limits, templates, words
from crm.bookings.page.notes import Notes
from crm.bookings.reminders import words as dates
from crm.bookings.reminders.composing import Address, addresses_of, told, what_of, when_of
from crm.inbox.live import tell_new
from crm.inbox.opening import Opened, opened_for
from crm.inbox.sending import CannotSend, first_number
from crm.inbox.summary import note_outbound
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

CODE_AGAIN: Final = "booking.page_code"
PREFIX: Final = "bp"
# Meta looks at the text of the code: until then the hold is looked after so often.
SOON: Final = timedelta(seconds=10)
SENT, WAITING, NOT_SENT = "sent", "waiting", "not_sent"
_LONGEST_NAME: Final = 20


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message goes, and in which form it may."""

    opened: Opened
    to: Address
    is_window_open: bool
    template: MessageTemplate | None


def send_code(booking: Booking) -> str:
    """Write the code to the phone that was typed; SENT, or WAITING for its template, or NOT_SENT where it must not go.

    The row is locked by the caller. What a visitor sees is the same in each case: whether the salon knows the phone, or
    its owner wants no messages, is nobody's business.
    """
    notes, now = Notes(booking), clock.now()
    language = language_of(booking)
    place = _place(booking, templates.CODE, language)
    if place is None or notes.is_proved or not notes.may_send(now) or limits.is_unwanted(notes.phone):
        return NOT_SENT
    if not place.is_window_open and place.template is None:
        templates.ensure(accounts())
        _again(booking, now + SOON)
        return WAITING
    try:
        limits.count(limits.sends(notes.phone, str(notes.data.get("from", ""))))
    except limits.TooMany:
        return NOT_SENT
    code, tap = notes.new_code(now)
    ids = {answer: f"{PREFIX}:{booking.public_id.hex}:{answer}:{tap}" for answer in templates.BUTTONS}
    values = {**values_of(booking, language), "code": code}
    form = _form(place, templates.CODE, language, values, ids)
    _write(booking, place, form, f"book:code:{booking.pk}:{notes.sent}")
    notes.save()
    return SENT


def send_made(booking: Booking, link: str) -> None:
    """Say that it is booked, with the link to it; nothing where no form of it may go (the page says it too)."""
    language = language_of(booking)
    place = _place(booking, templates.MADE, language)
    if place is None or (not place.is_window_open and place.template is None):
        return
    form = _form(place, templates.MADE, language, {**values_of(booking, language), "link": link}, {})
    _write(booking, place, form, f"book:made:{booking.pk}:{booking.version}")


def send_word(booking: Booking, key: str) -> None:
    """A sentence of the table, to whoever has written lately."""
    language = language_of(booking)
    place = _place(booking, "", language)
    if place is None or not place.is_window_open:
        return
    text = said(booking, key)
    _write(booking, place, ("text", text, {}), f"book:{key}:{booking.pk}:{booking.version}")


def said(booking: Booking, key: str) -> str:
    """A text of the table about this visit."""
    values = values_of(booking, language_of(booking))
    return words.said(language_of(booking), key, when=values["when"], what=values["what"], link=page_url())


def made_text(booking: Booking, link: str) -> str:
    """That it is booked, as an answer."""
    language = language_of(booking)
    return templates.text_of(templates.MADE, language, {**values_of(booking, language), "link": link})


def language_of(booking: Booking) -> str:
    """The one of the page where it was booked: whoever booked reads it."""
    return dates.language_of(Notes(booking).language)


def values_of(booking: Booking, language: str) -> dict[str, str]:
    """The templates' values."""
    return {
        "guest": first_name(booking.guest_name) or dates.said(language, "guest"),
        "salon": Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0),
        "when": when_of(booking, language),
        "what": told(what_of([booking]).get(booking.pk, []), language),
    }


def first_name(name: str) -> str:
    """How a visitor is called in a message that goes to a phone which may not be theirs: one word of letters alone, so
    that nobody can send an advertisement or an address by way of us."""
    word = (name.split() or [""])[0]
    return word[:_LONGEST_NAME] if word.replace("-", "").replace("'", "").isalpha() else ""


def page_url() -> str:
    """The page's address."""
    slug = Salon.objects.values_list("slug", flat=True).get(pk=current_salon_id() or 0)
    return salon_url(slug, "/book/")


def manage_url(token: str) -> str:
    """Where a visit is seen, moved and cancelled."""
    return f"{page_url()}manage/{token}/"


def chat_url(text: str) -> str:
    """The address that opens WhatsApp with the salon, with a text to send; a link, nothing is loaded from there."""
    try:
        digits = "".join(sign for sign in first_number().display_phone if sign.isdecimal())
    except CannotSend:
        return ""
    return f"https://wa.me/{digits}" + (f"?text={quote(text)}" if text else "")


def _place(booking: Booking, which: str, language: str) -> _Place | None:
    if not booking.contact_id:
        return None
    opened = opened_for([booking.contact_id]).get(booking.contact_id)
    to = _address(booking, opened) if opened else None
    if opened is None or to is None:
        return None
    pair = (opened.contact_id, opened.number_id)
    is_open = window.is_open(window.last_inbound([pair]).get(pair), clock.now())
    template = templates.known(which, account_of(opened.number_id), language) if which and not is_open else None
    return _Place(opened, to, is_open, template)


def _address(booking: Booking, opened: Opened) -> Address | None:
    """The phone that was typed, until somebody has proved to be the guest: from then on one of the guest's own, as
    the typed one may be a stranger's."""
    notes = Notes(booking)
    if not notes.is_proved:
        return Address("phone", notes.phone) if notes.phone else None
    own = addresses_of([opened.contact_id]).get((opened.contact_id, opened.portfolio), [])
    return next((one for one in own if one.value == notes.phone), own[0] if own else None)


Form = tuple[str, str, dict[str, Any]]


def _form(place: _Place, which: str, language: str, values: Mapping[str, str], ids: Mapping[str, str]) -> Form:
    if place.template is not None:
        filled = templates.fill(place.template, which, values, ids)
        return "template", filled.text, filled.payload
    text = templates.text_of(which, language, values)[:1024]
    if not ids:
        return "text", text, {}
    buttons = [{"id": pk, "title": words.said(language, answer)} for answer, pk in ids.items()]
    return "interactive", text, {"type": "buttons", "text": text, "buttons": buttons}


def _write(booking: Booking, place: _Place, form: Form, key: str) -> None:
    kind, text, payload = form
    written = enqueue(
        NewMessage(
            contact_id=place.opened.contact_id,
            conversation_id=place.opened.id,
            number_id=place.opened.number_id,
            recipient_kind=place.to.kind,
            recipient=place.to.value,
            type=kind,
            text=text,
            payload=payload,
            # A visitor asked for it, who may be anybody: whoever has stopped the salon's messages gets none.
            purpose="service",
            dedupe_key=key[:120],
        )
    )
    if written.is_new and written.status != "cancelled":
        note_outbound([(written.conversation_id, written.type, written.text)], at=written.at)
        tell_new([written.message_id], [written.conversation_id])


def _again(booking: Booking, at: datetime) -> None:
    if booking.hold_until and at < booking.hold_until:
        set_many(current_salon_id(), [NewTimer(CODE_AGAIN, str(booking.pk), at, int(at.timestamp()))])
