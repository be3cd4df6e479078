"""The calendar in the menu, reminders among the settings."""

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
    )
]
