"""Asked before an offer leaves (OUTBOUND_CHECKS): never one that was taken back, or whose time is over."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.bookings.catalogue import catalogue
from crm.bookings.models import WaitlistOffer
from crm.bookings.waitlist import passing
from crm.bookings.waitlist.asked import ID

QUIET: Final = "quiet_hours"
OVER: Final = "offer_over"


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse offers that nobody can take any more; what is no offer is not ours."""
    said = [_said(facts) if facts.purpose == "service" else None for facts in batch]
    wanted = {pk for pk in said if pk is not None}
    if not wanted:
        return [None] * len(batch)
    rows = WaitlistOffer.objects.filter(pk__in=wanted, state=WaitlistOffer.State.OFFERED, expires_at__gt=now)
    holds = dict(rows.values_list("pk", "created_at"))
    known = catalogue()
    morning = passing.quiet_until(known, now) if holds else None

    def judged(pk: int) -> Refusal | None:
        if pk not in holds:
            return Refusal(OVER)
        # What waited behind a stopped number wakes nobody; what staff offers at night, they mean.
        if morning is not None and passing.quiet_until(known, holds[pk]) is None:
            return Refusal(QUIET, morning)
        return None

    return [None if pk is None else judged(pk) for pk in said]


def _said(facts: OutboundFacts) -> int | None:
    found = list(ID.finditer(json.dumps(facts.payload)))
    # The last one: buttons come behind the words, and a guest may have any name.
    return int(found[-1][1]) if found else None
