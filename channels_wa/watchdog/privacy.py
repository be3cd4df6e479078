"""How numbers fare."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import LEAVES, OF_CONTACT, Nothing, Table

TABLES = [
    Table(
        "warm_up_talk",
        ("contact_id",),
        _("To count whom a new number writes to in a day"),
        kept=_("some days"),
        where=OF_CONTACT,
        in_export=False,
        order=LEAVES,
        label=_("Counts of a new number"),
    ),
    Nothing("number_health", _("of numbers of the salon")),
    Nothing("incident", _("of numbers of the salon")),
]
