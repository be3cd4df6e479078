"""What the platform's own staff did."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Nothing, Table

TABLES = [
    Table(
        "operator_act",
        ("email", "subjects", "details", "ip"),
        _("To answer for what the platform's staff did"),
        PLATFORM,
        _("as long as the platform; nothing in it can be changed"),
        label=_("Acts of the platform's staff"),
    ),
    Table(
        "support_visit",
        ("user_id", "email", "reason"),
        _("To answer to a salon for who of the platform looked at its data"),
        PLATFORM,
        _("as long as the salon"),
        label=_("Visits of the platform's staff"),
    ),
    Nothing("support_access", _("whether the platform's staff may look")),
    Nothing("support_page", _("which pages were looked at")),
]
