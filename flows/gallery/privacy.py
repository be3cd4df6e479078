"""Flows that salons gave to all."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Table

TABLES = [
    Table(
        "shared_flow",
        ("reviewed_by",),
        _("To know who of the platform looked at a shared flow"),
        PLATFORM,
        _("as long as the flow is shared"),
        label=_("Shared flows"),
    ),
]
