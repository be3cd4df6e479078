"""Salons and who belongs to them."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Nothing, Table

TABLES = [
    Nothing("salon", _("a business")),
    Nothing("domain", _("a host name")),
    Table(
        "invitation",
        ("email",),
        _("To invite people to a salon"),
        PLATFORM,
        _("until it is accepted, taken back or over"),
        label=_("Invitations"),
    ),
    Table(
        "ownership_offer",
        ("from_user_id", "to_user_id"),
        _("To hand a salon over"),
        PLATFORM,
        _("as long as the salon"),
        label=_("Offers of a salon"),
    ),
    Table(
        "opening",
        ("user_id",),
        _("To open the salon that somebody asked for"),
        PLATFORM,
        _("as long as the account"),
        label=_("Salons that are being opened"),
    ),
    Table(
        "membership",
        ("user_id", "role"),
        _("To know who may do what in a salon"),
        PLATFORM,
        _("as long as the account"),
        label=_("Who belongs to which salon"),
    ),
    Table(
        "entry_code",
        ("user_id",),
        _("To carry a log-in to a salon's host"),
        PLATFORM,
        _("a day"),
        label=_("Codes that carry a log-in over"),
    ),
]
