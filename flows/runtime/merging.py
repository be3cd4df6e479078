"""What of the flows goes over when two contacts are one person (crm.contacts.merging)."""

from typing import Any

from django.db import connection

from crm.contacts.merging import Merge
from flows.runtime.cancelling import cancel_many
from ops.runs import ids_of


def move(merge: Merge) -> Merge:
    """The runs. Where two listen to the same person over one number, the one of the talk that goes on stays."""
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            cursor.execute(
                "SELECT e.id FROM flow_execution e WHERE e.conversation_id = %s AND e.listens "
                "AND EXISTS (SELECT 1 FROM flow_execution o WHERE o.conversation_id = %s AND o.listens) "
                "FOR UPDATE OF e",
                [old, new],
            )
            cancel_many([pk for (pk,) in cursor.fetchall()], why="contact_merged")
    merge.rejoin("flow_execution")
    merge.reassign("flow_execution")
    return merge


def undo(merge: Merge, _before: dict[str, Any]) -> None:
    """Runs that began since go with their talk. Those that the merge ended stay ended."""
    back = ids_of(merge.log.moved.get("conversation", []))
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            if new in back:
                cursor.execute(
                    "UPDATE flow_execution SET conversation_id = %s WHERE conversation_id = %s AND contact_id = %s",
                    [old, new, merge.kept],
                )
        cursor.execute(
            "UPDATE flow_execution SET contact_id = %s WHERE contact_id = %s AND conversation_id = ANY(%s)",
            [merge.gone, merge.kept, back],
        )
