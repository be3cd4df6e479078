"""Where a message belongs: the keep step that finds or opens the conversation, and the live news of it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection

from channels_wa.inbound.steps import Incoming
from crm.inbox.live import tell_new
from crm.inbox.summary import preview
from ops import clock
from ops.ids import uuid7


class OpenedMeanwhile(Exception):
    """Another process opened this conversation at the same moment; the next try finds it."""


def add_to_conversations(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its open conversation and note it there. Raises OpenedMeanwhile."""
    pairs = sorted({(one.contact_id, one.number_id) for one in batch})
    found = _open_conversations(pairs)
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        found |= _open(missing)
        if len(found) != len(pairs):
            raise OpenedMeanwhile
    placed = []
    for one in batch:
        pk, public_id, bot_on = found[one.contact_id, one.number_id]
        placed.append(replace(one, conversation_id=pk, conversation_public_id=public_id, bot_on=bot_on))
    _note(placed)
    return placed


def tell(batch: Sequence[Incoming]) -> None:
    """After the commit: open inboxes show the messages at once."""
    tell_new([one.message_id for one in batch], [one.conversation_id for one in batch])


def _open_conversations(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, UUID, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.contact_id, v.number_id, v.id, v.public_id, v.bot_on FROM conversation v "
            "JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(contact_id, number_id) USING (contact_id, number_id) "
            "WHERE v.closed_at IS NULL",
            [[contact for contact, _number in pairs], [number for _contact, number in pairs]],
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cursor.fetchall()}


def _open(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, UUID, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, "
            "last_at, attention, opened_at) "
            "SELECT public_id, contact_id, number_id, true, 0, '', '', %s, '', %s "
            "FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS new(public_id, contact_id, number_id) "
            "ON CONFLICT (contact_id, number_id) WHERE closed_at IS NULL DO NOTHING "
            "RETURNING contact_id, number_id, id, public_id, bot_on",
            [
                clock.now(),
                clock.now(),
                [uuid7() for _ in pairs],
                [contact for contact, _number in pairs],
                [number for _contact, number in pairs],
            ],
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cursor.fetchall()}


def _note(batch: Sequence[Incoming]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET unread = v.unread + 1, last_text = new.text, last_direction = 'in', "
            "last_at = new.at, last_inbound_at = new.at "
            "FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS new(id, text, at) WHERE v.id = new.id",
            [
                [one.conversation_id for one in batch],
                [preview(one.message.type, one.message.text) for one in batch],
                [one.at for one in batch],
            ],
        )
