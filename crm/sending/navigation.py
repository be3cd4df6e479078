"""The outbox among the settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Sending"),
        _("What did not arrive, what nobody knows of, and what waits: see why, and send it again."),
        "send",
        "sending:list",
        Permission.INBOX_SEE,
        order=40,
    )
]
