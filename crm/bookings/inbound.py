"""The answer step of bookings: what a guest says to a reminder or to an offer changes the visit, what confirms one of
the booking page books it or puts them on the waitlist, and none of it starts a flow."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from channels_wa.inbound.steps import Incoming
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import NewMessage
from crm.bookings.actions import states
from crm.bookings.page import waiting as joining
from crm.bookings.page.hearing import hear, proofs
from crm.bookings.reminders.answering import Reply, answer
from crm.bookings.reminders.asked import Question, questions, says
from crm.bookings.reminders.composing import addresses_of
from crm.bookings.reminders.slots import resources_of
from crm.bookings.waitlist.answering import answer as answer_offer
from crm.bookings.waitlist.answering import locks
from crm.bookings.waitlist.asked import Question as Offered
from crm.bookings.waitlist.asked import questions as offers
from crm.inbox.live import tell_new
from crm.inbox.summary import note_outbound
from ops import clock

# What may answer: words, a button of a template, a button or a row of ours.
TYPES = frozenset({"text", "button", "interactive"})
# Of whom nothing was asked goes on at once: one look for a whole batch.
_ASKED: Final = """
    SELECT b.contact_id, false FROM booking b JOIN reminder r ON r.booking_id = b.id
    WHERE b.contact_id = ANY(%(contacts)s) AND b.starts_at > %(now)s AND r.message_id IS NOT NULL
    UNION
    SELECT b.contact_id, true FROM booking b JOIN waitlist_offer o ON o.booking_id = b.id
    WHERE b.contact_id = ANY(%(contacts)s) AND b.starts_at > %(now)s AND o.message_id IS NOT NULL
"""


def notice_answer(batch: Sequence[Incoming]) -> list[bool]:
    """Which of the messages were answers to a reminder, to an offer of the waitlist, or to the booking page's code."""
    candidates = [one for one in batch if one.message.type in TYPES and not one.source and not one.is_blocked]
    proved = proofs(candidates)
    joins = joining.wishes([one for one in candidates if one.item_id not in proved])
    others = [one for one in candidates if one.item_id not in proved and one.item_id not in joins]
    reminded, waiting = _asked_lately([one.contact_id for one in others if says(one)])
    asked = questions(others, reminded)
    offered = offers([one for one in others if one.item_id not in asked], waiting)
    if asked or offered or proved:
        held = [proof.booking.pk for proof in proved.values() if proof.booking]
        _wait_for(list(asked.values()), list(offered.values()), held)
    replies: list[tuple[Incoming, Reply]] = []
    for one in candidates:
        question, proof = asked.get(one.item_id), proved.get(one.item_id)
        reply = hear(one, proof) if proof else answer(one, question) if question else None
        if reply is not None:
            replies.append((one, reply))
    # In one order: two batches with answers to the same offers do not wait for each other in a circle.
    for one in sorted(candidates, key=lambda it: offered[it.item_id].row.pk if it.item_id in offered else 0):
        offer = offered.get(one.item_id)
        reply = answer_offer(one, offer) if offer else None
        if reply is not None:
            replies.append((one, reply))
    # Each locks its guest: in one order, too.
    for one in sorted(candidates, key=lambda it: it.contact_id):
        if one.item_id in joins:
            replies.append((one, joining.hear(one, joins[one.item_id])))
    _write([(one, reply) for one, reply in replies if reply.text])
    handled = {one.item_id for one, _reply in replies}
    return [one.item_id in handled for one in batch]


def _asked_lately(contacts: Sequence[int]) -> tuple[set[int], set[int]]:
    """Whose words may answer a reminder, and whose an offer."""
    if not contacts:
        return set(), set()
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"contacts": list(contacts), "now": clock.now()})
        rows = cursor.fetchall()
    return {pk for pk, is_offer in rows if not is_offer}, {pk for pk, is_offer in rows if is_offer}


def _wait_for(asked: Sequence[Question], offered: Sequence[Offered] = (), held: Sequence[int] = ()) -> None:
    """All locks of the batch before the first visit is changed: taken one by one they would wait in a circle."""
    moved = [one.row.booking_id for one in asked if one.tapped == "at"]
    bookings, resources = set[int](), set[int]()
    if offered:
        bookings, resources = locks([one.row for one in offered], [one.row for one in offered if one.tapped == "at"])
    also = resources | (resources_of(moved) if moved else set())
    states.wait_for_all({one.row.booking_id for one in asked} | bookings | set(held), also=also)


def _write(replies: Sequence[tuple[Incoming, Reply]]) -> None:
    if not replies:
        return
    known = addresses_of([one.contact_id for one, _reply in replies])
    written = enqueue_many(
        [
            NewMessage(
                contact_id=one.contact_id,
                conversation_id=one.conversation_id,
                number_id=one.number_id,
                recipient_kind=to[0].kind,
                recipient=to[0].value,
                type="interactive" if reply.payload else "text",
                text=reply.text,
                payload=reply.payload,
                dedupe_key=f"reminder:answer:{one.message.wamid}"[:120],
            )
            for one, reply in replies
            if (to := known.get((one.contact_id, one.portfolio)))
        ]
    )
    new = [one for one in written if one.is_new]
    if new:
        note_outbound([(one.conversation_id, one.type, one.text) for one in new], at=new[0].at)
        tell_new([one.message_id for one in new], [one.conversation_id for one in new])
