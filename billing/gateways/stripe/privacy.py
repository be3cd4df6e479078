"""What Stripe tells of who pays: people with an account, never a salon's guests."""

from typing import Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import PLATFORM, Nothing, Table

_WHY: Final = _("To bill a salon, and to show what it paid")
_KEPT: Final = _("5 years for accounting")
_TOLD: Final = _("30 days")
# dj-stripe's copies that name somebody: an address, a card's last digits, a tax number.
_NAMING: Final = {
    "djstripe_account": _("The platform's own account at Stripe"),
    "djstripe_charge": _("Payments"),
    "djstripe_customer": _("Customers at Stripe"),
    "djstripe_event": _("What Stripe told"),
    "djstripe_invoice": _("Invoices"),
    "djstripe_paymentintent": _("Payments that were begun"),
    "djstripe_paymentmethod": _("Means of payment"),
    "djstripe_session": _("Pages where a plan was bought"),
    "djstripe_setupintent": _("Cards that were kept"),
    "djstripe_taxid": _("Tax numbers"),
}


def _copies() -> list[Table | Nothing]:
    tables = [one._meta.db_table for one in apps.get_app_config("djstripe").get_models(include_auto_created=True)]
    found: list[Table | Nothing] = []
    for name in tables:
        if name in _NAMING:
            # See billing.gateways.stripe.forgetting.
            kept = _TOLD if name == "djstripe_event" else _KEPT
            found.append(Table(name, ("stripe_data",), _WHY, PLATFORM, kept, label=_NAMING[name]))
        else:
            found.append(Nothing(name, _("amounts and names for programs, or nothing at all")))
    return found


TABLES = [
    Nothing("stripe_customer", _("which customer of Stripe's is a salon")),
    Nothing("stripe_refund", _("amounts")),
    Table(
        "stripe_delivery",
        ("raw",),
        _("To lose nothing that Stripe tells"),
        PLATFORM,
        _TOLD,
        label=_("What Stripe told, as it came"),
    ),
    *_copies(),
]
