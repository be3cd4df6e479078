"""A guest's message that confirms a visit of the page: its button, or the code that stands on the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from channels_wa.inbound.steps import Incoming
from crm.bookings import defaults
from crm.bookings.models import Booking
from crm.bookings.page import confirming, limits, sending, words
from crm.bookings.page.confirming import Result
from crm.bookings.page.notes import SOURCE, Notes, word_hash
from crm.bookings.reminders.answering import Reply
from crm.bookings.reminders.words import language_of
from crm.consent.policy import policy
from crm.consent.words import normalised
from crm.contacts.models import Contact
from ops import clock

_TAP: Final = re.compile(rf"{sending.PREFIX}:([0-9a-f]{{32}}):(yes|no):([A-Za-z0-9_-]{{32}})")
# "Confirmar 482193", as the link writes it, and as people do.
_SAID: Final = re.compile(r"(?:(?:.* )?(confirm[a-z]{0,3}) )?(?:codigo |code )?(\d{3}) ?(\d{3})")
_LONGEST: Final = 60

KEYS: Final = {Result.STOOD: "done_already", Result.DUE: "due", Result.OVER: "over", Result.MANY: "many"}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a message says of which visit; without a booking: of none that we know."""

    booking: Booking | None
    how: str
    # The secret of a button.
    tap: str = ""


def proofs(batch: Sequence[Incoming]) -> dict[int, Proof]:
    """By item of the inbox the visit that it is about; who says nothing of the page is left out."""
    found = {}
    for one in batch:
        proof = _tapped(one) or _worded(one)
        if proof is not None:
            found[one.item_id] = proof
    return found


def hear(one: Incoming, proof: Proof) -> Reply:
    """Do it, and what the guest gets back. The locks are taken (crm.bookings.inbound)."""
    booking = proof.booking
    if booking is None:
        language = language_of(policy().language)
        return Reply(words.said(language, "unknown", link=sending.page_url()))
    if proof.how == "no":
        confirming.refuse(booking)
        return Reply(sending.said(booking, "refused"))
    contact = Contact.objects.filter(pk=one.contact_id).first()
    result = confirming.answered(booking, proof.how, contact, one.conversation_id)
    fresh = Booking.objects.get(pk=booking.pk)
    if result is Result.DONE:
        return Reply(sending.made_text(fresh, confirming.new_link(fresh)))
    return Reply(sending.said(fresh, KEYS[result]))


def _tapped(one: Incoming) -> Proof | None:
    tap = _TAP.fullmatch(one.message.reply_id or "")
    if tap is None:
        return None
    booking = confirming.find(UUID(hex=tap[1]))
    if booking is None:
        return None
    notes = Notes(booking)
    # An id is only a claim: its secret was in one message of ours. Once it has served, whose visit it is counts.
    if not notes.is_tap(tap[3]) and booking.contact_id != one.contact_id:
        return None
    let_go = booking.state == Booking.State.CANCELLED and notes.is_tap(tap[3])
    if tap[2] == "no" and booking.state != Booking.State.HELD and not let_go:
        return Proof(booking, "tap")
    return Proof(booking, "no" if tap[2] == "no" else "tap")


def _worded(one: Incoming) -> Proof | None:
    text = one.message.text
    if (
        one.message.type != "text"
        or not text
        or len(text) > _LONGEST
        or not (said := _SAID.fullmatch(normalised(text)))
    ):
        return None
    try:
        limits.count(limits.words(one.contact_id))
    except limits.TooMany:
        return None
    hashed = word_hash(said[2] + said[3])
    # Of the visits to come, those of the page that are held, or were until a moment ago.
    rows = Booking.objects.select_related("contact").filter(
        source=SOURCE, starts_at__gte=clock.now(), hold_until__gte=clock.now() - confirming.REMEMBERED
    )
    matching = [row for row in rows.order_by("pk") if Notes(row).is_word(hashed)]
    own = [row for row in matching if row.contact_id == one.contact_id]
    # Two pages with one code: who wrote is then not known, unless the phone says it.
    if own or len(matching) == 1:
        return Proof((own or matching)[-1], "word")
    # Six digits alone may be anything that somebody writes; and where no page is open nobody has such a code.
    return Proof(None, "word") if said[1] and defaults.policy().is_page_open else None
