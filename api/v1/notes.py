"""Notes of the team, as conversations show them."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from api.examples import described
from api.fields import Body, Instant
from crm.contacts.models import Note
from crm.contacts.notes import LONGEST


@described(
    "Note",
    {
        "id": "019a1f62-77bb-7c03-9f6e-8d1e2f3a4b5c",
        "text": "Prefere a Bia. @Ana confirma?",
        "by": "019a1f5b-2222-7333-8444-555566667777",
        "by_name": "Bia",
        "is_pinned": False,
        "at": "2026-11-20T15:02:00Z",
        "edited_at": None,
    },
)
class NoteOut(serializers.Serializer[Any]):
    """What somebody wrote for colleagues."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    by = serializers.UUIDField(allow_null=True, help_text="The member; null for a program.")
    by_name = serializers.CharField(allow_null=True)
    is_pinned = serializers.BooleanField()
    at = Instant()
    edited_at = Instant(allow_null=True)


class NoteIn(Body):
    """A new note."""

    text = serializers.CharField(max_length=LONGEST)


def shown_notes(rows: Iterable[Note]) -> list[dict[str, Any]]:
    """As the API shows them; load `by` with them."""
    found = [
        {
            "id": row.public_id,
            "text": row.text,
            "by": row.by.public_id if row.by else None,
            "by_name": row.by.name if row.by else None,
            "is_pinned": row.is_pinned,
            "at": row.at,
            "edited_at": row.edited_at,
        }
        for row in rows
    ]
    return list(NoteOut(found, many=True).data)
