"""The calendar in the menu, pages of bookings among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Calendar"), "calendar:calendar", "calendar", Permission.BOOKINGS_SEE, order=30)]
SETTINGS = [
    Setting(
        _("Reminders"),
        _("How long before their visit guests are reminded, when not, and what they read."),
        "bell",
        "reminders:rules",
        Permission.SERVICES_MANAGE,
        order=32,
    ),
    Setting(
        _("Booking page"),
        _("Where guests book by themselves: whether it is open, its address, and how to show it on your site."),
        "world",
        "booking_page:page",
        Permission.SERVICES_MANAGE,
        order=31,
    ),
    Setting(
        _("My calendar on my phone"),
        _("An address that your own calendar reads your visits from."),
        "calendar",
        "feeds:own",
        Permission.BOOKINGS_SEE,
        order=90,
    ),
    Setting(
        _("Waitlist"),
        _("How long a guest has to take a place that became free, before the next one is asked."),
        "hourglass",
        "waitlist:settings",
        Permission.SERVICES_MANAGE,
        order=33,
    ),
]
