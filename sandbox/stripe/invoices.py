"""Invoices: lines, totals, from draft to paid, and what happens when nobody pays."""

from sandbox.asgi import JSON
from sandbox.stripe import payments
from sandbox.stripe.book import Book, listed
from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.catalogue import taken_off
from sandbox.stripe.errors import StripeError, declined

# A renewal stays a draft so long, so that late usage still counts (https://docs.stripe.com/invoicing/integration/workflow-transitions).
DRAFT_S = 3600
# After a refused payment it is tried again so many days later; then the subscription ends.
RETRY_DAYS = (3, 5, 7)

# Fields that are there and empty.
_NULLS = (
    "account_tax_ids",
    "application",
    "automatically_finalizes_at",
    "confirmation_secret",
    "custom_fields",
    "customer_account",
    "customer_shipping",
    "default_source",
    "description",
    "due_date",
    "effective_at",
    "footer",
    "from_invoice",
    "hosted_invoice_url",
    "invoice_pdf",
    "last_finalization_error",
    "latest_revision",
    "next_payment_attempt",
    "number",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "test_clock",
    "threshold_reason",
    "webhooks_delivered_at",
)


def line(
    book: Book, price: JSON | None, *, amount: int, quantity: int | None, start: int, end: int, description: str,
    item: JSON | None = None, proration: bool = False, currency: str = "",
) -> JSON:  # fmt: skip
    """One line of an invoice that is being made."""
    of_item = None
    if item is not None:
        of_item = {
            "invoice_item": None,
            "proration": proration,
            "proration_details": {"credited_items": None},
            "subscription": item["subscription"],
            "subscription_item": item["id"],
        }
    return {
        "id": book.new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"] if price else currency,
        "description": description,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "parent": {
            "type": "subscription_item_details" if item is not None else "invoice_item_details",
            "invoice_item_details": None,
            "subscription_item_details": of_item,
        },
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
        if price
        else None,
        "quantity": quantity,
        "subtotal": amount,
        "taxes": [],
    }


def build(
    book: Book, customer: JSON, sub: JSON | None, lines: list[JSON], reason: str, *, start: int, end: int,
    currency: str = "",
) -> JSON:  # fmt: skip
    """The values of a draft; not kept yet, so that a preview is the same."""
    currency = currency or (sub["currency"] if sub else lines[0]["currency"])
    subtotal = sum(one["amount"] for one in lines)
    discount = book.find("discount", sub["discounts"][0]) if sub and sub["discounts"] else None
    coupon = book.find("coupon", discount["source"]["coupon"]) if discount else None
    discountable = sum(one["amount"] for one in lines if one["discountable"])
    off = taken_off(coupon, discountable)
    total = subtotal - off
    return {
        **_heads(customer),
        **settled(customer, total),
        "amount_paid": 0,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "currency": currency,
        "default_payment_method": None,
        "discounts": [discount["id"]] if discount and off else [],
        "ending_balance": None,
        "lines": listed(lines, ""),
        "metadata": {},
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": sub["metadata"], "subscription": sub["id"]},
        }
        if sub
        else None,
        "period_end": end,
        "period_start": start,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": off, "discount": discount["id"]}] if discount and off else [],
        "total_excluding_tax": total,
        "_sub": sub["id"] if sub else None,
    }


def settled(customer: JSON, total: int) -> JSON:
    """What is due of a total: the balance (below 0: a credit) goes into it; what is left of a credit stays one."""
    owed = total + customer["balance"]
    due = max(owed, 0)
    return {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": customer["balance"],
        "_ending": min(owed, 0),
    }


def _heads(customer: JSON) -> JSON:
    """What every invoice has, whatever it is for."""
    nothing = dict.fromkeys(_NULLS)
    return {
        **nothing,
        "account_country": "BR",
        "account_name": "Cadeira",
        "amount_overpaid": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "issuer": {"type": "self"},
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def keep(book: Book, values: JSON, *, draft_s: int) -> JSON:
    """A draft on the books. It becomes final after `draft_s`."""
    invoice = book.add("invoice", values)
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    for one in invoice["lines"]["data"]:
        one["invoice"] = invoice["id"]
    invoice["automatically_finalizes_at"] = book.now + draft_s
    if sub := book.find("subscription", invoice["_sub"]):
        sub["latest_invoice"] = invoice["id"]
    book.happened("invoice.created", invoice)
    return invoice


def finalize(book: Book, invoice: JSON) -> None:
    """From draft to open: numbered, with its pages; nothing changes it any more."""
    customer = book.get("customer", invoice["customer"])
    serial, customer["next_invoice_sequence"] = customer["next_invoice_sequence"], customer["next_invoice_sequence"] + 1
    invoice.update(
        status="open",
        number=f"{customer['invoice_prefix']}-{serial:04}",
        effective_at=book.now,
        automatically_finalizes_at=None,
        ending_balance=invoice["_ending"],
        hosted_invoice_url=f"{book.base}/stripe/pages/invoice/{invoice['id']}",
        invoice_pdf=f"{book.base}/stripe/pages/invoice/{invoice['id']}/pdf",
        customer_tax_ids=[
            {"type": one["type"], "value": one["value"]} for one in book.all("tax_id", customer=customer["id"])
        ],
    )
    invoice["status_transitions"]["finalized_at"] = book.now
    customer["balance"], customer["currency"] = invoice["_ending"], invoice["currency"]
    book.happened("invoice.finalized", invoice)


def method_for(book: Book, invoice: JSON) -> JSON | None:
    """What it would be paid with: its own, the subscription's, the customer's."""
    sub = book.find("subscription", invoice["_sub"])
    customer = book.get("customer", invoice["customer"])
    chosen = (
        invoice["default_payment_method"]
        or (sub and sub["default_payment_method"])
        or customer["invoice_settings"]["default_payment_method"]
    )
    return book.find("payment_method", chosen)


def try_to_pay(book: Book, invoice: JSON, *, is_present: bool = False) -> str:
    """Take the money of an open invoice. Returns why it was refused, or nothing."""
    if invoice["status"] != "open":
        raise StripeError("This invoice is not open.", code="invoice_not_open")
    if invoice["amount_remaining"] <= 0:
        mark_paid(book, invoice)
        return ""
    method = method_for(book, invoice)
    intent = payments.begin(book, invoice["amount_remaining"], invoice["currency"], invoice["customer"], method)
    intent["description"], intent["_invoice"] = f"Invoice {invoice['number']}", invoice["id"]
    book.add("invoice_payment", _payment(book, invoice, intent))
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    why = payments.confirm(book, intent, is_present=is_present)
    if not why:
        mark_paid(book, invoice)
        return ""
    tries = invoice["attempt_count"]
    waits = RETRY_DAYS[tries - 1] if invoice["_sub"] and tries <= len(RETRY_DAYS) else None
    invoice["next_payment_attempt"] = book.now + waits * DAY_S if waits else None
    book.get("customer", invoice["customer"])["delinquent"] = True
    book.happened("invoice.payment_failed", invoice)
    if why == "authentication_required":
        book.happened("invoice.payment_action_required", invoice)
    return why


def _payment(book: Book, invoice: JSON, intent: JSON) -> JSON:
    return {
        "amount_paid": None,
        "amount_requested": intent["amount"],
        "currency": intent["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def mark_paid(book: Book, invoice: JSON) -> None:
    """All of it is paid."""
    invoice.update(
        status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None, attempted=True
    )
    invoice["status_transitions"]["paid_at"] = book.now
    for one in book.all("invoice_payment", invoice=invoice["id"])[-1:]:
        one.update(status="paid", amount_paid=one["amount_requested"])
        one["status_transitions"]["paid_at"] = book.now
    customer = book.get("customer", invoice["customer"])
    customer["delinquent"] = any(
        one["attempted"] for one in book.all("invoice", customer=customer["id"], status="open")
    )
    book.happened("invoice.paid", invoice)
    book.happened("invoice.payment_succeeded", invoice)


def sum_up(book: Book, invoice: JSON) -> None:
    """The sums of a draft by the lines that it has now."""
    subtotal = sum(one["amount"] for one in invoice["lines"]["data"])
    total = subtotal - sum(one["amount"] for one in invoice["total_discount_amounts"])
    invoice.update(subtotal=subtotal, subtotal_excluding_tax=subtotal, total=total, total_excluding_tax=total)
    invoice.update(settled(book.get("customer", invoice["customer"]), total))


def give_up(book: Book, invoice: JSON, status: str) -> JSON:
    """POST /v1/invoices/{id}/void and /mark_uncollectible. Raises StripeError."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise StripeError("You can only do this to an open invoice.", code="invoice_not_open")
    invoice["status"], invoice["next_payment_attempt"] = status, None
    what = "voided" if status == "void" else "marked_uncollectible"
    invoice["status_transitions"][f"{what}_at"] = book.now
    book.happened(f"invoice.{what}", invoice)
    return invoice


def refuse(why: str, invoice: JSON) -> StripeError:
    """What the API answers when an invoice could not be paid."""
    text = "There is no payment method to pay with." if why == "no_payment_method" else "Your card was declined."
    return declined(why, text, {"payment_intent": None, "doc_url": "", "invoice": invoice["id"]})
