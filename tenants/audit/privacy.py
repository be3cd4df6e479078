"""Who did what. Of a guest who is erased the values go; who did what and when stays."""

from django.utils.translation import gettext_lazy as _

from tenants.audit.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.declaring import TEAM, Nothing, Table

TABLES = [
    Table(
        "audit_entry",
        ("actor", "actor_name", "ip", "before", "after"),
        _("To answer for what was done"),
        TEAM,
        _("by the salon's rule; at least a year"),
        stays=_("Who of the team did what and when stays, without what it said of the guest (LGPD art. 37)."),
        label=_("Audit log"),
    ),
    Nothing("audit_due", _("which salons have rows to seal")),
    Nothing("audit_chain", _("hashes of rows")),
    Nothing("audit_head", _("hashes of rows")),
]
