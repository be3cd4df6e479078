"""Who may do what with one thing."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import TEAM, Nothing, Table

TABLES = [
    Table(
        "share",
        ("subject",),
        _("To know who of the team may do what with one thing"),
        TEAM,
        _("until it is taken back"),
        label=_("Shares"),
    ),
    Nothing("share_restriction", _("which things are for few")),
]
