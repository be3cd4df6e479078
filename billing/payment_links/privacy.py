"""Links by which guests pay."""

from django.utils.translation import gettext_lazy as _

from billing.payment_links.actions import OPEN, withdraw
from billing.payment_links.models import PaymentLink
from tenants.privacy.declaring import LEAVES, OF_CONTACT, Table
from tenants.privacy.whom import Person

TABLES = [
    Table(
        "payment_link",
        holds=("contact_id", "description", "url", "error"),
        also=("amount_minor", "currency", "purpose", "state", "refunded_minor", "created_at", "paid_at"),
        why=_("To ask for deposits and fees"),
        kept=_("5 years for accounting"),
        where=OF_CONTACT,
        blank={"contact_id": "NULL", "description": "''", "url": "''", "error": "''"},
        stays=_("Amounts, days and the provider's number of a payment stay for accounting; whose it was does not."),
        order=LEAVES,
        label=_("Payments"),
    ),
]


def before_erasure(person: Person) -> None:
    """Nobody is asked for money any more."""
    for link in PaymentLink.objects.filter(contact_id__in=person.ids, state__in=OPEN):
        withdraw(link)
