"""`expand`: objects in the place of their ids, and what is only shown when it is asked for."""

from typing import Any

from sandbox.asgi import JSON
from sandbox.stripe import checkout, customers
from sandbox.stripe.book import Book, as_shown, listed

# Fields that hold ids, and of what kind.
_IDS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "coupon": "coupon",
    "customer": "customer",
    "default_payment_method": "payment_method",
    "discounts": "discount",
    "invoice": "invoice",
    "latest_charge": "charge",
    "latest_invoice": "invoice",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "price": "price",
    "product": "product",
    "schedule": "subscription_schedule",
    "setup_intent": "setup_intent",
    "subscription": "subscription",
}


def expand(book: Book, value: Any, path: list[str]) -> None:
    """Put objects in the place of ids, as `expand` asks. Raises StripeError for what cannot be expanded."""
    if isinstance(value, list):
        for one in value:
            expand(book, one, path)
        return
    if not isinstance(value, dict) or not path:
        return
    name, rest = path[0], path[1:]
    if name not in value:
        _add_included(book, value, name)
    held = value.get(name)
    if isinstance(held, str) and name in _IDS:
        value[name] = as_shown(book.get(_IDS[name], held))
    elif isinstance(held, list) and name in _IDS:
        value[name] = [as_shown(book.get(_IDS[name], one)) if isinstance(one, str) else one for one in held]
    expand(book, value.get(name), rest)


def _add_included(book: Book, value: JSON, name: str) -> None:
    """What is only shown when it is asked for."""
    pk = value.get("id", "")
    if name == "sources":
        value[name] = listed([], f"/v1/customers/{pk}/sources")
    elif name == "tax_ids":
        value[name] = as_shown(customers.tax_ids_of(book, pk))
    elif name == "payments" and value.get("object") == "invoice":
        value[name] = as_shown(listed(book.all("invoice_payment", invoice=pk), f"/v1/invoices/{pk}/payments"))
    elif name == "line_items" and value.get("object") == "checkout.session":
        session = book.get("checkout.session", pk)
        value[name] = as_shown(listed(checkout.line_items(book, session), f"/v1/checkout/sessions/{pk}/line_items"))
    elif name == "subscriptions" and value.get("object") == "customer":
        rows = [one for one in book.all("subscription", customer=pk) if one["status"] != "canceled"]
        value[name] = as_shown(listed(rows, f"/v1/customers/{pk}/subscriptions"))
