"""What was given back, and whose a charge is: Stripe's charges do not name their invoice any more."""

from typing import Any

from billing.gateways.stripe import client
from billing.gateways.stripe.models import StripeRefund
from billing.gateways.stripe.settling import plain
from ops import clock


def customer_of(event: dict[str, Any]) -> str:
    """The customer of an event that names a charge only (a dispute); empty where there is none."""
    charge = event["data"]["object"].get("charge")
    if not isinstance(charge, str) or not charge:
        return ""
    with client.in_our_words():
        return str(client.ask().charges.retrieve(charge).customer or "")


def note(event: dict[str, Any]) -> None:
    """Keep how much of an invoice was given back, as Stripe says it now. Raises the port's errors."""
    if not event["type"].startswith("charge.refund"):
        return
    said = event["data"]["object"]
    with client.in_our_words():
        pk = said["id"] if said["object"] == "charge" else said["charge"]
        charge = plain(client.ask().charges.retrieve(pk))
        invoice = _invoice_of(charge)
    if invoice:
        StripeRefund.objects.update_or_create(
            charge=charge["id"],
            defaults={
                "customer": charge["customer"] or "",
                "invoice": invoice,
                "refunded_minor": charge["amount_refunded"],
                "changed_at": clock.now(),
            },
        )


def _invoice_of(charge: dict[str, Any]) -> str:
    if not charge.get("payment_intent"):
        return ""
    asked = {"payment": {"type": "payment_intent", "payment_intent": charge["payment_intent"]}, "limit": 1}
    page = client.ask().invoice_payments.list(asked)
    return str(page.data[0].invoice) if page.data else ""
