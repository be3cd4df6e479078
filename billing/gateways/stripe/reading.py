"""What pages show, read from dj-stripe's rows: no call while a page is drawn."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from djstripe import models as rows

from billing.gateways.port import Invoice, Line, PaymentMethod, TaxId
from billing.gateways.stripe.entitlement import LIVING
from billing.gateways.stripe.models import StripeCustomer, StripeRefund
from ops import clock

MOST: Final = 240


def invoices(salon_id: int) -> list[Invoice]:
    """Newest first."""
    ref = _ref(salon_id)
    if not ref:
        return []
    found = rows.Invoice.objects.filter(customer_id=ref).order_by("-created", "-djstripe_id")[:MOST]
    refunds: dict[str, int] = {}
    for invoice, minor in StripeRefund.objects.filter(customer=ref).values_list("invoice", "refunded_minor"):
        refunds[invoice] = refunds.get(invoice, 0) + minor
    return [_invoice(one.id, one.stripe_data, refunds) for one in found]


def payment_methods(salon_id: int) -> list[PaymentMethod]:
    """The one that pays first."""
    ref = _ref(salon_id)
    if not ref:
        return []
    default = _default(ref)
    found = rows.PaymentMethod.objects.filter(customer_id=ref).order_by("-created")
    methods = [_method(one.id, one.stripe_data, default) for one in found]
    return sorted(methods, key=lambda one: not one.is_default)


def tax_id(salon_id: int) -> TaxId | None:
    """The newest."""
    ref = _ref(salon_id)
    found = rows.TaxId.objects.filter(customer_id=ref).order_by("-created").first() if ref else None
    return TaxId(str(found.stripe_data.get("type")), str(found.stripe_data.get("value"))) if found else None


def line(said: Mapping[str, Any]) -> Line:
    """A line of an invoice of Stripe's."""
    period = said.get("period") or {}
    return Line(
        text=str(said.get("description") or ""),
        quantity=said.get("quantity"),
        amount_minor=int(said["amount"]),
        starts_at=_at(period.get("start")),
        ends_at=_at(period.get("end")),
    )


def _ref(salon_id: int) -> str:
    return StripeCustomer.objects.filter(salon_id=salon_id).values_list("ref", flat=True).first() or ""


def _default(ref: str) -> str:
    """What a running subscription names, else what the customer names."""
    for one in rows.Subscription.objects.filter(customer_id=ref).order_by("-created"):
        if one.stripe_data.get("status") in LIVING and one.stripe_data.get("default_payment_method"):
            return _id(one.stripe_data["default_payment_method"])
    customer = rows.Customer.objects.filter(id=ref).first()
    settings = (customer.stripe_data.get("invoice_settings") if customer else None) or {}
    return _id(settings.get("default_payment_method"))


def _invoice(pk: str, said: Mapping[str, Any], refunds: Mapping[str, int]) -> Invoice:
    return Invoice(
        ref=pk,
        number=str(said.get("number") or ""),
        at=_at(said.get("effective_at") or said.get("created")) or clock.now(),
        total_minor=int(said.get("total") or 0),
        currency=str(said.get("currency") or "").upper(),
        status=str(said.get("status") or ""),
        hosted_url=str(said.get("hosted_invoice_url") or ""),
        pdf_url=str(said.get("invoice_pdf") or ""),
        lines=[line(one) for one in (said.get("lines") or {}).get("data", [])],
        refunded_minor=refunds.get(pk, 0),
        due_minor=int(said.get("amount_remaining") or 0) if said.get("status") == "open" else 0,
        next_try_at=_at(said.get("next_payment_attempt")),
    )


def _method(pk: str, said: Mapping[str, Any], default: str) -> PaymentMethod:
    kind = str(said.get("type") or "")
    card = said.get("card") or {}
    expires = f"{int(card['exp_month']):02}/{card['exp_year']}" if card.get("exp_month") else ""
    return PaymentMethod(pk, str(card.get("brand") or kind), str(card.get("last4") or ""), expires, pk == default)


def _id(said: Any) -> str:
    return str(said.get("id") if isinstance(said, dict) else said or "")


def _at(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
