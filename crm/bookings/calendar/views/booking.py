"""One visit: all that is known of it, and what can be done."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing.payment_links.providers import current
from crm.bookings.actions.moving import MOVABLE
from crm.bookings.actions.states import ALLOWED, items_of_many
from crm.bookings.calendar import when, words
from crm.bookings.calendar.rights import Viewer
from crm.bookings.catalogue import Catalogue, catalogue
from crm.bookings.deposits.rules import due
from crm.bookings.models import Booking, Reminder
from crm.bookings.packages.actions import paid_for
from crm.bookings.reminders.hearing import shown
from crm.bookings.rights import visible_bookings
from crm.contacts.names import addresses, name_of
from crm.inbox.rights import sees_contact, visible_conversations
from ops import clock
from portal.frame import money
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

# The next step of the day stands out; the rest is below "More".
NEXT = {"held": "booked", "booked": "confirmed", "confirmed": "arrived", "arrived": "done"}
MOST_OF_SERIES = 60


@require_GET
@allowed(Permission.BOOKINGS_SEE, shared="calendar", named="")
def booking(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The page, or the drawer beside the calendar."""
    return drawer(request, Viewer(request.member).booking(public_id))


def drawer(request: SalonRequest, row: Booking, *, problem: str = "", status: int = 200) -> HttpResponse:
    """How the visit is now; `problem` says what did not work."""
    viewer, known = Viewer(request.member), catalogue()
    items = items_of_many([row.pk])[row.pk]
    packages = paid_for(row)
    may_act = viewer.may_edit and all(viewer.booked.reach(one.professional_id) for one in items)
    context = {
        "booking": row,
        "viewer": viewer,
        "problem": problem,
        "may_act": may_act,
        "start": when.said(row.starts_at, known.zone),
        "end": f"{row.ends_at.astimezone(known.zone):%H:%M}",
        "day": row.starts_at.astimezone(known.zone).date().isoformat(),
        "items": [_item(one, row, known) | {"package": packages.get(one.position, "")} for one in items],
        "price": money.shown(row.price_minor, row.currency),
        "price_written": money.written(row.price_minor, row.currency),
        "deposit": _deposit(row),
        "ask_deposit": money.written(due(row), row.currency) if may_act and _may_ask(row) else None,
        "source": words.SOURCE.get(row.source, ""),
        "acts": _acts(row) if may_act else [],
        "may_move": may_act and row.state in MOVABLE,
        "history": words.history(row, known),
        "reminders": _reminders(row, known),
        "series": _series(row, viewer, known),
        "is_over": row.state == Booking.State.HELD and bool(row.hold_until) and row.hold_until <= clock.now(),  # type: ignore[operator]
        **_guest(request, row),
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(
        request, "crm/bookings/calendar/booking.html" + ("#drawer" if is_part else ""), context, status=status
    )


def _guest(request: SalonRequest, row: Booking) -> dict[str, Any]:
    contact = row.contact
    if contact is None:
        return {"guest": row.guest_name, "address": "", "contact": None, "talk": None}
    address = addresses([contact.pk]).get(contact.pk, "")
    sees = sees_contact(request.member, contact)
    talk = None
    if request.member.may(Permission.INBOX_SEE):
        talks = visible_conversations(request.member).filter(contact_id=contact.pk)
        talk = talks.filter(pk=row.conversation_id or 0).first() or talks.order_by("-last_at").first()
    shown = {"guest": name_of(contact, address), "address": address, "contact": contact if sees else None, "talk": talk}
    # Their own appointment with a guest who is a colleague's: the name, and no more.
    return shown if sees else shown | {"address": "", "guest": contact.name}


def _item(one: Any, row: Booking, known: Catalogue) -> dict[str, Any]:
    start, end = (at.astimezone(known.zone) for at in (one.starts_at, one.ends_at))
    return {
        "service": one.service.name,
        "professional": one.professional.name,
        "colour": one.professional.colour,
        "is_anyone": one.is_anyone,
        "time": f"{start:%H:%M}–{end:%H:%M}",
        "minutes": int((one.ends_at - one.starts_at).total_seconds() // 60),
        "price": money.shown(one.price_minor, row.currency),
        "add_ons": [add_on.get("name", "") for add_on in one.add_ons],
    }


def _deposit(row: Booking) -> dict[str, Any] | None:
    if row.deposit_state == Booking.Deposit.NONE:
        return None
    return {"words": words.DEPOSIT[row.deposit_state], "amount": money.shown(row.deposit_minor, row.currency),
            "state": row.deposit_state}  # fmt: skip


def _may_ask(row: Booking) -> bool:
    """Whether a deposit can be asked for: there is somebody to ask, and a way to pay."""
    stands = row.state in (Booking.State.BOOKED, Booking.State.CONFIRMED) and row.starts_at > clock.now()
    return stands and row.deposit_state == Booking.Deposit.NONE and row.contact_id is not None and bool(current())


def _acts(row: Booking) -> list[dict[str, Any]]:
    """The states it may go to, the one that comes next first."""
    follows = NEXT.get(row.state, "")
    order = [follows, *(state for state in Booking.State.values if state != follows)]
    going = [state for state in order if state in ALLOWED[row.state] and state != Booking.State.CANCELLED]
    return [{"state": state, "words": words.ACTS[state], "is_next": state == follows} for state in going]


def _reminders(row: Booking, known: Catalogue) -> list[dict[str, Any]]:
    found = Reminder.objects.filter(booking=row).exclude(state=Reminder.State.CANCELLED).order_by("due_at", "pk")[:20]
    rows = list(found)
    states = shown(rows)
    return [
        {
            "due": when.said(one.due_at, known.zone),
            "state": states[one.pk],
            "words": words.REMINDER.get(states[one.pk], states[one.pk]),
            "channel": words.CHANNEL.get(one.channel, ""),
            "reason": one.reason,
            "answer": words.ANSWER.get(one.answer, ""),
        }
        for one in rows
    ]


def _series(row: Booking, viewer: Viewer, known: Catalogue) -> dict[str, Any] | None:
    if row.series is None:
        return None
    rows = visible_bookings(viewer.member).filter(series=row.series).order_by("series_number")[:MOST_OF_SERIES]
    visits = [
        {"public_id": one.public_id, "start": when.said(one.starts_at, known.zone), "state": one.get_state_display(),
         "is_here": one.pk == row.pk}
        for one in rows
    ]  # fmt: skip
    later = [one for one in rows if (one.series_number or 0) > (row.series_number or 0)
             and one.state in ("held", "booked", "confirmed")]  # fmt: skip
    return {"visits": visits, "later": len(later)}
