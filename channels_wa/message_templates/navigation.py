"""Templates among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Message templates"),
        _("Texts that WhatsApp has approved, with which you may write first."),
        "file-text",
        "templates:list",
        Permission.TEMPLATES_SEE,
        order=20,
    )
]
