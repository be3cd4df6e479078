"""Numbers of salons."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Nothing, Table

TABLES = [
    Nothing("number", _("the salon's own phone")),
    Table(
        "number_signup",
        ("user_id",),
        _("To connect a number by WhatsApp's own pages"),
        PLATFORM,
        _("an hour"),
        label=_("Connections of numbers under way"),
    ),
]
