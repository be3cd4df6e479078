"""The inbox in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Inbox"), "inbox:list", "inbox", Permission.INBOX_SEE, order=20)]
