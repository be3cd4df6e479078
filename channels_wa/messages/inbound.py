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
    found = _insert(batch, raw, public_ids)
    return [found[public_id] for public_id in public_ids]


def insert_unknown(batch: Sequence[Incoming], raw: Sequence[bytes]) -> list[tuple[int, UUID] | None]:
    """The same for messages that may stand here already, by another way; None for those that do."""
    public_ids = [uuid7() for _ in batch]
    found = _insert(batch, raw, public_ids, "ON CONFLICT (wamid) DO NOTHING")
    return [found.get(public_id) for public_id in public_ids]


def read_again(message_id: int, one: Incoming) -> None:
    """A message that could not be read when it came is what it was from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE message SET type = %s, text = %s, payload = %s WHERE id = %s AND type = 'unsupported'",
            [one.message.type, one.message.text, json.dumps(shown_payload(one)), message_id],
        )


def fill_placeholders(batch: Sequence[Incoming], *, of: str) -> None:
    """Files that follow imported messages, under the ids of the messages that stood for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE message m SET type = new.type, text = new.text, payload = new.payload "
            "FROM unnest(%s::text[], %s::text[], %s::text[], %s::jsonb[]) AS new(wamid, type, text, payload) "
            "WHERE m.wamid = new.wamid AND m.type = 'unsupported' AND m.payload->>'of' = %s",
            [
                [one.message.wamid for one in batch],
                [one.message.type for one in batch],
                [one.message.text for one in batch],
                [json.dumps(shown_payload(one)) for one in batch],
                of,
            ],
        )


def _insert(
    batch: Sequence[Incoming], raw: Sequence[bytes], public_ids: Sequence[UUID], conflict: str = ""
) -> dict[UUID, tuple[int, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO message (public_id, wamid, direction, type, text, payload, raw, status, reason, purpose,
                contact_id, conversation_id, number_id, recipient_kind, recipient, reply_to, at, meta_at, resent,
                source)
            SELECT public_id, wamid, direction, type, text, payload, raw, status, reason, 'reply', contact_id,
                conversation_id, number_id, '', '', reply_to, at, meta_at, false, source
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[],
                %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[],
                %s::timestamptz[], %s::text[])
                AS new(public_id, wamid, direction, type, text, payload, raw, status, reason, contact_id,
                    conversation_id, number_id, reply_to, at, meta_at, source)
            {conflict} RETURNING id, public_id
            """,
            [
                list(public_ids),
                [one.message.wamid for one in batch],
                [one.direction for one in batch],
                [one.message.type for one in batch],
                [one.message.text for one in batch],
                [json.dumps(shown_payload(one)) for one in batch],
                list(raw),
                [one.status for one in batch],
                [one.reason for one in batch],
                [one.contact_id for one in batch],
                [one.conversation_id for one in batch],
                [one.number_id for one in batch],
                [one.message.quoted_wamid or "" for one in batch],
                [one.at for one in batch],
                [one.message.sent_at for one in batch],
                [one.source for one in batch],
            ],
        )
        return {public_id: (pk, public_id) for pk, public_id in cursor.fetchall()}


def shown_payload(one: Incoming) -> dict[str, object]:
    """What the page and the steps need beside the text."""
    message = one.message
    extra = {"reply_id": message.reply_id, "reply_title": message.reply_title, "referral": message.referral}
    return {**message.payload, **{name: value for name, value in extra.items() if value}}
