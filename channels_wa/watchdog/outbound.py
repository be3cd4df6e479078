"""What the watchdog says before a message leaves: campaigns of a number in trouble wait, and so does what goes beyond
a new number's day. An answer to a guest (`purpose=reply`) passes both.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import known_numbers
from channels_wa.outbox import portfolio, window
from channels_wa.outbox.checks import OutboundFacts, Refusal
from channels_wa.watchdog.warming import Stage, stage, within_limit

PAUSED: Final = "campaign_paused"
WARM_UP: Final = "warm_up"
REPLY, MARKETING = "reply", "marketing"


def check(batch: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Which of them have to wait, and until when."""
    asking = {facts.number_id for facts in batch if facts.purpose != REPLY}
    if not asking:
        return [None] * len(batch)
    numbers = {pk: number for pk, number in known_numbers().items() if pk in asking}
    warming = {pk: found for pk, number in numbers.items() if (found := stage_of(number, now))}
    refusals = [_paused(numbers.get(facts.number_id), facts, now) for facts in batch]
    for number_id, at in warming.items():
        places = [
            place
            for place, facts in enumerate(batch)
            if facts.number_id == number_id and refusals[place] is None and _begins_a_talk(facts, now)
        ]
        taken = _take(number_id, at, [batch[place] for place in places]) if places else []
        for place, may_leave in zip(places, taken, strict=True):
            if not may_leave:
                refusals[place] = Refusal(WARM_UP, until=at.ends_at)
    return refusals


def stage_of(number: Number, now: datetime) -> Stage | None:
    """Where a number that warms up stands, with what its portfolio's limit leaves; None when it is warm."""
    at = stage(number.warm_up_started_at, now)
    if at is None or number.messaging_limit is None:
        return at
    # What this number itself began is in both counts.
    others = max(0, portfolio.used(number.portfolio) - used_today(number.pk, at.day))
    return within_limit(at, limit=number.messaging_limit, used_by_others=others)


def used_today(number_id: int, day: int) -> int:
    """How many guests the number has begun to talk to on this day of its warm-up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM warm_up_talk WHERE number_id = %s AND day = %s", [number_id, day])
        return int(cursor.fetchone()[0])


def _paused(number: Number | None, facts: OutboundFacts, now: datetime) -> Refusal | None:
    if number is None or facts.purpose != MARKETING or number.campaigns_paused_until is None:
        return None
    until = number.campaigns_paused_until
    return Refusal(PAUSED, until=until) if until > now else None


def _begins_a_talk(facts: OutboundFacts, now: datetime) -> bool:
    # While it is only written nothing is counted: it may be meant for another day, or be taken back.
    if facts.message_id is None or facts.purpose == REPLY or facts.type != "template":
        return False
    return not window.is_open(facts.last_inbound_at, now)


@transaction.atomic
def _take(number_id: int, at: Stage, asked: Sequence[OutboundFacts]) -> list[bool]:
    """Count guests before the call; a guest counts once a day, so that who was counted may be asked for again."""
    with connection.cursor() as cursor:
        # Two dispatchers that count at once would both find the last place free.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('warm_up', %s))", [number_id])
        cursor.execute(
            "SELECT contact_id FROM warm_up_talk WHERE number_id = %s AND day = %s AND contact_id = ANY(%s)",
            [number_id, at.day, [facts.contact_id for facts in asked]],
        )
        known = {pk for (pk,) in cursor.fetchall()}
        used, new = used_today(number_id, at.day), set[int]()
        for facts in sorted(asked, key=_reminders_first):
            if facts.contact_id not in known and used + len(new) < at.cap_for(facts.purpose):
                new.add(facts.contact_id)
                known.add(facts.contact_id)
        _keep(number_id, at.day, new)
    return [facts.contact_id in known for facts in asked]


def _keep(number_id: int, day: int, contacts: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO warm_up_talk (number_id, day, contact_id) "
            "SELECT %s, %s, id FROM unnest(%s::bigint[]) AS new(id)",
            [number_id, day, sorted(contacts)],
        )


def _reminders_first(facts: OutboundFacts) -> bool:
    return facts.purpose == MARKETING
