"""Asked before an offer leaves (OUTBOUND_CHECKS): never one that was taken back, or whose time is over."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.bookings.models import WaitlistOffer
from crm.bookings.waitlist.asked import ID

OVER: Final = "offer_over"


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse offers that nobody can take any more; what is no offer is not ours."""
    said = [_said(facts) if facts.purpose == "service" else None for facts in batch]
    wanted = {pk for pk in said if pk is not None}
    if not wanted:
        return [None] * len(batch)
    rows = WaitlistOffer.objects.filter(pk__in=wanted, state=WaitlistOffer.State.OFFERED, expires_at__gt=now)
    holds = set(rows.values_list("pk", flat=True))
    return [None if pk is None or pk in holds else Refusal(OVER) for pk in said]


def _said(facts: OutboundFacts) -> int | None:
    found = list(ID.finditer(json.dumps(facts.payload)))
    # The last one: buttons come behind the words, and a guest may have any name.
    return int(found[-1][1]) if found else None
