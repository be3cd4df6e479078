"""One look at numbers: how healthy each is, which incidents begin and end, and what follows for its messages.

Called inside the salon and a transaction, by timers and by events of the numbers; doing it again changes nothing.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from channels_wa.numbers.models import Number
from channels_wa.outbox import numbers as outbox_numbers
from channels_wa.watchdog import incidents
from channels_wa.watchdog.facts import facts_of, is_watched
from channels_wa.watchdog.models import Incident, NumberHealth, WarmUpTalk
from channels_wa.watchdog.notices import tell_warm
from channels_wa.watchdog.reasons import PAUSING, Score, score
from channels_wa.watchdog.warming import stage
from ops import clock

log = logging.getLogger(__name__)

# A pause ends by itself if nobody looks any more; while it lasts, each look moves its end.
PAUSE_LASTS: Final = timedelta(minutes=30)


def check(numbers: Sequence[Number]) -> dict[int, Score]:
    """Look at these numbers of the salon we are in; how healthy each is."""
    now = clock.now()
    watched = [number for number in numbers if is_watched(number)]
    if not watched:
        return {}
    facts = facts_of(watched, now=now)
    standing = incidents.standing(number.pk for number in watched)
    found: dict[int, Score] = {}
    for number in watched:
        mine = standing.get(number.pk, [])
        found[number.pk] = score(facts[number.pk], incidents.held(mine, now))
        _look(number, mine, found[number.pk], now)
    return found


def forget(number: Number) -> None:
    """A number that was disconnected: its incidents end and its counts go."""
    now = clock.now()
    incidents.close_all(number, now)
    NumberHealth.objects.filter(number_id=number.pk).delete()
    WarmUpTalk.objects.filter(number_id=number.pk).delete()
    Number.objects.filter(pk=number.pk).update(
        health_score=100, campaigns_paused_until=None, campaigns_paused_reason=""
    )


def _look(number: Number, standing: Sequence[Incident], found: Score, now: datetime) -> None:
    open_now, closed = incidents.follow(number, found.reasons, standing, value=found.value, now=now)
    _pace(number, found, [*open_now, *closed], now)
    _pause_or_resume(number, found, open_now, closed, now)
    _grow_up(number, now)
    incidents.save([*open_now, *closed])
    NumberHealth.objects.update_or_create(
        number_id=number.pk,
        defaults={
            "score": found.value,
            "reasons": [{"code": one.code, "costs": one.costs, "values": one.values} for one in found.reasons],
            "checked_at": now,
        },
    )


def _pace(number: Number, found: Score, concerned: Sequence[Incident], now: datetime) -> None:
    """The dispatcher reads the score from the number, and slows down by it."""
    if found.value == number.health_score:
        return
    was_slow = Score(number.health_score).is_slow
    if found.is_slow != was_slow:
        for incident in concerned:
            incident.note("slowed" if found.is_slow else "sped_up", now, score=found.value)
    Number.objects.filter(pk=number.pk).update(health_score=found.value)
    number.health_score = found.value


def _pause_or_resume(
    number: Number, found: Score, open_now: Sequence[Incident], closed: Sequence[Incident], now: datetime
) -> None:
    is_paused = number.campaigns_paused_until is not None and number.campaigns_paused_until > now
    if found.pauses_campaigns:
        _pause(number, found, open_now, now, is_new=not is_paused)
    elif number.campaigns_paused_until is not None:
        _resume(number, [*open_now, *closed], now)


def _pause(number: Number, found: Score, open_now: Sequence[Incident], now: datetime, *, is_new: bool) -> None:
    until = max([now + PAUSE_LASTS, *(one.holds_until for one in open_now if one.holds_until > now)])
    # What the outbox itself decided may last longer.
    until = max(until, number.campaigns_paused_until or until)
    worst = next((one.code for one in found.reasons if one.code in PAUSING), found.reasons[0].code)
    Number.objects.filter(pk=number.pk).update(campaigns_paused_until=until, campaigns_paused_reason=str(worst))
    # Whoever began the pause, the incident tells of it once.
    for incident in open_now:
        if is_new or not any(step["did"] == "paused" for step in incident.log):
            incident.note("paused", now)
    if is_new:
        log.warning("number %s rests its campaigns: %s", number.public_id, worst)


def _resume(number: Number, concerned: Sequence[Incident], now: datetime) -> None:
    Number.objects.filter(pk=number.pk).update(campaigns_paused_until=None, campaigns_paused_reason="")
    released = outbox_numbers.resume(number.pk)
    for incident in concerned:
        incident.note("resumed", now, released=released)
    log.warning("number %s goes on with its campaigns", number.public_id)


def _grow_up(number: Number, now: datetime) -> None:
    """After the last day of its schedule a number is warm."""
    if number.warm_up_started_at is None:
        return
    at = stage(number.warm_up_started_at, now)
    if at is not None:
        WarmUpTalk.objects.filter(number_id=number.pk, day__lt=at.day).delete()
        return
    Number.objects.filter(pk=number.pk).update(warm_up_started_at=None)
    WarmUpTalk.objects.filter(number_id=number.pk).delete()
    tell_warm(number)
