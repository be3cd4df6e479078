"""The two rows of a message to send, for a whole batch in one statement."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from channels_wa.outbox.checks import Refusal
from channels_wa.outbox.epoch import CURRENT
from channels_wa.outbox.message import Enqueued, NewMessage
from ops.ids import uuid7

# Columns of one message as arrays, with their types; and `payload` as one JSON list, because an array of JSON texts is
# quoted twice, which takes longer than all the rest.
_COLUMNS = (
    ("public_id", "uuid"),
    ("contact_id", "bigint"),
    ("conversation_id", "bigint"),
    ("number_id", "bigint"),
    ("recipient_kind", "text"),
    ("recipient", "text"),
    ("type", "text"),
    ("text", "text"),
    ("purpose", "text"),
    ("certainty", "text"),
    ("lane", "smallint"),
    ("dedupe_key", "text"),
    ("reply_to", "text"),
    ("execution_id", "bigint"),
    ("member_id", "bigint"),
    ("status", "text"),
    ("reason", "text"),
    ("not_before", "timestamptz"),
)
_WRITE = f"""
    WITH given AS MATERIALIZED (
        SELECT nextval('message_id_seq') AS id, g.*
        FROM ROWS FROM (
            unnest({", ".join(f"%s::{kind}[]" for _name, kind in _COLUMNS)}), jsonb_array_elements(%s::jsonb)
        )
            WITH ORDINALITY AS g({", ".join(name for name, _kind in _COLUMNS)}, payload, place)
    ), pointed AS (
        INSERT INTO public.outbox_item (salon_id, number_id, lane, order_key, message_id, certainty, purpose,
            dedupe_key, state, outcome, reason, not_before, fence, attempts, retries, resent, epoch, created_at,
            settled_at)
        SELECT %s, number_id, lane, number_id || ':' || contact_id, id, certainty, purpose, dedupe_key,
            CASE status WHEN 'queued' THEN 'queued' ELSE 'settled' END,
            CASE status WHEN 'queued' THEN '' ELSE status END,
            reason, not_before, 0, 0, 0, false, {CURRENT}, %s, CASE status WHEN 'queued' THEN NULL ELSE %s END
        FROM given ORDER BY place
        ON CONFLICT (salon_id, dedupe_key) DO NOTHING RETURNING id, message_id
    ), written AS (
        INSERT INTO message (id, public_id, direction, type, text, payload, status, reason, purpose, contact_id,
            conversation_id, number_id, recipient_kind, recipient, reply_to, member_id, execution_id, at, resent)
        SELECT given.id, public_id, 'out', type, text, payload, status, reason, purpose, contact_id,
            conversation_id, number_id, recipient_kind, recipient, reply_to, member_id, execution_id, %s, false
        FROM given JOIN pointed ON pointed.message_id = given.id ORDER BY place
    )
    SELECT given.public_id, pointed.id, given.id FROM pointed JOIN given ON given.id = pointed.message_id
"""


def write(
    salon_id: int, messages: Sequence[NewMessage], refusals: Sequence[Refusal | None], now: datetime
) -> list[Enqueued]:
    """Write the rows inside the salon and its transaction; what stands for each message afterwards, in order."""
    rows = [_row(message, refusal, now) for message, refusal in zip(messages, refusals, strict=True)]
    with connection.cursor() as cursor:
        columns = [[row[name] for row in rows] for name, _kind in _COLUMNS]
        payloads = json.dumps([message.payload for message in messages])
        cursor.execute(_WRITE, [*columns, payloads, salon_id, now, now, now])
        written: dict[UUID, tuple[int, int]] = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    standing = _standing(salon_id, [row["dedupe_key"] for row in rows if row["public_id"] not in written])
    results = []
    for row in rows:
        if new := written.get(row["public_id"]):
            results.append(
                Enqueued(
                    *new, row["public_id"], row["conversation_id"], row["type"], row["text"], row["status"],
                    row["reason"], now, True,
                )
            )  # fmt: skip
        else:
            results.append(standing[row["dedupe_key"]])
    return results


def _row(message: NewMessage, refusal: Refusal | None, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(message, name, None) for name, _kind in _COLUMNS}
    refused = refusal is not None and refusal.until is None
    row["public_id"] = uuid7()
    row["lane"] = int(message.lane)
    row["status"] = "cancelled" if refused else "queued"
    row["reason"] = refusal.reason if refusal else ""
    row["not_before"] = max(message.send_at or now, refusal.until if refusal and refusal.until else now)
    return row


def _standing(salon_id: int, keys: Sequence[str]) -> dict[str, Enqueued]:
    """The messages that were written under these dedupe keys before."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.dedupe_key, o.id, m.id, m.public_id, m.conversation_id, m.type, m.text, m.status, m.reason, m.at "
            "FROM public.outbox_item o JOIN message m ON m.id = o.message_id "
            "WHERE o.salon_id = %s AND o.dedupe_key = ANY(%s)",
            [salon_id, list(keys)],
        )
        return {row[0]: replace(Enqueued(*row[1:]), is_new=False) for row in cursor.fetchall()}
