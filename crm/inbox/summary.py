"""A conversation's summary of its newest message, so that the list never looks at messages."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

LONGEST = 160


def preview(message_type: str, text: str) -> str:
    """One line for the list: the text, or the type in brackets (the page translates it)."""
    line = " ".join(text.split())
    return line[:LONGEST] if line else f"[{message_type}]"


def note_outbound(rows: Sequence[tuple[int, str, str]], *, at: datetime) -> None:
    """Note messages that were just written: (conversation id, type, text); the last of each conversation stays.

    A person's or a flow's answer does not touch `unread`: only reading does.
    """
    newest = {conversation_id: preview(kind, text) for conversation_id, kind, text in rows}
    if not newest:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET last_text = new.text, last_direction = 'out', last_at = %s "
            "FROM unnest(%s::bigint[], %s::text[]) AS new(id, text) WHERE v.id = new.id",
            [at, list(newest), list(newest.values())],
        )
