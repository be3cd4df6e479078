"""The answer step of bookings: what a guest says to a reminder changes the visit, and starts no flow."""

from collections.abc import Sequence

from channels_wa.inbound.steps import Incoming
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import NewMessage
from crm.bookings.actions import states
from crm.bookings.reminders.answering import Reply, answer
from crm.bookings.reminders.asked import Question, questions
from crm.bookings.reminders.composing import addresses_of
from crm.bookings.reminders.slots import resources_of
from crm.inbox.live import tell_new
from crm.inbox.summary import note_outbound

# What may answer: words, a button of a template, a button or a row of ours.
TYPES = frozenset({"text", "button", "interactive"})


def notice_answer(batch: Sequence[Incoming]) -> list[bool]:
    """Which of the messages were answers to a reminder."""
    candidates = [one for one in batch if one.message.type in TYPES and not one.source and not one.is_blocked]
    asked = questions(candidates) if candidates else {}
    if asked:
        _wait_for(list(asked.values()))
    replies: list[tuple[Incoming, Reply]] = []
    for one in candidates:
        question = asked.get(one.item_id)
        reply = answer(one, question) if question else None
        if reply is not None:
            replies.append((one, reply))
    _write([(one, reply) for one, reply in replies if reply.text])
    handled = {one.item_id for one, _reply in replies}
    return [one.item_id in handled for one in batch]


def _wait_for(asked: Sequence[Question]) -> None:
    """All locks of the batch before the first visit is changed: taken one by one they would wait in a circle."""
    moved = [one.row.booking_id for one in asked if one.tapped == "at"]
    states.wait_for_all({one.row.booking_id for one in asked}, also=resources_of(moved) if moved else ())


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
