"""Writing a guest's messages, many in one statement."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from channels_wa.inbound.steps import Incoming
from ops.ids import uuid7


def mark_seen(wamids: Sequence[str], *, at: datetime) -> set[str]:
    """Note these ids as taken; those that were not taken before (I3: a constraint decides, never a cache)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO seen (wamid, at) SELECT wamid, %s FROM unnest(%s::text[]) AS new(wamid) "
            "ON CONFLICT DO NOTHING RETURNING wamid",
            [at, list(wamids)],
        )
        return {wamid for (wamid,) in cursor.fetchall()}


def insert(batch: Sequence[Incoming], raw: Sequence[bytes]) -> list[tuple[int, UUID]]:
    """The `message` rows of a batch, each with its sealed raw item; ids and public ids in the same order."""
    public_ids = [uuid7() for _ in batch]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO message (public_id, wamid, direction, type, text, payload, raw, status, reason, purpose,
                contact_id, conversation_id, number_id, recipient_kind, recipient, reply_to, at, meta_at, resent)
            SELECT public_id, wamid, 'in', type, text, payload, raw, 'delivered', '', 'reply', contact_id,
                conversation_id, number_id, '', '', reply_to, at, meta_at, false
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[], %s::bigint[],
                %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                AS new(public_id, wamid, type, text, payload, raw, contact_id, conversation_id, number_id, reply_to, at,
                    meta_at)
            RETURNING id, public_id
            """,
            [
                public_ids,
                [one.message.wamid for one in batch],
                [one.message.type for one in batch],
                [one.message.text for one in batch],
                [json.dumps(shown_payload(one)) for one in batch],
                list(raw),
                [one.contact_id for one in batch],
                [one.conversation_id for one in batch],
                [one.number_id for one in batch],
                [one.message.quoted_wamid or "" for one in batch],
                [one.at for one in batch],
                [one.message.sent_at for one in batch],
            ],
        )
        ids = {public_id: pk for pk, public_id in cursor.fetchall()}
    return [(ids[public_id], public_id) for public_id in public_ids]


def shown_payload(one: Incoming) -> dict[str, object]:
    """What the page and the steps need beside the text."""
    message = one.message
    extra = {"reply_id": message.reply_id, "reply_title": message.reply_title, "referral": message.referral}
    return {**message.payload, **{name: value for name, value in extra.items() if value}}
