"""Home and settings in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import SETTINGS_ICON, Entry
from tenants.access.roles import Permission

ENTRIES = [
    Entry(_("Home"), "home", "home", Permission.HOME_SEE, order=10),
    Entry(_("Settings"), "settings", SETTINGS_ICON, Permission.SETTINGS_SEE, order=90),
]
