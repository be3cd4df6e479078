"""Meta's customer service window: within 24 hours of the guest's last message anything may be sent, later templates
only (WHATSAPP.md §5).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from channels_wa.outbox.checks import OutboundFacts, Refusal

SERVICE_WINDOW = timedelta(hours=24)
# The call takes time, and Meta counts from its own second.
MARGIN = timedelta(seconds=30)
CLOSED = "window_closed"
# What Meta writes in the guest's name opens no window.
NOT_WRITTEN_BY_THE_GUEST = ("system", "edit", "revoke")

# The newest message of the guest to this number; walks the index (contact_id, id) backwards. What was said in a group,
# or before the number was connected (`source`), opens no window.
LAST_INBOUND = f"""
    SELECT i.at FROM message i WHERE i.contact_id = {{contact}} AND i.number_id = {{number}} AND i.direction = 'in'
    AND i.source = '' AND i.type NOT IN ({", ".join(f"'{kind}'" for kind in NOT_WRITTEN_BY_THE_GUEST)})
    ORDER BY i.id DESC LIMIT 1
"""


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse what is free-form and would leave when the window is closed (I18)."""
    return [None if _may_leave(facts, now) else Refusal(CLOSED) for facts in batch]


def _may_leave(facts: OutboundFacts, now: datetime) -> bool:
    return facts.type == "template" or is_open(facts.last_inbound_at, now)


def is_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free-form messages may leave at `now`."""
    return last_inbound_at is not None and now < last_inbound_at + SERVICE_WINDOW - MARGIN


def last_inbound(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], datetime]:
    """When each guest last wrote to each number, by (contact, number); one query, inside the salon."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.contact_id, w.number_id, newest.at "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS w(contact_id, number_id) "
            f"CROSS JOIN LATERAL ({LAST_INBOUND.format(contact='w.contact_id', number='w.number_id')}) newest",
            [[contact for contact, _number in wanted], [number for _contact, number in wanted]],
        )
        return {(contact, number): at for contact, number, at in cursor.fetchall()}
