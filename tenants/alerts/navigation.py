"""Alerts below Settings; the bell leads there too."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Alerts"),
        _("What needs you, and how we tell you"),
        "bell",
        "alerts:list",
        Permission.ALERTS_SEE,
        order=40,
    )
]
