"""The check that leaves blocked guests alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from channels_wa.outbox.checks import OutboundFacts, Refusal

BLOCKED = "blocked"


def blocked(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Nothing goes to a guest whom somebody has blocked, whoever writes it: they are unblocked first."""
    found = blocked_of(facts.contact_id for facts in batch)
    return [Refusal(BLOCKED) if facts.contact_id in found else None for facts in batch]


def blocked_of(contact_ids: Iterable[int]) -> set[int]:
    """Those of these contacts (by id) that are blocked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contact WHERE id = ANY(%s) AND blocked_at IS NOT NULL", [sorted(set(contact_ids))]
        )
        return {pk for (pk,) in cursor.fetchall()}
