"""Checks of messages that the salon starts: consent (I19), quiet hours, and how often a guest gets offers.

Answers (`purpose=reply`) pass: who asks is answered.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from channels_wa.message_templates.queries import named
from channels_wa.outbox.checks import OutboundFacts, Refusal
from crm.consent.models import Purpose, State
from crm.consent.policy import policy
from crm.consent.queries import ever_wrote, states

OPTED_OUT, NO_OPT_IN, QUIET, CAPPED = "opted_out", "no_opt_in", "quiet_hours", "frequency_cap"
REPLY, MARKETING, REMINDER = "reply", "marketing", "reminder"
WEEK = timedelta(days=7)


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse what the guest has stopped, and offers to people who never wrote nor agreed."""
    offers = _offers(batch)
    judged = [facts for facts, is_offer in zip(batch, offers, strict=True) if facts.purpose != REPLY or is_offer]
    if not judged:
        return [None] * len(batch)
    said = states(facts.contact_id for facts in judged)
    offered = [
        facts.contact_id
        for facts, is_offer in zip(batch, offers, strict=True)
        if is_offer and (facts.contact_id, str(Purpose.MARKETING)) not in said
    ]
    strangers = set[int]()
    if offered:
        strangers = set(offered) if policy().marketing_needs_opt_in else set(offered) - ever_wrote(offered)
    return [_judge(facts, is_offer, said, strangers) for facts, is_offer in zip(batch, offers, strict=True)]


def _offers(batch: Sequence[OutboundFacts]) -> list[bool]:
    """Which are offers: by their purpose, or because WhatsApp counts their template as marketing."""
    names = frozenset(str(facts.payload.get("name")) for facts in batch if facts.type == "template")
    marketing = {row.name for row in named(names) if row.category.lower() == MARKETING}
    return [
        facts.purpose == MARKETING or (facts.type == "template" and facts.payload.get("name") in marketing)
        for facts in batch
    ]


def _judge(
    facts: OutboundFacts, is_offer: bool, said: dict[tuple[int, str], str], strangers: set[int]
) -> Refusal | None:
    if facts.purpose == REPLY and not is_offer:
        return None
    purpose = Purpose.MARKETING if is_offer else Purpose.SERVICE
    if said.get((facts.contact_id, str(purpose))) == State.REVOKED:
        return Refusal(OPTED_OUT)
    if is_offer and facts.contact_id in strangers:
        return Refusal(NO_OPT_IN)
    return None


def quiet_hours(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Offers and reminders wait for the morning; what a guest's own act caused just now (service) does not."""
    if not any(facts.purpose in (MARKETING, REMINDER) for facts in batch):
        return [None] * len(batch)
    until = policy().quiet_ends(now)
    waits = Refusal(QUIET, until) if until else None
    return [waits if facts.purpose in (MARKETING, REMINDER) else None for facts in batch]


def frequency_cap(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Offers beyond the salon's number in seven days wait until the oldest of them is a week old."""
    offered = {facts.contact_id for facts in batch if facts.purpose == MARKETING}
    most = policy().marketing_per_week if offered else None
    if most is None:
        return [None] * len(batch)
    sent = _offers_since(sorted(offered), now - WEEK)
    found: list[Refusal | None] = []
    for facts in batch:
        got = sent[facts.contact_id] if facts.purpose == MARKETING else []
        if facts.purpose != MARKETING:
            found.append(None)
        elif len(got) < most:
            # Those of one batch count for each other too.
            got.append(now)
            found.append(None)
        else:
            found.append(Refusal(CAPPED, got[len(got) - most] + WEEK if most else now + WEEK))
    return found


def _offers_since(contact_ids: Sequence[int], since: datetime) -> dict[int, list[datetime]]:
    """When offers left for these guests, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id, at FROM message WHERE contact_id = ANY(%s) AND direction = 'out' "
            "AND purpose = 'marketing' AND at > %s AND status IN ('sent', 'delivered', 'read', 'played', 'unknown') "
            "ORDER BY at, id",
            [list(contact_ids), since],
        )
        found: dict[int, list[datetime]] = defaultdict(list)
        for contact_id, at in cursor.fetchall():
            found[contact_id].append(at)
        return found
