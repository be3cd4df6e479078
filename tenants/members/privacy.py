"""The salon's people."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import TEAM, Table

TABLES = [
    Table(
        "member",
        ("name", "user_id"),
        _("To know who did what, and who answers whom"),
        TEAM,
        _("as long as the salon, so that what they did keeps its name"),
        label=_("Members"),
    ),
]
