"""The second transaction: what may answer a kept message. It fails alone, is tried again, and is parked at last."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction

from channels_wa.inbound import queue
from channels_wa.inbound.keep import Work
from channels_wa.inbound.steps import LATER, Incoming, steps
from ops import claim, clock
from ops.failpoint import failpoint

log = logging.getLogger(__name__)

# What cannot be answered yet is looked at again after this time; that is no try that failed.
LATER_BY = timedelta(seconds=1)


def answer(batch: Sequence[Work]) -> None:
    """Answer a batch of one salon; one that fails is retried by itself. Called inside the salon."""
    try:
        _answer(batch)
    except claim.LeaseLost:
        log.warning("an answer took longer than its lease; its owner by now goes on")
    except Exception as error:
        if len(batch) > 1:
            # One of them is bad; each alone shows which.
            for work in batch:
                answer([work])
            return
        log.exception("answering a message failed")
        claim.retry(queue.MESSAGES, batch[0].row, f"{type(error).__name__}: {error}")


def _answer(batch: Sequence[Work]) -> None:
    with transaction.atomic():
        # What is said in a group is not said to the salon alone, and is not answered as if it were.
        open_messages: list[Incoming] = [work.incoming for work in batch if not work.incoming.source]
        later: set[int] = set()
        for step in steps("answer"):
            if not open_messages:
                break
            handled = list(zip(open_messages, step(open_messages), strict=True))
            later |= {one.item_id for one, done in handled if done is LATER}
            open_messages = [one for one, done in handled if not done]
        claim.release(queue.MESSAGES, _rows(batch, later), due_at=clock.real() + LATER_BY)
        batch = [work for work in batch if work.incoming.item_id not in later]
        claim.finish(queue.MESSAGES, [work.row for work in batch if work.incoming.message.is_known])
        for work in batch:
            if not work.incoming.message.is_known:
                queue.shelve(work.row, unknown_type(work.incoming))
        failpoint("inbound.in_answer")
    failpoint("inbound.after_answer")


def _rows(batch: Sequence[Work], item_ids: set[int]) -> list[claim.Claimed]:
    return [work.row for work in batch if work.incoming.item_id in item_ids]


def unknown_type(one: Incoming) -> str:
    """Why the operator sees a message that is kept."""
    return f"unknown message type {one.message.payload.get('of', '')!r}: kept as unsupported"


def reload(works: Sequence[Work]) -> list[Work]:
    """Messages that were kept by an earlier try: their rows stand in the salon. Called inside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.id, m.public_id, m.at, m.contact_id, c.public_id, c.name, m.conversation_id, v.public_id, v.bot_on
            FROM message m JOIN contact c ON c.id = m.contact_id JOIN conversation v ON v.id = m.conversation_id
            WHERE m.id = ANY(%s)
            """,
            [[work.row.values["message_id"] for work in works]],
        )
        rows = {row[0]: row for row in cursor.fetchall()}
    found = []
    for work in works:
        pk, public_id, at, contact_id, contact, name, conversation_id, conversation, bot_on = rows[
            work.row.values["message_id"]
        ]
        incoming = replace(
            work.incoming,
            message_id=pk,
            message_public_id=public_id,
            at=at,
            contact_id=contact_id,
            contact_public_id=contact,
            contact_name=name,
            conversation_id=conversation_id,
            conversation_public_id=conversation,
            bot_on=bot_on,
        )
        found.append(replace(work, incoming=incoming))
    return found
