"""What packages hear of visits: done, cancelled, and not done after all."""

from collections.abc import Sequence

from crm.bookings.models import Booking
from crm.bookings.packages import actions
from ops.eventqueue.handling import Heard


def on_done(events: Sequence[Heard]) -> None:
    """booking.done: what the guest has bought pays for it."""
    for booking in _of(events):
        if booking.state == Booking.State.DONE:
            actions.use_for(booking)


def on_gone(events: Sequence[Heard]) -> None:
    """booking.cancelled: its uses are the guest's again. A no-show keeps them: the place was theirs."""
    for booking in _of(events):
        if booking.state == Booking.State.CANCELLED:
            actions.return_for(booking)


def on_back(events: Sequence[Heard]) -> None:
    """booking.reopened: it was done by mistake."""
    for booking in _of([one for one in events if one.payload.get("was") == Booking.State.DONE]):
        if booking.state != Booking.State.DONE:
            actions.return_for(booking)


def _of(events: Sequence[Heard]) -> list[Booking]:
    return list(Booking.objects.filter(public_id__in=[one.subject for one in events]).order_by("pk"))
