"""Free times as a guest chooses them in a talk: some of the next days, those that were named, the nearest to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.bookings.answers.when import Wish
from crm.bookings.asking import GUEST, Asked, question_for, wish
from crm.bookings.availability.search import find
from crm.bookings.availability.types import Slot
from crm.bookings.availability.wall import instant, minute_of, moment_of
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking
from crm.bookings.reading import now_minute
from crm.bookings.reminders import words as shared
from crm.bookings.reminders.slots import names_of, ways
from crm.bookings.talking import words
from crm.bookings.talking.choices import PAGE, person_key, services_in_order
from crm.bookings.talking.visits import ahead, visit_of
from crm.bookings.talking.wishes import wished
from crm.contacts.models import Contact
from ops import clock

JSON = dict[str, Any]
# A page shows so many days, with so many times of each that lie so far apart.
DAYS_OF_PAGE: Final = 3
EACH: Final = 3
APART: Final = 60
# Looked through at a time, so that a calendar with room is not read to its end.
STRETCH: Final = 14
AROUND: Final = (timedelta(days=3), timedelta(days=21))


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked for, and how it is told. `between` gives the slots that begin between two minutes."""

    between: Callable[[int, int], list[Slot]]
    known: Catalogue
    language: str
    services: str
    is_anyone: bool
    # Of a visit that is moved.
    booking: Booking | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The salon's."""
        return self.known.zone

    def on(self, first: date, last: date) -> list[Slot]:
        """Those of these days."""
        begins, ends = instant(self.zone, first.toordinal(), 0), instant(self.zone, last.toordinal() + 1, 0)
        now = self.booking and minute_of(self.booking.starts_at)
        return [one for one in self.between(begins, ends) if one.starts != now]

    def local(self, slot: Slot) -> datetime:
        """When it begins on the salon's clock."""
        return moment_of(slot.starts).astimezone(self.zone)


def slots(asked: JSON, contact: Contact | None) -> JSON:
    """{"services": [ids], "professional": id} or {"booking": id}; "days", "when", "taken", and of a talk "said" with
    "offered", "pick", "after". Where a flow is tried the clock may be ahead: "today"."""
    looking = _looking(asked, contact)
    if looking is None:
        return {"none": True}
    today = max(clock.now().astimezone(looking.zone).date(), _day(asked.get("today")))
    days = asked.get("days") if isinstance(asked.get("days"), int) else 30
    last = today + timedelta(days=min(max(int(days or 30), 1), looking.known.horizon_days))
    if pick := asked.get("pick"):
        return _picked(looking, str(pick), today, last)
    if isinstance(after := asked.get("after"), dict):
        return _after(looking, after, today, last)
    if said := str(asked.get("said") or ""):
        return _said(looking, said, asked.get("offered") or [], today, last)
    if taken := str(asked.get("taken") or ""):
        found = wished(taken, looking.language, looking.zone)
        return _near(looking, found[0] if found else Wish(), today, last, "pick_taken")
    if when := str(asked.get("when") or ""):
        found = wished(when, looking.language, looking.zone)
        if found is not None and not found[0].than_now:
            return _wish(looking, *found, today, last, is_said=False)
    return _general(looking, today, last)


def _looking(asked: JSON, contact: Contact | None) -> Looking | None:
    known, language = catalogue(), words.language_for(str(asked.get("language") or ""))
    if "booking" in asked:
        wanted = asked["booking"]
        booking = visit_of(contact, wanted) if wanted is not None else ahead(contact).first() if contact else None
        return _moving(booking, known, language) if booking is not None else None
    services = services_in_order(asked.get("services"), known)
    if not services:
        return None
    who = person_key(asked.get("professional"), known)
    wishes = tuple(
        wish(known, pk, (who,) if who is not None and pk in known.people[who].shapes else ()) for pk in services
    )
    question = Asked(wishes, GUEST)
    names = ", ".join(known.services[pk].name for pk in services)
    is_anyone = all(not one.people for one in wishes)
    return Looking(lambda a, b: find(question_for(question, known, a, b)), known, language, names, is_anyone)


def _moving(booking: Booking, known: Catalogue, language: str) -> Looking:
    """With the same people; where they have no time, with anyone."""
    every = list(ways(booking))
    names = ", ".join(known.services[item.service_id].name for item in every[0].items)

    def between(begins: int, ends: int) -> list[Slot]:
        return next((found for way in every if (found := way.between(begins, ends))), [])

    return Looking(between, known, language, names, len(every) == 1, booking)


# --- what was wanted ----------------------------------------------------------------------------------------------


def _picked(looking: Looking, pick: str, today: date, last: date) -> JSON:
    """A row of an older list."""
    start = int(pick[1:]) if pick[:1] == "t" and pick[1:].isdecimal() and len(pick) < 12 else None
    if start is None:
        return {"unclear": True}
    found = looking.between(start, start + 1) if start >= now_minute() else []
    if found:
        return {"picked": _value(looking, found[0])}
    local = moment_of(start).astimezone(looking.zone)
    wanted = Wish((local.date(),), minute=local.hour * 60 + local.minute)
    return _near(looking, wanted, today, last, "pick_taken")


def _said(looking: Looking, said: str, offered: Sequence[Any], today: date, last: date) -> JSON:
    """What the guest wrote instead of tapping."""
    found = wished(said, looking.language, looking.zone)
    if found is None:
        return {"unclear": True}
    named, is_sure = found
    if named.than_now:
        return _general(looking, today, last)
    if not named.days and not named.is_past:
        among = [one for pk in offered if (one := _still_free(looking, str(pk))) and named.fits(looking.local(one))]
        if len(among) == 1 and is_sure:
            return {"picked": _value(looking, among[0])}
        if among:
            return _shown(looking, among, "pick_wish")
    return _wish(looking, named, is_sure, today, last, is_said=True)


def _wish(looking: Looking, named: Wish, is_sure: bool, today: date, last: date, *, is_said: bool) -> JSON:
    """A day, a time or both."""
    if named.is_past:
        return _general(looking, today, last, "pick_past")
    fits = [one for one in _on_days(looking, named, today, last) if named.fits(looking.local(one))]
    if len(fits) == 1 and is_sure and named.minute is not None and len(named.days) == 1:
        return {"picked": _value(looking, fits[0])}
    if not fits:
        return _near(looking, named, today, last, "pick_other")
    if named.minute is None and len(named.days) > DAYS_OF_PAGE:
        fits = _spread(looking, fits)
    return _shown(looking, fits, "pick_wish" if is_said else "", named)


def _after(looking: Looking, after: JSON, today: date, last: date) -> JSON:
    """The next page."""
    minute = after.get("minute")
    if not isinstance(minute, int):
        return _general(looking, today, last)
    begins = moment_of(minute).astimezone(looking.zone).date() if 0 <= minute < 2**31 else today
    if days := after.get("days"):
        named = Wish(tuple(date.fromisoformat(str(one)) for one in days[:31]))
        rest = [one for one in _on_days(looking, named, today, last) if one.starts > minute]
        if rest:
            return _shown(looking, rest, "pick", named)
    return _general(looking, min(max(begins + timedelta(days=1), today), last), last)


def _general(looking: Looking, first: date, last: date, note: str = "") -> JSON:
    """Some times of the next days that have any."""
    chosen: list[Slot] = []
    begins = first
    while begins <= last and len({looking.local(one).date() for one in chosen}) <= DAYS_OF_PAGE:
        ends = min(begins + timedelta(days=STRETCH - 1), last)
        chosen += looking.on(begins, ends)
        begins = ends + timedelta(days=1)
    days = sorted({looking.local(one).date() for one in chosen})
    if not days:
        return {"none": True}
    shown = _spread(looking, [one for one in chosen if looking.local(one).date() in days[:DAYS_OF_PAGE]])
    found = _rows(looking, shown, note)
    if len(days) > DAYS_OF_PAGE:
        found["more"] = _more(looking, {"minute": shown[-1].starts})
    return found


def _near(looking: Looking, named: Wish, today: date, last: date, note: str) -> JSON:
    """The free times closest to what was wanted, in the order of time; looked for further away only if there are
    none."""
    day = min(max(min(named.days, default=today), today), last)
    middle = named.minute if named.minute is not None else (named.from_minute + named.to_minute) // 2
    around = instant(looking.zone, day.toordinal(), middle)
    for reach in AROUND:
        found = looking.on(max(day - reach, today), min(day + reach, last))
        if found:
            closest = sorted(found, key=lambda one: (abs(one.starts - around), one.starts))[:PAGE]
            rows = _rows(looking, sorted(closest, key=lambda one: one.starts), note)
            return {**rows, "more": _more(looking, {"minute": max(one.starts for one in closest)})}
    return _general(looking, today, last, note)


# --- how it is told -----------------------------------------------------------------------------------------------


def _shown(looking: Looking, fits: Sequence[Slot], note: str, named: Wish | None = None) -> JSON:
    """The first nine, and the way to the rest."""
    found = _rows(looking, fits[:PAGE], note)
    if len(fits) > PAGE and named is not None:
        days = sorted({looking.local(one).date().isoformat() for one in fits[PAGE - 1 :]})
        found["more"] = _more(looking, {"minute": fits[PAGE - 1].starts, "days": days[:31]})
    else:
        found["more"] = _more(looking, {"minute": fits[min(len(fits), PAGE) - 1].starts})
    return found


def _rows(looking: Looking, shown: Sequence[Slot], note: str) -> JSON:
    button = words.said(looking.language, "see_times")
    found: JSON = {
        "options": [
            {
                "id": f"t{one.starts}",
                "title": shared.row(looking.language, looking.local(one)),
                "description": "" if looking.is_anyone else names_of(one, looking.known),
                "value": _value(looking, one),
                "button": button,
            }
            for one in shown
        ]
    }
    return {**found, "note": shared.said(looking.language, note)} if note else found


def _more(looking: Looking, after: JSON) -> JSON:
    return {"title": words.said(looking.language, "more_times"), "after": after}


def _value(looking: Looking, slot: Slot) -> JSON:
    """The time as flows keep it; all that booking it takes."""
    known, local = looking.known, looking.local(slot)
    booking = looking.booking
    priced = [
        known.people[one.person].prices.get(one.service, known.services[one.service].price_minor)
        for one in (slot.items if booking is None else ())
    ]
    price = booking.price_minor if booking is not None else sum(priced)
    currency = booking.currency if booking is not None else known.services[slot.items[0].service].currency
    return {
        "starts_at": local.isoformat(),
        "ends_at": moment_of(slot.ends).astimezone(looking.zone).isoformat(),
        "date": local.date().isoformat(),
        "time": f"{local:%H:%M}",
        "when": shared.when(looking.language, local),
        "professional": names_of(slot, known),
        "services": looking.services,
        "price": words.price(price, currency, looking.language) if price else "",
        "price_minor": price,
        "currency": currency,
        "minutes": slot.ends - slot.starts,
        "items": []
        if booking is not None
        else [
            {
                "service": str(known.services[one.service].public_id),
                "professional": None if looking.is_anyone else str(known.people[one.person].public_id),
            }
            for one in slot.items
        ],
    }


def _on_days(looking: Looking, named: Wish, today: date, last: date) -> list[Slot]:
    days = [day for day in named.days if today <= day <= last]
    if named.days and not days:
        return []
    if not days:
        return looking.on(today, min(today + timedelta(days=STRETCH), last))
    wanted = set(days)
    return [one for one in looking.on(min(days), max(days)) if looking.local(one).date() in wanted]


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return date.min


def _still_free(looking: Looking, pk: str) -> Slot | None:
    start = int(pk[1:]) if pk[:1] == "t" and pk[1:].isdecimal() and len(pk) < 12 else 0
    return next(iter(looking.between(start, start + 1)), None) if start >= now_minute() else None


def _spread(looking: Looking, found: Sequence[Slot]) -> list[Slot]:
    """Some of each day, not all at its beginning."""
    by_day: dict[date, list[Slot]] = {}
    for one in found:
        by_day.setdefault(looking.local(one).date(), []).append(one)
    chosen: list[Slot] = []
    for day in sorted(by_day)[:DAYS_OF_PAGE]:
        free = by_day[day]
        step = max(len(free) // EACH, 1)
        kept: list[Slot] = []
        for one in free[::step]:
            if len(kept) < EACH and all(abs(one.starts - other.starts) >= APART for other in kept):
                kept.append(one)
        chosen += kept
    return chosen
