"""What the watchdog does when a timer is due."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from channels_wa.adapters.cloud_api.graph import GraphError
from channels_wa.messages.models import Message
from channels_wa.numbers import checking, meta
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from channels_wa.watchdog import watching
from channels_wa.watchdog.facts import is_watched
from channels_wa.watchdog.models import Incident, NumberHealth
from channels_wa.watchdog.timers import ASK, ASK_AGAIN, ASK_EVERY, CHECK, EVERY, EVERY_IDLE
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many, set_next
from ops.timers.registry import Due, on_timer

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
_LATELY = timedelta(hours=1)
# Of these only Meta knows when they are over.
_OF_META = ("quality_red", "quality_yellow", "account", "spam")


@on_timer(CHECK, acts_for="salon")
def check_numbers(due: Sequence[Due]) -> None:
    """Look at numbers of one salon, each and again; what left the salon is not looked at any more."""
    numbers = {str(number.pk): number for number in own_numbers().filter(pk__in=[int(one.subject) for one in due])}
    scores = watching.check(list(numbers.values()))
    for one in due:
        if number := numbers.get(one.subject):
            score = scores.get(number.pk)
            is_idle = score is not None and score.value == 100 and not _is_used(number)
            due_at = clock.now() + (EVERY_IDLE if is_idle else EVERY)
            set_next(current_salon_id(), NewTimer(CHECK, one.subject, due_at, one.version))


@on_timer(ASK, acts_for="salon", waits=True)
def ask_meta(due: Sequence[Due]) -> None:
    """Ask Meta whether the token is good and what it thinks of the number; a refused token stops the number."""
    for one in due:
        number = own_numbers().filter(pk=int(one.subject)).first()
        if number is None:
            continue
        if number.adapter == "cloud_api" and number.is_active and is_watched(number):
            _ask(number)
        is_meta_against = Incident.objects.filter(number_id=number.pk, closed_at=None, kind__in=_OF_META).exists()
        wait = ASK_AGAIN if is_meta_against else ASK_EVERY
        # The timer that fires right now moves on; the errand sees that its lease is lost and leaves it.
        set_many(current_salon_id(), [NewTimer(ASK, one.subject, clock.now() + wait, one.version)])


def _ask(number: Number) -> None:
    checked = checking.check(number, timeout_s=TIMEOUT_S)
    if checked.facts is None:
        log.info("Meta told nothing of number %s: %s", number.public_id, checked.problem)
        return
    try:
        expires_at = meta.grant_of(token_of(number)).expires_at
    except GraphError:
        # Not every app may ask about tokens; that this one works was seen a moment ago.
        return
    # 0 is for ever.
    ends_at = datetime.fromtimestamp(expires_at, UTC) if expires_at else None
    NumberHealth.objects.update_or_create(
        number_id=number.pk, defaults={"token_checked_at": clock.now(), "token_expires_at": ends_at}
    )


def _is_used(number: Number) -> bool:
    return Message.objects.filter(number_id=number.pk, at__gt=clock.now() - _LATELY).exists()
