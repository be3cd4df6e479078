"""Where a message belongs: the keep step that finds or opens the conversation, and the live news of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from channels_wa.inbound.steps import Incoming
from channels_wa.outbox.window import NOT_WRITTEN_BY_THE_GUEST
from crm.inbox.kinds import kind_of
from crm.inbox.live import tell_new
from crm.inbox.summary import preview
from crm.inbox.turns import Opened, give_opened
from ops import clock
from ops.ids import uuid7

# Shown at other messages, or a notice: no new words of the guest's.
NOTHING_TO_READ = ("reaction", "edit", "revoke", "system")
# When the guest wrote last, for lists and segments: within ten minutes is exact enough, and spares most messages the
# write. A contact that somebody is changing right now is left to the next message: nobody waits for this.
SEEN = """WITH wrote AS (
    SELECT c.id, max(new.at) AS at FROM contact c
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS new(id, at) ON new.id = c.id
    WHERE c.seen_at IS NULL OR c.seen_at < new.at - interval '10 minutes' GROUP BY c.id
), free AS (
    SELECT c.id, wrote.at FROM contact c JOIN wrote ON wrote.id = c.id FOR NO KEY UPDATE OF c SKIP LOCKED
), seen AS (UPDATE contact c SET seen_at = free.at FROM free WHERE c.id = free.id)"""
Pair = tuple[int, int]
"""Contact and number."""
Open = tuple[int, UUID, bool]
"""A conversation: its id, its public id, whether flows answer there."""


class OpenedMeanwhile(Exception):
    """Another process opened this conversation at the same moment; the next try finds it."""


def add_to_conversations(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its open conversation and note it there. Raises OpenedMeanwhile."""
    placed, opened = _placed(batch)
    _note(placed)
    if opened:
        give_opened(opened)
    return placed


def place(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its open conversation; it is opened where there is none. Raises OpenedMeanwhile."""
    return _placed(batch)[0]


def _placed(batch: Sequence[Incoming]) -> tuple[list[Incoming], list[Opened]]:
    """The messages in their places, and the conversations that were opened for them."""
    pairs = sorted({(one.contact_id, one.number_id) for one in batch})
    found = _open_conversations(pairs)
    missing = [pair for pair in pairs if pair not in found]
    if missing:
        found |= _open({(one.contact_id, one.number_id): one.at for one in batch}, missing)
        if len(found) != len(pairs):
            raise OpenedMeanwhile
    placed = []
    for one in batch:
        pk, public_id, bot_on = found[one.contact_id, one.number_id]
        placed.append(replace(one, conversation_id=pk, conversation_public_id=public_id, bot_on=bot_on))
    return placed, [Opened(*found[pair][:2], pair[1]) for pair in missing]


def tell(batch: Sequence[Incoming]) -> None:
    """After the commit: open inboxes show the messages at once."""
    told = [one for one in batch if not one.is_blocked]
    if told:
        tell_new([one.message_id for one in told], [one.conversation_id for one in told])


def _open_conversations(pairs: Sequence[Pair]) -> dict[Pair, Open]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.contact_id, v.number_id, v.id, v.public_id, v.bot_on FROM conversation v "
            "JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(contact_id, number_id) USING (contact_id, number_id) "
            "WHERE v.closed_at IS NULL",
            [[contact for contact, _number in pairs], [number for _contact, number in pairs]],
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cursor.fetchall()}


def _open(newest: dict[Pair, datetime], pairs: Sequence[Pair]) -> dict[Pair, Open]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, "
            "last_at, attention, opened_at) "
            "SELECT public_id, contact_id, number_id, true, 0, '', '', at, '', %s "
            "FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[]) "
            "AS new(public_id, contact_id, number_id, at) "
            "ON CONFLICT (contact_id, number_id) WHERE closed_at IS NULL DO NOTHING "
            "RETURNING contact_id, number_id, id, public_id, bot_on",
            [
                clock.now(),
                [uuid7() for _ in pairs],
                [contact for contact, _number in pairs],
                [number for _contact, number in pairs],
                [newest[pair] for pair in pairs],
            ],
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cursor.fetchall()}


def _note(batch: Sequence[Incoming]) -> None:
    kinds = [kind_of(one.message.type, one.message.payload) for one in batch]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{SEEN} UPDATE conversation v SET unread = v.unread + new.is_unread, last_text = new.text, "
            "last_kind = new.kind, "
            "last_direction = 'in', last_at = new.at, "
            "last_inbound_at = CASE WHEN new.opens THEN new.at ELSE v.last_inbound_at END, "
            "waiting_since = CASE WHEN new.is_unread > 0 THEN COALESCE(v.waiting_since, new.at) ELSE v.waiting_since "
            "END, snoozed_until = NULL "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::bool[]) "
            "AS new(id, text, kind, at, is_unread, opens) WHERE v.id = new.id",
            [
                [one.contact_id for one in batch],
                [one.at for one in batch],
                [one.conversation_id for one in batch],
                [preview(one.message.text, kind) for one, kind in zip(batch, kinds, strict=True)],
                kinds,
                [one.at for one in batch],
                [int(one.message.type not in NOTHING_TO_READ and not one.is_blocked) for one in batch],
                [opens_window(one) for one in batch],
            ],
        )


def opens_window(one: Incoming) -> bool:
    """Whether WhatsApp takes free text for 24 hours from this message on."""
    return not one.source and one.message.type not in NOT_WRITTEN_BY_THE_GUEST
