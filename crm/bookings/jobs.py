"""What bookings do when a timer is due."""

from collections.abc import Sequence

from crm.bookings import reminders
from crm.bookings.actions import writing
from crm.bookings.reminders import falling_back
from ops.timers.registry import Due, on_timer


@on_timer(writing.HOLD_OVER)
def end_holds(due: Sequence[Due]) -> None:
    """Holds are over; one that has become a booking meanwhile is none."""
    writing.release_over([int(one.subject) for one in due])


@on_timer(reminders.REMIND)
def remind(due: Sequence[Due]) -> None:
    """The moment of reminders has come."""
    reminders.fall_due(due)


@on_timer(falling_back.MAIL, waits=True)
def remind_by_mail(due: Sequence[Due]) -> None:
    """WhatsApp did not bring them."""
    falling_back.mail(due)
