"""Why something cannot be, what was done and where it stands, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from crm.bookings.actions import blocking, booking, series, states
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.availability.types import Reason, Slot, Why
from crm.bookings.availability.wall import moment_of
from crm.bookings.calendar import when
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.models import Booking, Resource
from tenants.members.models import Member

State = Booking.State
# What a reason of staff's may set aside; that somebody is busy nothing does.
OVERRIDABLE: Final = {
    Reason.NOT_WORKING, Reason.ON_BREAK, Reason.TIME_OFF, Reason.TOO_SOON, Reason.NOT_OFFERED, Reason.OFF_GRID,
    Reason.TOO_FAR,
}  # fmt: skip
# What a button says that leads to a state.
ACTS: Final[dict[str, Any]] = {
    State.BOOKED: lazy("Booked again"),
    State.CONFIRMED: lazy("Confirm"),
    State.ARRIVED: lazy("Arrived"),
    State.DONE: lazy("Done"),
    State.NO_SHOW: lazy("Did not come"),
}
DID: Final[dict[str, Any]] = {
    "held": lazy("Held"),
    "booked": lazy("Booked"),
    "confirmed": lazy("Confirmed"),
    "arrived": lazy("Arrived"),
    "done": lazy("Done"),
    "cancelled": lazy("Cancelled"),
    "no_show": lazy("Did not come"),
    "expired": lazy("The hold is over"),
    "moved": lazy("Moved"),
    "changed": lazy("Changed"),
    "deposit": lazy("Deposit"),
    "zone_changed": lazy("The salon's time zone changed"),
}
BY: Final[dict[str, Any]] = {
    "contact": lazy("the guest"),
    "apikey": lazy("a program"),
    "system": lazy("Cadeira"),
    "member": lazy("somebody who is not here any more"),
}
REMINDER: Final[dict[str, Any]] = {
    "planned": lazy("planned"),
    "sent": lazy("sent"),
    "delivered": lazy("delivered"),
    "read": lazy("read"),
    "failed": lazy("not delivered"),
    "cancelled": lazy("taken back"),
    "skipped": lazy("left out"),
}
CHANNEL: Final[dict[str, Any]] = {
    "whatsapp": lazy("by WhatsApp"),
    "second": lazy("by another of their addresses"),
    "email": lazy("by e-mail"),
    "task": lazy("a task for the team"),
}
ANSWER: Final[dict[str, Any]] = {
    "confirm": lazy("the guest confirmed"),
    "reschedule": lazy("the guest wants another time"),
    "cancel": lazy("the guest cancelled"),
}
DEPOSIT: Final[dict[str, Any]] = {
    "due": lazy("Deposit due"),
    "paid": lazy("Deposit paid"),
    "refunded": lazy("Deposit paid back"),
    "kept": lazy("Deposit kept"),
}
SOURCE: Final[dict[str, Any]] = {
    "portal": lazy("the calendar"),
    "api": lazy("a program"),
    "page": lazy("the booking page"),
    "flow": lazy("a flow"),
    "walk_in": lazy("a walk-in"),
    "waitlist": lazy("the waitlist"),
    "import": lazy("an import"),
    "series": lazy("a series"),
}
_WRONG: Final[dict[str, Any]] = {
    "past": lazy("This time is over."),
    "too_far": lazy("This is too far away."),
    "whole_minutes": lazy("Choose a whole minute."),
    "nobody": lazy("Nobody offers this service."),
    "not_there": lazy("This professional takes no bookings any more."),
    "add_on": lazy("An add-on is booked with a service."),
    "range": lazy("It must last from 1 to 1440 minutes."),
    "required": lazy("Choose when it begins."),
    "items": lazy("Choose one to ten services."),
}
_NOT_OFFERED: Final[dict[str, Any]] = {
    "service": lazy("This service is not offered any more."),
    "professional": lazy("This professional does not offer the service."),
    "add_ons": lazy("This add-on is not offered with the service."),
}


@dataclass(frozen=True)
class FreeSlot:
    """A time that would do."""

    start: str
    words: str
    professional: str


@dataclass(frozen=True)
class Refusal:
    """Why not, and what else."""

    words: str
    status: int = 409
    # stale, taken, wrong, twice, state, hold.
    code: str = "taken"
    free: list[FreeSlot] = field(default_factory=list)
    # A reason of staff's would set it aside.
    may_override: bool = False
    # Of a time that the clock shows twice: (what to send, what to say).
    choices: list[tuple[str, str]] = field(default_factory=list)


def refusal(error: Exception, member: Member) -> Refusal:
    """What a person is told. Raises what is not known."""
    match error:
        case when.WrongWhen():
            choices = [(one.isoformat(timespec="minutes"), f"{one:%H:%M} ({when.offset_words(one)})")
                       for one in error.choices]  # fmt: skip
            return Refusal(error.words, 422, "twice" if choices else "wrong", choices=choices)
        case SlotTaken():
            known = catalogue()
            reasons = {one.reason for one in error.why}
            return Refusal(
                why_words(error.why, known),
                free=free_slots(error.free, known),
                may_override=bool(reasons) and reasons <= OVERRIDABLE,
            )
        case booking.WrongItem():
            return Refusal(_wrong(error), 422, "wrong", may_override=error.code in ("past", "not_offered"))
        case states.Stale():
            return Refusal(stale_words(error.booking, member), code="stale")
        case states.NotAllowed():
            now = State(error.booking.state).label
            return Refusal(_("That cannot be: the visit is “%(state)s” now.") % {"state": now}, code="state")
        case states.HoldOver():
            return Refusal(_("The hold is over; somebody else may have taken the time."), code="hold")
        case blocking.WrongTime():
            return Refusal(_("It must end after it begins, within a year."), 422, "wrong")
        case blocking.Stale():
            return Refusal(_("Somebody has changed this block meanwhile. Look, and try again."), code="stale")
        case blocking.AlreadyOver():
            return Refusal(_("Somebody has taken this block back already."), code="stale")
        case series.WrongRule():
            return Refusal(_series(error), 422, "wrong")
    raise error


# What the actions refuse; in `except` of whoever shows it.
REFUSED: Final = (
    when.WrongWhen, SlotTaken, booking.WrongItem, states.Stale, states.NotAllowed, states.HoldOver,
    blocking.WrongTime, blocking.AlreadyOver, blocking.Stale, series.WrongRule,
)  # fmt: skip


def why_words(why: Sequence[Why], known: Catalogue) -> str:
    """Each reason once; of many professionals the first three."""
    said = list(dict.fromkeys(_why(one, known) for one in why))
    if not said:
        return _("Somebody else has just taken this time.")
    more = f" {_('And so on for the others.')}" if len(said) > 3 else ""
    return " ".join(said[:3]) + more


def _why(one: Why, known: Catalogue) -> str:
    person = known.people.get(one.person or 0)
    service = known.services.get(one.service or 0)
    names = {"name": person.name if person else "", "service": service.name if service else ""}
    if one.reason == Reason.NO_ROOM:
        return _("No %(thing)s is free then.") % {"thing": one.needs}
    if person is None and one.reason == Reason.BUSY and one.person:
        names["name"] = Resource.objects.filter(pk=one.person).values_list("name", flat=True).first() or ""
    words = {
        Reason.TOO_SOON: _("This time is over."),
        Reason.TOO_FAR: _("This is too far away."),
        Reason.OFF_GRID: _("Visits do not begin at this minute."),
        Reason.NOT_IN_A_ROW: _("The services do not fit one after the other."),
        Reason.NOT_OFFERED: _("%(name)s does not offer %(service)s.")
        if names["name"]
        else _("Nobody offers %(service)s."),
        Reason.NOT_WORKING: _("%(name)s does not work then."),
        Reason.ON_BREAK: _("%(name)s has a break then."),
        Reason.TIME_OFF: _("%(name)s has time off then."),
        Reason.BUSY: _("%(name)s is busy then."),
    }
    return words[one.reason] % names


def _wrong(error: booking.WrongItem) -> str:
    if error.code == "not_offered":
        return str(_NOT_OFFERED.get(error.field, _NOT_OFFERED["service"]))
    return str(_WRONG.get(error.code, error.words))


def _series(error: series.WrongRule) -> str:
    most = {"most": series.MOST}
    if error.field == "count":
        return _("A series has 2 to %(most)d visits.") % most
    if error.field == "every":
        return _("Repeat it every 1 to %(most)d days or weeks.") % most
    return _("Repeat it by days or by weeks.")


def free_slots(slots: Sequence[Slot], known: Catalogue) -> list[FreeSlot]:
    """Times that would do, with who would do the first service."""
    found = []
    for slot in slots:
        at, person = moment_of(slot.starts).astimezone(known.zone), known.people[slot.items[0].person]
        start = at.isoformat(timespec="minutes") if when.is_twice(at, known.zone) else when.wall(at, known.zone)
        found.append(FreeSlot(start, f"{when.said(at, known.zone)} · {person.name}", str(person.public_id)))
    return found


def stale_words(row: Booking, member: Member) -> str:
    """Who was there first, and what they did."""
    move = row.moves.select_related("by").order_by("-pk").first()
    words = {"what": str(DID.get(move.what, move.what)).lower() if move else "", "name": name_of(move) if move else ""}
    if move is None:
        return _("The visit was changed meanwhile. Look, and try again.")
    if move.by_id == member.pk:
        return _("You have changed this visit elsewhere (%(what)s). Look, and try again.") % words
    return _("%(name)s has changed this visit meanwhile (%(what)s). Look, and try again.") % words


def name_of(move: Any) -> str:
    """Who did it."""
    if move.by is not None:
        return str(move.by.name)
    text = str(BY.get(move.by_kind, move.by_kind))
    return text[:1].upper() + text[1:]


def history(row: Booking, known: Catalogue) -> list[dict[str, Any]]:
    """What was done, the newest first."""
    return [
        {"what": DID.get(move.what, move.what), "who": name_of(move), "at": move.at, "reason": move.reason,
         "more": _change(move, known)}
        for move in row.moves.select_related("by").order_by("-pk")[:100]
    ]  # fmt: skip


def _change(move: Any, known: Catalogue) -> str:
    before, after = move.before or {}, move.after or {}
    if move.what != "moved":
        return ""
    pairs = [(_place(one, known), _place(other, known)) for one, other in
             zip(before.get("items", []), after.get("items", []), strict=False)]  # fmt: skip
    return "; ".join(f"{one} → {other}" for one, other in pairs if one != other)


def _place(item: dict[str, Any], known: Catalogue) -> str:
    try:
        start, end = (datetime.fromisoformat(item[name]) for name in ("starts_at", "ends_at"))
    except (KeyError, TypeError, ValueError):
        return ""
    return f"{when.said(start, known.zone)}–{end.astimezone(known.zone):%H:%M} {item.get('professional', '')}".strip()
