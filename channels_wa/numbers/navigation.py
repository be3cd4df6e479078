"""Numbers among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("WhatsApp numbers"),
        _("Connect numbers, see how they are, and what guests see of you."),
        "phone",
        "numbers:list",
        Permission.NUMBERS_SEE,
        order=10,
        shared="number",
    )
]
