"""Which question of ours a guest's message answers: a button says so itself, words belong to what was said last."""

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from channels_wa.inbound.steps import Incoming
from crm.bookings.models import Reminder
from crm.bookings.reminders.composing import PREFIX
from ops.salon import current_salon_id

ID: Final = re.compile(rf"{PREFIX}:(\d{{1,18}}):(confirm|reschedule|cancel|at):(\d{{1,9}})(?::(\d{{1,9}}))?")
# What never left was not said. The outbox knows of a try; a fast guest answers before its result is noted.
_LAST = """
    SELECT w.id, m.id, m.payload FROM unnest(%s::bigint[]) AS w(id) CROSS JOIN LATERAL (
        SELECT o.id, o.payload FROM message o WHERE o.conversation_id = w.id AND o.direction = 'out' AND o.source = ''
        AND o.status NOT IN ('cancelled', 'failed') AND o.type <> 'reaction' AND NOT EXISTS (
            SELECT FROM public.outbox_item i WHERE i.salon_id = %s AND i.message_id = o.id AND i.state = 'queued'
            AND i.attempts = 0)
        ORDER BY o.id DESC LIMIT 1) m
"""
_QUOTED = "SELECT wamid, id, payload FROM message WHERE wamid = ANY(%s) AND direction = 'out'"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of ours, and what was tapped if it was."""

    row: Reminder
    # The minute of the visit that the guest was asked about.
    about: int
    # confirm, reschedule, cancel, at; empty for words.
    tapped: str = ""
    to: int = 0
    # The reminder itself stands there, not something said after it.
    is_reminder: bool = False
    # It is the list of other times.
    is_list: bool = False


def questions(batch: Sequence[Incoming], reminded: Set[int]) -> dict[int, Question]:
    """By item of the inbox the question that it answers; who answers none is left out. `reminded` are the contacts
    whose words may be an answer."""
    taps = {one.item_id: tap for one in batch if (tap := ID.fullmatch(one.message.reply_id or ""))}
    spoken = [one for one in batch if one.item_id not in taps and says(one) and one.contact_id in reminded]
    last, quoted = talk(spoken) if spoken else ({}, {})
    heard = {one.item_id: about for one in spoken if (about := answered(ID, one, last, quoted))}
    wanted = {int(found[1]) for found in taps.values()} | {int(found[1]) for found, _pk in heard.values()}
    if not wanted:
        return {}
    rows = {row.pk: row for row in Reminder.objects.filter(pk__in=wanted).select_related("booking__contact")}
    result: dict[int, Question] = {}
    for one in batch:
        said = heard.get(one.item_id)
        found = said[0] if said else taps.get(one.item_id)
        row = rows.get(int(found[1])) if found else None
        # An id is only a claim: the visit must be this guest's.
        if found is None or row is None or row.booking.contact_id != one.contact_id:
            continue
        tapped = "" if said else found[2]
        is_reminder = said is not None and said[1] == row.message_id
        is_list = said is not None and found[2] == "at"
        result[one.item_id] = Question(row, int(found[3]), tapped, int(found[4] or 0), is_reminder, is_list)
    return result


def says(one: Incoming) -> bool:
    """Whether it is words."""
    return one.message.type == "text" and bool(one.message.text)


Said = Mapping[Any, tuple[int, str]]


def talk(spoken: Sequence[Incoming]) -> tuple[Said, Said]:
    """What was said last in each conversation, and what the messages quote."""
    quoted = [one.message.quoted_wamid for one in spoken if one.message.quoted_wamid]
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [[one.conversation_id for one in spoken], current_salon_id()])
        last = {key: (pk, _text(payload)) for key, pk, payload in cursor.fetchall()}
        if not quoted:
            return last, {}
        cursor.execute(_QUOTED, [quoted])
        return last, {key: (pk, _text(payload)) for key, pk, payload in cursor.fetchall()}


def answered(ids: re.Pattern[str], one: Incoming, last: Said, quoted: Said) -> tuple[re.Match[str], int] | None:
    """The first of these ids in what the message answers, and which message that is."""
    wamid = one.message.quoted_wamid
    said = quoted.get(wamid) if wamid else last.get(one.conversation_id)
    found = ids.search(said[1]) if said else None
    return (found, said[0]) if found and said else None


def _text(payload: Any) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload)
