"""The inbox in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Inbox"), "inbox:list", "inbox", Permission.INBOX_SEE, order=20)]
SETTINGS = [
    Setting(
        _("Inbox and teams"),
        _("Who answers which conversations, in turns or by choice, and who sees what."),
        "users",
        "inbox_settings:seeing",
        Permission.INBOX_MANAGE,
        order=25,
    ),
    Setting(
        _("Canned replies"),
        _("Texts you write often, found in a conversation by / and a word."),
        "message-circle",
        "replies:list",
        Permission.INBOX_MANAGE,
        order=26,
    ),
]
