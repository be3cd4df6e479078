"""A place that became free goes to the first who would take it; what is refused or over goes on to the next.

Whatever frees time tells of it by an event in its own transaction (`hearing`), which costs the booking nothing and
survives the process; here a timer for each place looks who comes next. One look of a salon at a time: two places that
become free at once see each other's offers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from crm.bookings.actions.booking import WrongItem
from crm.bookings.actions.placing import SlotTaken, lock
from crm.bookings.availability.wall import minute_of, moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import WaitlistOffer
from crm.bookings.notices import sending
from crm.bookings.reading import now_minute
from crm.bookings.reminders.planning import is_quiet, quiet_hours
from crm.bookings.waitlist import actions, matching, places
from crm.bookings.waitlist.offering import NAME, Busy, Freed, offer, resources_for
from crm.bookings.waitlist.places import Place
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due

PLACE: Final = "waitlist.place"
# No resource has it: whoever looks for the next guest of a salon takes this lock before those of resources.
LOOKING: Final = 0
# A text that Meta looks at, and a guest who has another offer to answer: the place is looked at again.
AGAIN: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=15)
# So many are asked at most in one look: the rest at the next, so that no look lasts long.
MOST_TRIED: Final = 30


def set_timer(
    place: Place, *, version: int, at: datetime | None = None, freed_by: int | None = None, tried: int = 0
) -> None:
    """Look who takes the place. `version` tells one becoming free from another; `freed_by` goes with it, and how often
    nobody could be asked."""
    name, freed = str(place), f"~{freed_by}" if freed_by else ""
    wholes = (f"{name}{freed or '~'}~{tried}" if tried else f"{name}{freed}", f"{name}{freed}", name)
    subject = next(one for one in wholes if len(one) <= places.LONGEST)
    set_many(current_salon_id(), [NewTimer(PLACE, subject, at or clock.now(), version)])


def fall_due(due: Sequence[Due]) -> None:
    """Offer these places."""
    lock({LOOKING})
    known = catalogue()
    wanted = [(one, *_read(one.subject)) for one in due]
    quiet = quiet_until(known)
    # All locks at once, before anything is held: of whatever any of those who wait might take.
    waiting = [match.entry for _one, place, _freed, _tried in wanted for match in _possible(place, known, quiet)]
    if waiting:
        lock(resources_for(waiting, known))
    for one, place, freed_by, tried in wanted:
        _pass(place, freed_by, one.version, known, quiet, tried=tried)


def _possible(place: Place, known: Catalogue, quiet: datetime | None) -> list[matching.Match]:
    if quiet is not None or place.end <= now_minute():
        return []
    found = []
    for match in matching.matches(place):
        found.append(match)
        if len(found) >= MOST_TRIED:
            break
    return found


def _pass(
    place: Place, freed_by: int | None, version: int, known: Catalogue, quiet: datetime | None, *, tried: int
) -> None:
    if place.end <= now_minute() + matching.LEAST_MINUTES:
        return
    if quiet is not None:
        # Nobody is woken; what is still free in the morning is offered then.
        set_timer(place, version=_next(version), at=quiet, freed_by=freed_by)
        return
    later = False
    for match in _possible(place, known, None):
        entry = match.entry
        if matching.booked_meanwhile(entry):
            actions.close(actions.locked(entry.pk), "booked", by=None)
            continue
        if matching.is_elsewhere(entry.contact_id, match.slot, but=[entry.booking_id]):
            continue
        if _has_offer(entry.contact_id):
            later = True
            continue
        try:
            offer(entry, match.slot, Freed(place, freed_by))
        except sending.Unreachable as away:
            if away.reason == "no_template":
                sending.prepare(NAME)
                later = True
        except (SlotTaken, WrongItem, Busy):
            continue
        else:
            # A long stretch may have room for more.
            later, tried = _has_room(place, match), -1
            break
    if later:
        wait = min(AGAIN * 2 ** min(max(tried, 0), 10), LONGEST_WAIT)
        set_timer(place, version=_next(version), at=clock.now() + wait, freed_by=freed_by, tried=tried + 1)


def _has_offer(contact: int) -> bool:
    """One at a time, so that a "sim" says which."""
    return WaitlistOffer.objects.filter(entry__contact=contact, state=WaitlistOffer.State.OFFERED).exists()


def _has_room(place: Place, match: matching.Match) -> bool:
    length = match.slot.ends - match.slot.starts
    return place.end - place.start > length or len(place.people) > 1


def quiet_until(known: Catalogue, now: datetime | None = None) -> datetime | None:
    """The morning, if it is night."""
    hours, now = quiet_hours(known.quiet), now or clock.now()
    if not hours or not any(is_quiet(one, now, known.zone) for one in hours):
        return None
    minute = minute_of(now)
    ahead = (moment_of(minute + more) for more in range(1, 24 * 60 + 1))
    return next((one for one in ahead if not any(is_quiet(quiet, one, known.zone) for quiet in hours)), None)


def _read(subject: str) -> tuple[Place, int | None, int]:
    name, freed, tried = (*subject.split("~"), "", "")[:3]
    return places.read(name), int(freed) if freed else None, int(tried or 0)


def _next(version: int) -> int:
    """Not the version of the timer that fires: that one is finished beside it."""
    return max(version + 1, int(clock.now().timestamp()))
