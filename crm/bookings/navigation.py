"""The calendar in the menu, pages of bookings among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Calendar"), "calendar:calendar", "calendar", Permission.BOOKINGS_SEE, order=30, shared="calendar")]
SETTINGS = [
    Setting(
        _("Services"),
        _("What guests can book: how long it takes, what it costs, and who does it."),
        "list-details",
        "services:list",
        Permission.BOOKINGS_SEE,
        order=27,
    ),
    Setting(
        _("Professionals"),
        _("Who works in your salon: services, hours, breaks, time off and logins."),
        "users",
        "professionals:list",
        Permission.BOOKINGS_SEE,
        order=28,
    ),
    Setting(
        _("Chairs and rooms"),
        _("What one guest at a time can have, so that nobody is booked where there is no room."),
        "layout-grid",
        "resources:list",
        Permission.SERVICES_MANAGE,
        order=29,
    ),
    Setting(
        _("Hours and rules for bookings"),
        _("Opening hours, holidays, how late guests may book or cancel, and the time zone."),
        "calendar-time",
        "booking_settings:rules",
        Permission.SERVICES_MANAGE,
        order=30,
    ),
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
    Setting(
        _("Deposits"),
        _("When guests pay something before their visit, how much, and what who does not come pays."),
        "shield-check",
        "deposits:rules",
        Permission.SERVICES_MANAGE,
        order=34,
    ),
    Setting(
        _("Packages"),
        _("Several visits sold at once, such as five cuts: what is sold, to whom, and what is left."),
        "copy-plus",
        "packages:list",
        Permission.BOOKINGS_SEE,
        order=36,
    ),
]
