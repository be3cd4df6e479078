"""Stripe behind the port."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from billing.gateways.port import Gateway, Invoice, Owed, PaymentMethod, Preview, TaxId
from billing.gateways.stripe import changing, customers, reading, resting, usage
from billing.gateways.stripe.settling import settle
from ops.ids import uuid7


class StripeGateway:
    """See billing.gateways.port.Gateway."""

    kind = "stripe"

    def ensure_customer(self, salon_id: int) -> str:
        """Made under an idempotency key of the salon's."""
        return customers.ensure(salon_id).ref

    def checkout(self, salon_id: int, plan: str, interval: str, success_url: str, cancel_url: str) -> str:
        """Stripe Checkout; an earlier page of the salon's that is still open is closed."""
        return changing.checkout(salon_id, plan, interval, success_url, cancel_url)

    def portal(self, salon_id: int, return_url: str) -> str:
        """Stripe's customer portal."""
        return changing.portal(salon_id, return_url)

    def add_payment_method_url(self, salon_id: int, return_url: str) -> str:
        """The customer portal at that very place."""
        return changing.portal(salon_id, return_url, "payment_method_update")

    def preview(self, salon_id: int, plan: str, interval: str) -> Preview:
        """By Stripe's own reckoning."""
        return changing.preview(salon_id, plan, interval)

    def change(self, salon_id: int, plan: str, interval: str) -> Preview:
        """An upgrade is invoiced at once, a downgrade is a subscription schedule."""
        return changing.change(salon_id, plan, interval)

    def cancel(self, salon_id: int) -> datetime | None:
        """At the end of the period."""
        return changing.cancel(salon_id)

    def resume(self, salon_id: int) -> None:
        """Takes back the end, or the schedule."""
        changing.resume(salon_id)

    def pause(self, salon_id: int) -> None:
        """`pause_collection`: the subscription goes on, its invoices are void."""
        changing.pause(salon_id)

    def end_pause(self, salon_id: int) -> None:
        """Takes that back."""
        changing.end_pause(salon_id)

    def invoices(self, salon_id: int) -> list[Invoice]:
        """From dj-stripe's rows."""
        return reading.invoices(salon_id)

    def payment_methods(self, salon_id: int) -> list[PaymentMethod]:
        """From dj-stripe's rows."""
        return reading.payment_methods(salon_id)

    def set_default(self, salon_id: int, ref: str) -> None:
        """Of the customer and of the subscription."""
        customers.set_default(salon_id, ref)

    def remove(self, salon_id: int, ref: str) -> None:
        """Detached from the customer."""
        customers.remove(salon_id, ref)

    def tax_id(self, salon_id: int) -> TaxId | None:
        """From dj-stripe's rows."""
        return reading.tax_id(salon_id)

    def set_tax_id(self, salon_id: int, value: str) -> None:
        """One at a time."""
        customers.set_tax_id(salon_id, value)

    def pay(self, salon_id: int, ref: str) -> None:
        """By the default card."""
        changing.pay(salon_id, ref)

    def report_usage(self, salon_id: int, kind: str, quantity: int, key: str, at: datetime) -> datetime:
        """A meter event with the key as its identifier."""
        return usage.report(salon_id, kind, quantity, key, at)

    def bill_rest(self, salon_id: int, subscription_ref: str, owed: Sequence[Owed]) -> int:
        """An invoice of its own, with an item for each kind and price."""
        return resting.bill_rest(salon_id, subscription_ref, owed)

    def usage_billed(self, salon_id: int, kind: str, period: tuple[datetime, datetime]) -> int:
        """The meter's own sum."""
        return usage.billed(salon_id, kind, period)

    def credit(self, salon_id: int, amount_minor: int, reason: str, key: str = "") -> None:
        """The customer's balance."""
        usage.credit(salon_id, amount_minor, reason, key or str(uuid7()))

    def refresh(self, salon_id: int) -> bool:
        """Fetches the subscriptions."""
        return settle(customers.known(salon_id).ref)


GATEWAY: Final[Gateway] = StripeGateway()
