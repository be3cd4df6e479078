"""The audit log below Settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Audit log"),
        _("Who changed what, and when Cadeira support looked in"),
        "history",
        "audit:list",
        Permission.AUDIT_SEE,
        order=80,
    )
]
