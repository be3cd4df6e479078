"""Home in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Home"), "home", "home", Permission.HOME_SEE, order=10)]
