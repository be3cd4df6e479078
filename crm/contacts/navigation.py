"""Contacts in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Contacts"), "contacts:list", "users", Permission.CONTACTS_SEE, order=40)]
