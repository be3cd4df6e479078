"""Which offer a guest's message answers: a button says so itself, words belong to what was said last."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from channels_wa.inbound.steps import Incoming
from crm.bookings.models import WaitlistOffer
from crm.bookings.reminders.asked import answered, says, talk
from crm.bookings.waitlist.offering import PREFIX

ID: Final = re.compile(rf"{PREFIX}:(\d{{1,18}}):(take|no|at)(?::(\d{{1,9}}))?")


@dataclass(frozen=True, slots=True)
class Question:
    """An offer, and what was tapped if it was."""

    row: WaitlistOffer
    # take, no, at; empty for words.
    tapped: str = ""
    # The minute of the time that was chosen from a list.
    to: int = 0
    # Words were said to the offer itself, or (False) to a list of other times.
    is_offer: bool = True
    # The offer's own message, not a question that was asked back.
    is_first: bool = True


def questions(batch: Sequence[Incoming], offered: Set[int]) -> dict[int, Question]:
    """By item of the inbox the offer that it answers; who answers none is left out. `offered` are the contacts whose
    words may be an answer."""
    taps = {one.item_id: tap for one in batch if (tap := ID.fullmatch(one.message.reply_id or ""))}
    spoken = [one for one in batch if one.item_id not in taps and says(one) and one.contact_id in offered]
    last, quoted = talk(spoken) if spoken else ({}, {})
    heard = {one.item_id: about for one in spoken if (about := answered(ID, one, last, quoted))}
    wanted = {int(found[1]) for found in taps.values()} | {int(found[1]) for found, _pk in heard.values()}
    if not wanted:
        return {}
    rows = WaitlistOffer.objects.filter(pk__in=wanted).select_related("booking__contact", "entry__contact")
    known = {row.pk: row for row in rows}
    result: dict[int, Question] = {}
    for one in batch:
        said = heard.get(one.item_id)
        found = said[0] if said else taps.get(one.item_id)
        row = known.get(int(found[1])) if found else None
        # An id is only a claim: the offer must be this guest's.
        if found is None or row is None or row.entry.contact_id != one.contact_id:
            continue
        if said:
            result[one.item_id] = Question(row, is_offer=found[2] != "at", is_first=said[1] == row.message_id)
        else:
            result[one.item_id] = Question(row, found[2], int(found[3] or 0))
    return result
