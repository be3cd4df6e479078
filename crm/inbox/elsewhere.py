"""What was exchanged on the salon's own phone: it has its place in the conversation, and the flow falls silent."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from channels_wa.inbound.steps import Incoming
from channels_wa.messages.models import ABOUT_ANOTHER, Source
from crm.inbox.inbound import place
from crm.inbox.kinds import kind_of
from crm.inbox.live import tell_changed
from crm.inbox.summary import preview
from crm.inbox.takeover import take_over


def add_to_conversations(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its conversation. What was written just now is its newest and ends the flow's turn there.

    Imported talks change no summary that is newer, wait for nobody and open no window. Raises OpenedMeanwhile.
    """
    placed = place(batch)
    now = [one for one in placed if one.source == Source.PHONE]
    _note(now)
    take_over((one.conversation_id for one in now if one.message.type not in ABOUT_ANOTHER), by="phone")
    _note_past([one for one in placed if one.source == Source.HISTORY])
    tell_changed(one.conversation_id for one in placed)
    return placed


def _note(batch: Sequence[Incoming]) -> None:
    """The newest of each conversation, as of any other answer of the salon's."""
    newest = {one.conversation_id: one for one in batch}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET last_text = new.text, last_kind = new.kind, last_direction = 'out', "
            "last_at = new.at, waiting_since = NULL "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) "
            "AS new(id, text, kind, at) WHERE v.id = new.id",
            _columns(newest),
        )


def _note_past(batch: Sequence[Incoming]) -> None:
    # An empty direction is nobody's turn: an imported question waits for no answer.
    newest = {one.conversation_id: one for one in sorted(batch, key=lambda one: one.at)}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET last_text = new.text, last_kind = new.kind, last_at = new.at "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS new(id, text, kind, at) "
            "WHERE v.id = new.id AND v.last_direction = '' AND v.last_at <= new.at",
            _columns(newest),
        )


def _columns(newest: dict[int, Incoming]) -> list[Any]:
    return [
        list(newest),
        [preview(one.message.text) for one in newest.values()],
        [kind_of(one.message.type, one.message.payload, is_ours=one.direction == "out") for one in newest.values()],
        [one.at for one in newest.values()],
    ]
