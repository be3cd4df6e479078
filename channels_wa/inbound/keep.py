"""The first transaction: the guest's message is in the salon, whatever becomes of an answer."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db import transaction

from channels_wa.inbound import queue
from channels_wa.inbound.reading import RawItem
from channels_wa.inbound.steps import DoFirst, Incoming, steps
from channels_wa.media.inbound import expect as expect_files
from channels_wa.messages import inbound as messages
from channels_wa.messages.raw import seal as seal_raw
from ops import claim, clock
from ops.events.actions import NewEvent, emit_many
from ops.failpoint import failpoint
from ops.metrics import MESSAGES
from ops.salon import current_salon_id

Kept = TypeVar("Kept")
log = logging.getLogger(__name__)

# A batch of strangers and acquaintances rarely needs one; each new beginning has resolved something.
MOST_BEGINNINGS = 5


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed item with its content."""

    row: claim.Claimed
    raw: RawItem
    incoming: Incoming


def keep_all(batch: Sequence[Work]) -> list[Work]:
    """Keep a batch; one that fails is retried by itself. Called inside the salon, outside of a transaction."""
    try:
        return with_what_comes_first(lambda: keep(batch))
    except claim.LeaseLost:
        log.warning("keeping took longer than its lease; its owner by now goes on")
    except Exception as error:
        if len(batch) > 1:
            return [kept for work in batch for kept in keep_all([work])]
        log.exception("keeping a message failed")
        claim.retry(queue.MESSAGES, batch[0].row, f"{type(error).__name__}: {error}")
    return []


def with_what_comes_first(work: Callable[[], Kept]) -> Kept:
    """Do it; where one of its steps names something that must come first, do that and begin anew."""
    for _ in range(MOST_BEGINNINGS):
        try:
            return work()
        except DoFirst as first:
            first.what()
    return work()


def keep(batch: Sequence[Work]) -> list[Work]:
    """Keep a batch of one salon in one transaction; the messages that are new, now with their rows.

    Duplicates are closed in the same transaction. Called inside the salon. Raises DoFirst, LeaseLost.
    """
    with transaction.atomic():
        fresh = _without_duplicates(batch)
        if not fresh:
            return []
        found: Sequence[Incoming] = [work.incoming for work in fresh]
        for step in steps("keep"):
            found = step(found)
        rows = messages.insert(found, [sealed(work.raw, one) for work, one in zip(fresh, found, strict=True)])
        kept = [
            replace(one, message_id=pk, message_public_id=public_id)
            for one, (pk, public_id) in zip(found, rows, strict=True)
        ]
        expect_files(kept)
        emit_many([_received(one) for one in kept])
        queue.to_answer_stage([work.row for work in fresh], [one.message_id for one in kept])
        failpoint("inbound.in_keep")
    failpoint("inbound.after_keep")
    for one in kept:
        MESSAGES.labels(current_salon_id(), "whatsapp", one.message.type).inc()
    return [replace(work, incoming=one) for work, one in zip(fresh, kept, strict=True)]


def _without_duplicates(batch: Sequence[Work]) -> list[Work]:
    fresh = messages.mark_seen([work.incoming.message.wamid for work in batch], at=clock.now())
    claim.finish(
        queue.OTHERS, [work.row for work in batch if work.incoming.message.wamid not in fresh], state="duplicate"
    )
    return [work for work in batch if work.incoming.message.wamid in fresh]


def sealed(raw: RawItem, incoming: Incoming) -> bytes:
    """The item as it came, for the message's row; `incoming` knows its contact."""
    said = json.dumps({"item": raw.item, "contact": raw.contact}).encode()
    return seal_raw(said, contact_id=incoming.contact_id, wamid=incoming.message.wamid)


def _received(one: Incoming) -> NewEvent:
    return NewEvent(
        "message.received",
        one.message_public_id,
        {
            "contact": str(one.contact_public_id),
            "conversation": str(one.conversation_public_id),
            "type": one.message.type,
            "text": one.message.text,
        },
    )
