"""The first transaction: the guest's message is in the salon, whatever becomes of an answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from channels_wa.inbound import queue
from channels_wa.inbound.reading import RawItem
from channels_wa.inbound.steps import Incoming, steps
from channels_wa.messages import inbound as messages
from ops import claim, clock
from ops.events.actions import NewEvent, emit_many
from ops.failpoint import failpoint
from ops.metrics import MESSAGES
from ops.salon import current_salon_id
from ops.sealing import place
from tenants.salons.keys import box_of


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed item with its content."""

    row: claim.Claimed
    raw: RawItem
    incoming: Incoming


def keep(batch: Sequence[Work]) -> list[Work]:
    """Keep a batch of one salon in one transaction; the messages that are new, now with their rows.

    Duplicates are closed in the same transaction. Called inside the salon.
    """
    with transaction.atomic():
        fresh = _without_duplicates(batch)
        if not fresh:
            return []
        found: Sequence[Incoming] = [work.incoming for work in fresh]
        for step in steps("keep"):
            found = step(found)
        rows = messages.insert(found, [_sealed(work) for work in fresh])
        kept = [
            replace(one, message_id=pk, message_public_id=public_id)
            for one, (pk, public_id) in zip(found, rows, strict=True)
        ]
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


def _sealed(work: Work) -> bytes:
    salon_id = current_salon_id() or 0
    # Bound to the wamid: the row's own id does not exist yet.
    return box_of(salon_id).seal(
        json.dumps({"item": work.raw.item, "contact": work.raw.contact}).encode(),
        place(salon_id, "message", "raw", work.incoming.message.wamid),
    )


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
