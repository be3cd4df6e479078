"""How the steps of bookings look (flows.console.looks)."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Raw = dict[str, Any]
Words = str | Promise

# Label, hint, icon, tone, group.
LOOKS: dict[str, tuple[Words, Words, str, str, str]] = {
    "choose_service": (
        gettext_lazy("Choose a service"),
        gettext_lazy("Send a list of your services; the guest taps or writes one."),
        "list", "purple", "bookings",
    ),
    "choose_professional": (
        gettext_lazy("Choose a professional"),
        gettext_lazy("Ask with whom, or let anyone do it."),
        "users", "purple", "bookings",
    ),
    "find_slots": (
        gettext_lazy("Free times"),
        gettext_lazy("Offer free times; the guest taps one or writes when."),
        "calendar-time", "purple", "bookings",
    ),
    "hold_slot": (
        gettext_lazy("Hold a time"),
        gettext_lazy("Keep the chosen time free while the guest decides."),
        "lock", "teal", "bookings",
    ),
    "book": (
        gettext_lazy("Book"), gettext_lazy("Book the chosen time for the guest."), "calendar", "teal", "bookings",
    ),
    "find_booking": (
        gettext_lazy("Find a visit"),
        gettext_lazy("Take the guest's next visit, or let them choose which."),
        "search", "purple", "bookings",
    ),
    "reschedule": (
        gettext_lazy("Reschedule"),
        gettext_lazy("Move a visit to the chosen time, within your rules."),
        "switch-horizontal", "teal", "bookings",
    ),
    "cancel_booking": (
        gettext_lazy("Cancel a visit"),
        gettext_lazy("Cancel a visit within your rules; its time is free at once."),
        "circle-x", "red", "bookings",
    ),
    "join_waitlist": (
        gettext_lazy("Waitlist"),
        gettext_lazy("Let the guest wait: a place that becomes free is offered to them."),
        "hourglass", "teal", "bookings",
    ),
    "visit_rhythm": (
        gettext_lazy("Rhythm of visits"),
        gettext_lazy("Work out how often this guest comes, and when they would be due."),
        "history", "orange", "bookings",
    ),
    "once_in": (
        gettext_lazy("At most once"),
        gettext_lazy("Let a guest pass at most once in so many days."),
        "filter", "orange", "logic",
    ),
}  # fmt: skip
EXITS: dict[str, Words] = {
    "chosen": gettext_lazy("chosen"),
    "none": gettext_lazy("there is none"),
    "held": gettext_lazy("held"),
    "booked": gettext_lazy("booked"),
    "deposit": gettext_lazy("waits for the deposit"),
    "taken": gettext_lazy("taken meanwhile"),
    "moved": gettext_lazy("moved"),
    "cancelled": gettext_lazy("cancelled"),
    "too_late": gettext_lazy("too late to change"),
    "waiting": gettext_lazy("on the waitlist"),
    "known": gettext_lazy("known"),
    "unknown": gettext_lazy("too few visits"),
    "too_soon": gettext_lazy("too soon"),
}
# Where one word means different things.
EXITS_OF: dict[tuple[str, str], Words] = {
    ("find_slots", "none"): gettext_lazy("nothing is free"),
    ("choose_service", "none"): gettext_lazy("no service"),
    ("choose_professional", "none"): gettext_lazy("nobody does it"),
    ("find_booking", "none"): gettext_lazy("no such visit"),
    ("reschedule", "none"): gettext_lazy("no such visit"),
    ("cancel_booking", "none"): gettext_lazy("no such visit"),
    ("join_waitlist", "none"): gettext_lazy("no such service"),
    ("visit_rhythm", "booked"): gettext_lazy("the next visit is booked"),
}


def once_in(node: Raw) -> str:
    """In a line."""
    return _("at most once in %(days)s days") % {"days": int(node["days"])}


def ahead(node: Raw) -> str:
    """How long somebody waits, in a line."""
    return _("within %(days)s days") % {"days": int(node.get("days", 14))}


def which(node: Raw) -> str:
    """Which visit, in a line."""
    words = {
        "next": _("the next one"),
        "choose": _("the guest chooses"),
        "last": _("the last one"),
        "given": str(node.get("booking") or ""),
    }
    return words[str(node.get("which") or "next")]
