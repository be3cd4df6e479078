"""Privacy below Settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Privacy"),
        _("How long things are kept, what guests asked for, and the record of processing"),
        "shield-check",
        "privacy:settings",
        Permission.PRIVACY_MANAGE,
        order=35,
    )
]
