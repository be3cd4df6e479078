"""The salon's calendar while a flow is tried: free times are the real ones, and what is booked stands in the talk's
world alone. Nothing is written."""

from datetime import datetime, timedelta
from typing import Any, Final

from crm.bookings.catalogue import catalogue
from crm.bookings.talking import choices, times, waiting, words
from flows.simulator.driver import Driver
from flows.simulator.world import JSON, World

CALENDAR: Final = "booking."
# The guest of a trial comes so often, and today their next visit would be due.
EVERY_DAYS: Final = 28


class DriverWithCalendar(Driver):
    """A driver whose runs are answered by the salon's calendar, unless the script has an answer. Inside the salon."""

    def _respond(self, place: int, asked: JSON) -> bool:
        if super()._respond(place, asked):
            return True
        if not asked["request"].startswith(CALENDAR):
            return False
        found = answer(self.world, asked["request"], asked["payload"])
        if found is None:
            return False
        self._answer(place, {"status": 200, "json": found}, "")
        return True


def answer(world: World, request: str, asked: JSON) -> JSON | None:
    """What the calendar says in this world; None for what it does not know."""
    act = _ACTS.get(request.removeprefix(CALENDAR))
    return act(world, asked) if act else None


def _slots(world: World, asked: JSON) -> JSON:
    asked = {**asked, "today": world.local_now.date().isoformat()}
    if "booking" in asked:
        booking = _meant(world, asked)
        if booking is None:
            return {"none": True}
        asked = {**asked, "services": booking["service_ids"]}
        del asked["booking"]
    return times.slots(asked, None)


def _visits(world: World, asked: JSON) -> JSON:
    if asked.get("which") == "given":
        found = [one for one in world.bookings if one["id"] == asked.get("booking")] or world.bookings[-1:]
        return {"picked": found[0]} if found else {"none": True}
    rows = _past(world)[-1:] if asked.get("which") == "last" else _ahead(world)
    if not rows:
        return {"none": True}
    if asked.get("which") != "choose" or len(rows) == 1:
        return {"picked": rows[0]}
    options = [
        {"id": f"v{place}", "title": one["when"], "description": one["services"], "value": one}
        for place, one in enumerate(rows)
    ]
    return choices.choice(asked, words.language_for(str(asked.get("language") or "")), options, "more")


def _hold(world: World, asked: JSON) -> JSON:
    world.bookings = [one for one in world.bookings if one["state"] != "held"]
    return _made(world, asked, "held")


def _book(world: World, asked: JSON) -> JSON:
    world.bookings = [one for one in world.bookings if one["state"] != "held"]
    return _made(world, asked, "booked")


def _made(world: World, asked: JSON, state: str) -> JSON:
    slot = asked.get("slot")
    if not isinstance(slot, dict) or not slot.get("starts_at"):
        return {"outcome": "error", "why": "no_slot"}
    if _moment(slot) <= world.now:
        return {"outcome": "taken"}
    kept = {name: value for name, value in slot.items() if name not in ("items", "held")}
    ids = [one.get("service") for one in slot.get("items") or [] if isinstance(one, dict)]
    number = len(world.log)
    made: JSON = {
        "id": f"00000000-0000-7000-8000-{number:012d}",
        "state": state,
        **kept,
        "service_ids": ids,
        "may_change": True,
    }
    world.bookings = [*world.bookings, made]
    return {"outcome": state, "booking": made}


def _reschedule(world: World, asked: JSON) -> JSON:
    booking, slot = _meant(world, asked), asked.get("slot")
    if booking is None:
        return {"outcome": "none"}
    if not isinstance(slot, dict):
        return {"outcome": "error", "why": "no_slot"}
    moved = {**booking, **{name: slot[name] for name in _TIMES if name in slot}}
    world.bookings = [moved if one["id"] == booking["id"] else one for one in world.bookings]
    return {"outcome": "moved", "booking": moved}


def _cancel(world: World, asked: JSON) -> JSON:
    booking = _meant(world, asked)
    if booking is None:
        return {"outcome": "none"}
    over = {**booking, "state": "cancelled", "may_change": False}
    world.bookings = [over if one["id"] == booking["id"] else one for one in world.bookings]
    return {"outcome": "cancelled", "booking": over}


def _rhythm(world: World, asked: JSON) -> JSON:
    today = world.local_now.date()
    rows = _ahead(world)
    found: dict[str, Any] = {
        "days": EVERY_DAYS,
        "visits": 5,
        "last": (today - timedelta(days=EVERY_DAYS)).isoformat(),
        "due": today.isoformat(),
        "overdue_days": 0,
        "next": rows[0] if rows else None,
    }
    return {"outcome": "booked" if rows else "known", "rhythm": found}


def _wait(world: World, asked: JSON) -> JSON:
    known = catalogue()
    wanted = waiting.wish(asked, known, world.local_now.date())
    if wanted is None:
        return {"outcome": "none"}
    key = f"00000000-0000-7000-8000-{len(world.log):012d}"
    return {"outcome": "waiting", "waiting": waiting.told(wanted, known, key)}


def _meant(world: World, asked: JSON) -> JSON | None:
    """The visit that is named, or the next; nothing in place of one that is gone, as the calendar does it."""
    wanted = asked.get("booking")
    return next((one for one in _ahead(world) if wanted is None or one["id"] == wanted), None)


def _ahead(world: World) -> list[JSON]:
    found = [one for one in world.bookings if one["state"] == "booked" and _moment(one) > world.now]
    return sorted(found, key=_moment)


def _past(world: World) -> list[JSON]:
    return sorted(
        (one for one in world.bookings if one["state"] == "booked" and _moment(one) <= world.now), key=_moment
    )


def _moment(one: JSON) -> datetime:
    return datetime.fromisoformat(one["starts_at"])


_TIMES: Final = ("starts_at", "ends_at", "date", "time", "when", "professional")
_ACTS: Final = {
    "services": lambda _world, asked: choices.services(asked),
    "professionals": lambda _world, asked: choices.professionals(asked),
    "slots": _slots,
    "visits": _visits,
    "hold": _hold,
    "book": _book,
    "reschedule": _reschedule,
    "cancel": _cancel,
    "rhythm": _rhythm,
    "wait": _wait,
}
