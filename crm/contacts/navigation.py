"""Contacts in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Contacts"), "contacts:list", "users", Permission.CONTACTS_SEE, order=40)]
SETTINGS = [
    Setting(
        _("Tags"),
        _("Words that sort your guests: rename one for everybody, colour it, join two."),
        "tag",
        "contacts:tags",
        Permission.POLICY_EDIT,
        order=40,
    ),
    Setting(
        _("Fields of contacts"),
        _("What you want to know of each guest, and what its values may be."),
        "list-details",
        "contacts:fields",
        Permission.POLICY_EDIT,
        order=41,
    ),
    Setting(
        _("Segments"),
        _("Saved filters with a live count, for lists, flows and campaigns."),
        "filter",
        "contacts:segments",
        Permission.POLICY_EDIT,
        order=42,
        shared="segment",
    ),
]
