"""When the watchdog looks: a timer for each number, sooner when something happened, and one that asks Meta."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from channels_wa.numbers.models import Number
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, hurry_many, set_many
from ops.timers.models import Timer

CHECK: Final = "number.check"
ASK: Final = "number.ask"
# A number that is used or in trouble, and one that is neither.
EVERY: Final = timedelta(minutes=5)
EVERY_IDLE: Final = timedelta(minutes=15)
# Meta is asked for token and rating: daily, and hourly while it has something against the number.
ASK_EVERY: Final = timedelta(hours=24)
ASK_AGAIN: Final = timedelta(hours=1)
AT_ONCE: Final = 1000


def ensure(numbers: Sequence[Number]) -> None:
    """Set the timers of numbers, of whichever salons, where they have none."""
    by_salon: dict[int, list[Number]] = defaultdict(list)
    for number in numbers:
        by_salon[number.salon_id].append(number)
    now, version = clock.now(), int(clock.real().timestamp())
    for salon_id, group in by_salon.items():
        waiting = Timer.objects.filter(salon_id=salon_id, state="pending", subject__in=[str(one.pk) for one in group])
        have = set(waiting.filter(kind__in=(CHECK, ASK)).values_list("kind", "subject"))
        unlooked = [one for one in group if (CHECK, str(one.pk)) not in have]
        set_many(salon_id, [NewTimer(CHECK, str(one.pk), now + spread(one, EVERY), version) for one in unlooked])
        unasked = [one for one in group if (ASK, str(one.pk)) not in have]
        set_many(salon_id, [NewTimer(ASK, str(one.pk), now + spread(one, ASK_EVERY)) for one in unasked])


def ensure_all() -> int:
    """The same for every number that lost one of its timers, or never had one; how many numbers. Public tables only."""
    waiting = Timer.objects.filter(
        salon_id=OuterRef("salon_id"), subject=Cast(OuterRef("pk"), CharField()), state="pending"
    )
    connected = Number.objects.exclude(state=Number.State.DISCONNECTED).order_by("pk")
    bare = connected.filter(~Exists(waiting.filter(kind=CHECK)) | ~Exists(waiting.filter(kind=ASK)))
    found = list(bare.only("pk", "salon_id")[:AT_ONCE])
    ensure(found)
    return len(found)


def cancel(number: Number) -> None:
    """Look no more."""
    for kind in (CHECK, ASK):
        cancel_many(current_salon_id(), kind, [str(number.pk)])


def look_soon(number_ids: Iterable[int], at: datetime) -> None:
    """Look at these no later than that."""
    hurry_many(current_salon_id(), CHECK, [str(pk) for pk in number_ids], at)


def ask_soon(numbers: Iterable[Number]) -> None:
    """Ask Meta about these now."""
    hurry_many(current_salon_id(), ASK, [str(number.pk) for number in numbers], clock.now())


def spread(number: Number, every: timedelta) -> timedelta:
    """Somewhere within, the same for a number each time: what was set together does not come together for ever."""
    return every * ((number.pk * 37 % 100 + 1) / 100)
