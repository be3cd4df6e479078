"""Customers, their payment methods, tax ids and balance."""

import re

from sandbox.asgi import JSON
from sandbox.stripe import cards
from sandbox.stripe.book import Book, listed
from sandbox.stripe.catalogue import change, currency_of
from sandbox.stripe.errors import StripeError, declined, missing, wrong
from sandbox.stripe.forms import inner, number, text

# What each kind of tax id looks like, as Stripe checks it (form only).
TAX_IDS = {
    "br_cnpj": re.compile(r"^\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}$"),
    "br_cpf": re.compile(r"^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$"),
    "es_cif": re.compile(r"^[A-Z]\d{7}[A-Z0-9]$"),
    "eu_vat": re.compile(r"^[A-Z]{2}[A-Z0-9]{2,13}$"),
    "ar_cuit": re.compile(r"^\d{2}-?\d{8}-?\d$"),
    "mx_rfc": re.compile(r"^[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}$"),
    "us_ein": re.compile(r"^\d{2}-?\d{7}$"),
}
_PLAIN = ("email", "name", "phone", "description", "tax_exempt")


def make_customer(book: Book, values: JSON) -> JSON:
    """POST /v1/customers. Raises StripeError."""
    customer = book.add(
        "customer",
        {
            "address": inner(values, "address") or None,
            "balance": number(values, "balance", 0),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": values.get("description"),
            "discount": None,
            "email": values.get("email"),
            "invoice_prefix": f"CAD{book.count('prefix'):05}",
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": dict(inner(values, "metadata")),
            "name": values.get("name"),
            "next_invoice_sequence": 1,
            "phone": values.get("phone"),
            "preferred_locales": values.get("preferred_locales") or [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": None,
        },
    )
    if pm := values.get("payment_method"):
        attach(book, str(pm), customer["id"])
    book.happened("customer.created", customer)
    return customer


def change_customer(book: Book, pk: str, values: JSON) -> JSON:
    """POST /v1/customers/{id}. Raises StripeError."""
    customer = book.get("customer", pk)
    before = change(customer, values, _PLAIN)
    if "address" in values:
        customer["address"] = inner(values, "address") or None
    if (chosen := inner(values, "invoice_settings").get("default_payment_method")) is not None:
        if chosen and book.get("payment_method", chosen)["customer"] != pk:
            raise wrong(
                "invoice_settings[default_payment_method]",
                "It is not attached to this customer.",
                "payment_method_not_available",
            )
        before["invoice_settings"] = dict(customer["invoice_settings"])
        customer["invoice_settings"]["default_payment_method"] = chosen or None
    if before:
        book.happened("customer.updated", customer, before=before)
    return customer


def delete_customer(book: Book, pk: str) -> JSON:
    """DELETE /v1/customers/{id}. Subscriptions must have ended."""
    customer = book.get("customer", pk)
    if any(sub["status"] not in ("canceled", "incomplete_expired") for sub in book.all("subscription", customer=pk)):
        raise StripeError("This customer has active subscriptions; cancel them first.", code="resource_in_use")
    book.remove("customer", pk)
    book.happened("customer.deleted", customer)
    return {"id": pk, "object": "customer", "deleted": True}


def ready_method(book: Book, pk: str) -> JSON:
    """A payment method by its id; Stripe's test ids make a new one. Raises StripeError."""
    if pk in cards.READY:
        return book.add("payment_method", cards.payment_method(cards.READY[pk]))
    return book.get("payment_method", pk)


def entered(book: Book, number_given: str, name: str = "") -> JSON:
    """A card that somebody typed. Raises StripeError: declined, or no test card."""
    try:
        kind = cards.behaviour(number_given)
    except KeyError:
        raise wrong("number", "Your card number is incorrect.", "incorrect_number") from None
    if kind.entered:
        raise declined(kind.entered, cards.SAID[kind.entered])
    return book.add("payment_method", cards.payment_method(number_given, name=name))


def attach(book: Book, pk: str, customer: str) -> JSON:
    """POST /v1/payment_methods/{id}/attach. Raises StripeError."""
    book.get("customer", customer)
    method = ready_method(book, pk)
    if method["customer"] not in (None, customer):
        raise StripeError("The payment method is attached to another customer.", code="payment_method_in_use")
    if method["type"] == "card" and (said := cards.behaviour(method["_number"]).entered):
        raise declined(said, cards.SAID[said])
    if method["customer"] is None:
        method["customer"] = customer
        book.happened("payment_method.attached", method)
    return method


def detach(book: Book, pk: str) -> JSON:
    """POST /v1/payment_methods/{id}/detach."""
    method = book.get("payment_method", pk)
    owner = book.find("customer", method["customer"])
    if owner is None:
        raise StripeError("The payment method is not attached to a customer.", code="payment_method_unexpected_state")
    method["customer"] = None
    if owner["invoice_settings"]["default_payment_method"] == pk:
        owner["invoice_settings"]["default_payment_method"] = None
        book.happened("customer.updated", owner, before={"invoice_settings": {"default_payment_method": pk}})
    for sub in book.all("subscription", customer=owner["id"], default_payment_method=pk):
        sub["default_payment_method"] = None
    book.happened("payment_method.detached", method, before={"customer": owner["id"]})
    return method


def methods_of(book: Book, customer: str, query: JSON, url: str) -> JSON:
    """The payment methods of a customer."""
    book.get("customer", customer)
    rows = book.all("payment_method", customer=customer)
    return book.page([one for one in rows if not query.get("type") or one["type"] == query["type"]], query, url)


def add_tax_id(book: Book, customer: str, values: JSON) -> JSON:
    """POST /v1/customers/{id}/tax_ids. Raises StripeError."""
    book.get("customer", customer)
    kind, value = text(values, "type"), text(values, "value").strip()
    if kind not in TAX_IDS:
        raise wrong("type", f"Invalid type: {kind}", "parameter_invalid")
    if not TAX_IDS[kind].match(value):
        raise wrong("value", f"Invalid value for {kind}.", "tax_id_invalid")
    made = book.add(
        "tax_id",
        {
            "country": kind[:2].upper(),
            "customer": customer,
            "owner": {"type": "customer", "customer": customer},
            "type": kind,
            "value": value,
            "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
        },
    )
    book.happened("customer.tax_id.created", made)
    return made


def drop_tax_id(book: Book, customer: str, pk: str) -> JSON:
    """DELETE /v1/customers/{id}/tax_ids/{id}."""
    found = book.get("tax_id", pk)
    if found["customer"] != customer:
        raise missing("tax_id", pk)
    book.remove("tax_id", pk)
    book.happened("customer.tax_id.deleted", found)
    return {"id": pk, "object": "tax_id", "deleted": True}


def tax_ids_of(book: Book, customer: str) -> JSON:
    """All of a customer."""
    return listed(book.all("tax_id", customer=customer), f"/v1/customers/{customer}/tax_ids")


def add_balance(book: Book, customer: str, values: JSON, kind: str = "adjustment") -> JSON:
    """POST /v1/customers/{id}/balance_transactions: below 0 is a credit. Raises StripeError."""
    owner = book.get("customer", customer)
    amount = number(values, "amount")
    if amount is None:
        raise wrong("amount", "Missing required param: amount.", "parameter_missing")
    before = owner["balance"]
    owner["balance"] = before + amount
    owner["currency"] = owner["currency"] or currency_of(values)
    made = book.add(
        "customer_balance_transaction",
        {
            "amount": amount,
            "credit_note": None,
            "currency": owner["currency"],
            "customer": customer,
            "description": values.get("description"),
            "ending_balance": owner["balance"],
            "invoice": values.get("invoice"),
            "metadata": dict(inner(values, "metadata")),
            "type": kind,
        },
    )
    book.happened("customer.updated", owner, before={"balance": before})
    return made
