"""What bookings do when a timer is due."""

from collections.abc import Sequence

from crm.bookings import reminders
from crm.bookings.actions import writing
from crm.bookings.deposits import hearing
from crm.bookings.packages import actions as packages
from crm.bookings.packages import hearing as bought
from crm.bookings.page import confirming, sending
from crm.bookings.reminders import falling_back, unanswered
from crm.bookings.waitlist import actions as waitlist
from crm.bookings.waitlist import offering, passing
from ops.timers.registry import Due, on_timer


@on_timer(writing.HOLD_OVER, acts_for="salon")
def end_holds(due: Sequence[Due]) -> None:
    """Holds are over; one that has become a booking meanwhile is none."""
    writing.release_over([int(one.subject) for one in due])


@on_timer(reminders.REMIND, acts_for="salon")
def remind(due: Sequence[Due]) -> None:
    """The moment of reminders has come."""
    reminders.fall_due(due)


@on_timer(falling_back.MAIL, acts_for="salon", waits=True)
def remind_by_mail(due: Sequence[Due]) -> None:
    """WhatsApp did not bring them."""
    falling_back.mail(due)


@on_timer(passing.PLACE, acts_for="salon")
def offer_places(due: Sequence[Due]) -> None:
    """Places became free: somebody of the waitlist may want them."""
    passing.fall_due(due)


@on_timer(offering.OFFER_OVER, acts_for="salon")
def end_offers(due: Sequence[Due]) -> None:
    """The time to answer offers is over; one that was taken meanwhile stays."""
    offering.look_at([int(one.subject) for one in due])


@on_timer(waitlist.OVER, acts_for="salon")
def end_waiting(due: Sequence[Due]) -> None:
    """The last day of entries is over."""
    waitlist.expire([int(one.subject) for one in due])


@on_timer(unanswered.UNANSWERED, acts_for="salon")
def note_silence(due: Sequence[Due]) -> None:
    """Guests have said nothing to a reminder for some hours."""
    unanswered.look(due)


@on_timer(sending.CODE_AGAIN, acts_for="salon")
def send_codes(due: Sequence[Due]) -> None:
    """WhatsApp may have looked at the text of the code by now."""
    confirming.send_waiting([int(one.subject) for one in due])


@on_timer(hearing.NOTICE, acts_for="salon")
def tell_of_payments(due: Sequence[Due]) -> None:
    """Notices of payments waited for their text."""
    hearing.tell_again(due)


@on_timer(packages.OVER, acts_for="salon")
def end_packages(due: Sequence[Due]) -> None:
    """The time of packages is over."""
    packages.expire([int(one.subject) for one in due])


@on_timer(bought.NOTICE, acts_for="salon")
def tell_of_packages(due: Sequence[Due]) -> None:
    """Links to pay packages waited for their text."""
    bought.tell_again(due)
