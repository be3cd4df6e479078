"""Plan and billing below Settings."""

from django.utils.translation import gettext_lazy as _

from portal.frame.navigation import Setting
from tenants.access.roles import Permission

SETTINGS = [
    Setting(
        _("Plan and billing"),
        _("What the salon uses and pays, its invoices, and what its messages cost"),
        "credit-card",
        "billing:overview",
        Permission.BILLING_SEE,
        order=8,
    )
]
