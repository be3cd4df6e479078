"""The words that the calendar's own script says."""

from django.utils.translation import gettext as _

from crm.bookings.models import Booking


def js_words() -> dict[str, object]:
    """By the names that the script knows."""
    return {
        "states": {state.value: str(state.label) for state in Booking.State} | {"busy": _("Busy")},
        "busy": _("Busy"),
        "block": _("Blocked"),
        "time_off": _("Time off"),
        "break": _("Break"),
        "closed": _("Closed"),
        "series": _("in a series"),
        "note": _("has a note"),
        "review": _("to be looked at: the salon's zone has changed since"),
        "deposit": _("deposit due"),
        "until": _("held until %s"),
        "empty": _("Nothing here yet. Choose a free time to book a visit."),
        "failed": _("That did not work. The visit is back where it was."),
        "unread": _("The calendar could not be read. Trying again…"),
        "now": _("Now"),
    }
