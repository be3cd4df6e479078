"""Money that moves: payment intents, charges, refunds."""

from sandbox.asgi import JSON
from sandbox.stripe import cards
from sandbox.stripe.book import Book
from sandbox.stripe.errors import StripeError
from sandbox.stripe.forms import inner, number, text

# What Stripe keeps of a payment in Brazil, roughly: 3.99 % + 0.39.
_FEE_PERMYRIAD, _FEE_FIXED = 399, 39


def begin(book: Book, amount: int, currency: str, customer: str, method: JSON | None) -> JSON:
    """A payment intent that has not been confirmed."""
    return book.add(
        "payment_intent",
        {
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": None,
            "confirmation_method": "automatic",
            "currency": currency,
            "customer": customer,
            "description": None,
            "last_payment_error": None,
            "latest_charge": None,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": method["id"] if method else None,
            "payment_method_options": {},
            "payment_method_types": [method["type"] if method else "card"],
            "processing": None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": "off_session",
            "shipping": None,
            "statement_descriptor": None,
            "status": "requires_payment_method" if method is None else "requires_confirmation",
            "transfer_data": None,
            "transfer_group": None,
        },
    )


def refusal(method: JSON | None, *, is_present: bool) -> str:
    """Why a card would not be charged now; empty if it would. `is_present`: its holder sits at the page."""
    if method is None:
        return "no_payment_method"
    if method["type"] != "card":
        return ""
    kind = cards.behaviour(method["_number"])
    if kind.charged:
        return kind.charged
    needs_proof = kind.proof == "always" or (kind.proof == "once" and not method["_proved"])
    return "authentication_required" if needs_proof and not is_present else ""


def confirm(book: Book, intent: JSON, *, is_present: bool = False) -> str:
    """Try to take the money. Returns why not, or nothing."""
    method = book.find("payment_method", intent["payment_method"])
    why = refusal(method, is_present=is_present)
    if not why:
        _succeed(book, intent)
        return ""
    needs_proof = why == "authentication_required"
    intent["status"] = "requires_action" if needs_proof else "requires_payment_method"
    message = cards.SAID.get(why, "There is no payment method.")
    intent["last_payment_error"] = {
        "type": "card_error" if method else "invalid_request_error",
        "code": "authentication_required"
        if needs_proof
        else "card_declined"
        if method
        else "payment_intent_unexpected_state",
        "decline_code": why,
        "message": message,
    }
    if method:
        charge = _charge(book, intent, method, paid=False)
        charge["failure_code"], charge["failure_message"] = "card_declined", message
        charge["status"] = "failed"
        book.happened("charge.failed", charge)
    book.happened("payment_intent.payment_failed", intent)
    return why


def _succeed(book: Book, intent: JSON) -> None:
    method = book.get("payment_method", intent["payment_method"])
    if method["type"] == "card":
        method["_proved"] = True
    charge = _charge(book, intent, method, paid=True)
    fee = (intent["amount"] * _FEE_PERMYRIAD + 5000) // 10_000 + _FEE_FIXED
    balance = book.add(
        "balance_transaction",
        {
            "amount": intent["amount"],
            "available_on": book.now,
            "currency": intent["currency"],
            "description": intent["description"],
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [],
            "net": intent["amount"] - fee,
            "reporting_category": "charge",
            "source": charge["id"],
            "status": "available",
            "type": "charge",
        },
    )
    charge["balance_transaction"] = balance["id"]
    intent.update(status="succeeded", amount_received=intent["amount"], next_action=None, last_payment_error=None)
    book.happened("payment_intent.succeeded", intent)
    book.happened("charge.succeeded", charge)


def _charge(book: Book, intent: JSON, method: JSON, *, paid: bool) -> JSON:
    charge = book.add(
        "charge",
        {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if paid else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "CADEIRA",
            "captured": paid,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "fraud_details": {},
            "metadata": {},
            "on_behalf_of": None,
            "outcome": {"type": "authorized" if paid else "issuer_declined", "network_status": None, "reason": None},
            "paid": paid,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"type": method["type"], method["type"]: method.get(method["type"], {})},
            "receipt_email": None,
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "status": "succeeded" if paid else "failed",
            "transfer_data": None,
            "transfer_group": None,
        },
    )
    intent["latest_charge"] = charge["id"]
    return charge


def refund(book: Book, values: JSON) -> JSON:
    """POST /v1/refunds. Raises StripeError."""
    if values.get("charge"):
        charge = book.get("charge", values["charge"])
    else:
        charge = book.get("charge", book.get("payment_intent", text(values, "payment_intent"))["latest_charge"])
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = number(values, "amount", left)
    if not charge["paid"] or not left:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount is None or not 0 < amount <= left:
        raise StripeError(
            "Refund amount is greater than unrefunded amount on charge.", code="amount_too_large", param="amount"
        )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    made = book.add(
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "destination_details": {"type": "card", "card": {"type": "refund"}},
            "metadata": dict(inner(values, "metadata")),
            "payment_intent": charge["payment_intent"],
            "reason": values.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
        },
    )
    book.happened("charge.refunded", charge, before={"amount_refunded": charge["amount_refunded"] - amount})
    return made
