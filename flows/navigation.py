"""Flows in the menu."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Entry, Setting
from tenants.access.roles import Permission

ENTRIES = [Entry(_("Flows"), "flows:list", "sitemap", Permission.FLOWS_SEE, order=50, shared="flow")]
SETTINGS = [
    Setting(
        _("Secrets of flows"),
        _("Keys and passwords of other programs that flows ask"),
        "key",
        "flows:secrets",
        Permission.FLOWS_SECRETS,
        order=60,
    )
]
