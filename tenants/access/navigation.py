"""API keys below Settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("API keys"),
        _("How other programs get in, and how you shut them out"),
        "key",
        "keys:list",
        Permission.KEYS_MANAGE,
        order=64,
    )
]
