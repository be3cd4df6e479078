"""The one door out: writing messages that must be sent, taking them back, trying them again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from channels_wa.outbox import dead_letters, numbers, window, writing
from channels_wa.outbox.checks import OutboundFacts, Refusal, ask
from channels_wa.outbox.claiming import BROUGHT_FORWARD
from channels_wa.outbox.dispatcher import wake
from channels_wa.outbox.message import Enqueued, NewMessage
from channels_wa.outbox.telling import Change, tell
from ops import clock
from ops.salon import current_salon_id


class TooLate(Exception):
    """The message is on its way or settled already; nothing was changed."""


def enqueue(message: NewMessage) -> Enqueued:
    """Write one message that must be sent; see enqueue_many."""
    return enqueue_many([message])[0]


def enqueue_many(messages: Sequence[NewMessage]) -> list[Enqueued]:
    """Write messages and their pointers in the caller's transaction; they are sent after its commit.

    A message that a check refuses is kept as cancelled, with the reason. What comes back is for
    `crm.inbox.summary.note_outbound`: the conversation's summary belongs to crm.
    """
    salon_id = _salon()
    if not messages:
        return []
    now = clock.now()
    with transaction.atomic(savepoint=False):
        # In here: what a check holds still stays so until the messages are there.
        refusals = _ask(messages, now)
        results = writing.write(salon_id, messages, refusals, now)
        _tell_refused(salon_id, [one for one in results if one.is_new and one.status == "cancelled"])
        _wake_after_commit(messages, results, now)
    return results


def cancel(message_id: int, *, reason: str = "cancelled") -> None:
    """Take a message back that has not been tried yet. Raises TooLate."""
    if not dead_letters.take_back([message_id], reason=reason):
        raise TooLate


def reschedule(message_id: int, at: datetime) -> None:
    """Let a message that waits for nothing but its moment leave at another one. Raises TooLate."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s WHERE salon_id = %s AND message_id = %s "
            "AND state = 'queued' AND reason = '' AND attempts = 0 AND not_before > %s",
            [at, _salon(), message_id, clock.now()],
        )
        if not cursor.rowcount:
            raise TooLate
        dead_letters.show([message_id], "queued")


def retry(message_id: int) -> None:
    """Send again what failed or whose fate nobody knows, because a person asked for it. Raises TooLate."""
    if not dead_letters.retry([message_id]):
        raise TooLate


def bring_forward(message_ids: Sequence[int]) -> int:
    """What these messages waited for has come, so they may leave now; how many were waiting.

    One that is just being looked at, and is about to be put back to wait for it, is looked at again at once.
    """
    if not message_ids:
        return 0
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.outbox_item SET not_before = %s, reason = CASE state WHEN 'sending' THEN %s ELSE '' END "
            "WHERE salon_id = %s AND message_id = ANY(%s) AND (state = 'queued' AND reason <> '' OR state = 'sending') "
            "RETURNING state, lane",
            [clock.now(), BROUGHT_FORWARD, _salon(), list(message_ids)],
        )
        lanes = [lane for state, lane in cursor.fetchall() if state == "queued"]
        waiting = len(lanes)
        transaction.on_commit(lambda: wake(*lanes))
    return waiting


def resume_number(number_id: int) -> int:
    """After a stopped number was connected again: let its waiting messages go; how many."""
    return numbers.resume(number_id)


def _tell_refused(salon_id: int, refused: Sequence[Enqueued]) -> None:
    tell(
        salon_id,
        [Change(one.message_id, one.public_id, one.conversation_id, one.status, one.reason) for one in refused],
    )


def _wake_after_commit(messages: Sequence[NewMessage], results: Sequence[Enqueued], now: datetime) -> None:
    due = {
        message.lane
        for message, one in zip(messages, results, strict=True)
        if one.is_new and one.status == "queued" and (message.send_at is None or message.send_at <= now)
    }
    if due:
        transaction.on_commit(lambda: wake(*due))


def _ask(messages: Sequence[NewMessage], now: datetime) -> list[Refusal | None]:
    written_at = window.last_inbound(
        (message.contact_id, message.number_id) for message in messages if message.type != "template"
    )
    return ask(
        [
            OutboundFacts(
                message.contact_id,
                message.conversation_id,
                message.number_id,
                message.type,
                message.purpose,
                written_at.get((message.contact_id, message.number_id)),
                message.payload,
            )
            for message in messages
        ],
        now=now,
    )


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("messages belong to a salon; there is none here")
    return salon_id
