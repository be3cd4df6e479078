"""A conversation's summary of its newest message, so that the list never looks at messages."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from crm.inbox.kinds import SAY_IT_ALL, kind_of

LONGEST = 160


def preview(text: str, kind: str = "") -> str:
    """One line of the text for the list; empty where the kind's words are enough."""
    return "" if kind in SAY_IT_ALL else " ".join(text.split())[:LONGEST]


def note_outbound(rows: Sequence[tuple[int, str, str]], *, at: datetime) -> None:
    """Note messages that were just written: (conversation id, type, text); the last of each conversation stays.

    A person's or a flow's answer does not touch `unread`: only reading does.
    """
    newest = {conversation_id: (kind, text) for conversation_id, kind, text in rows}
    if not newest:
        return
    # An outgoing reaction's text is its emoji.
    kinds = [kind_of(kind, {"emoji": text}, is_ours=True) for kind, text in newest.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET last_text = new.text, last_kind = new.kind, last_direction = 'out', "
            "last_at = %s, waiting_since = NULL "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new(id, kind, text) WHERE v.id = new.id",
            [at, list(newest), kinds, [preview(text) for _kind, text in newest.values()]],
        )
