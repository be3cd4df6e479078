"""Invoices that are made by hand, item by item, and become final when somebody says so."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.asgi import JSON
from sandbox.stripe import invoices
from sandbox.stripe.book import Book
from sandbox.stripe.catalogue import currency_of
from sandbox.stripe.errors import StripeError, wanted, wrong
from sandbox.stripe.forms import flag, inner, number, text


def begin(book: Book, values: JSON) -> JSON:
    """POST /v1/invoices: an empty draft. Raises StripeError."""
    customer = book.get("customer", text(values, "customer"))
    if (behaviour := values.get("pending_invoice_items_behavior", "exclude")) != "exclude":
        raise wrong("pending_invoice_items_behavior", f"The sandbox has no {behaviour}.", "parameter_invalid")
    method = values.get("default_payment_method")
    if method and book.get("payment_method", method)["customer"] != customer["id"]:
        raise wrong("default_payment_method", "It is not attached to this customer.", "resource_missing")
    now = book.now
    draft = invoices.build(book, customer, None, [], "manual", start=now, end=now, currency=currency_of(values))
    draft.update(
        auto_advance=flag(values, "auto_advance"),
        default_payment_method=method or None,
        description=values.get("description"),
        metadata=dict(inner(values, "metadata")),
    )
    return invoices.keep(book, draft, draft_s=invoices.DRAFT_S)


def add_item(book: Book, values: JSON) -> JSON:
    """POST /v1/invoiceitems: one more line of a draft. Raises StripeError."""
    invoice = book.get("invoice", text(values, "invoice"))
    if invoice["status"] != "draft":
        raise StripeError("This invoice is no longer editable.", code="invoice_not_editable", param="invoice")
    if invoice["customer"] != text(values, "customer"):
        raise wrong("customer", "The invoice is another customer's.", "parameter_invalid")
    data = inner(values, "price_data")
    product, each = book.get("product", text(data, "product")), _each(data)
    units, metadata = number(values, "quantity", 1) or 1, dict(inner(values, "metadata"))
    if currency_of(data) != invoice["currency"]:
        raise wrong("price_data[currency]", "The invoice is in another currency.", "parameter_invalid")
    span = inner(values, "period")
    period = {name: number(span, name) or book.now for name in ("start", "end")}
    # A price that is only of this item.
    price = {"id": book.new_id("price"), "product": product["id"], "currency": invoice["currency"]}
    price["unit_amount_decimal"] = str(each)
    amount = int((each * units).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    said = values.get("description") or f"{units} × {product['name']}"
    line = invoices.line(
        book, price, amount=amount, quantity=units, start=period["start"], end=period["end"], description=said
    )
    item = book.add(
        "invoiceitem",
        {
            "amount": amount,
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "customer_account": None,
            "date": book.now,
            "description": said,
            "discountable": True,
            "discounts": [],
            "invoice": invoice["id"],
            "metadata": metadata,
            "net_amount": amount,
            "parent": None,
            "period": period,
            "pricing": line["pricing"],
            "proration": False,
            "proration_details": None,
            "quantity": units,
            "tax_rates": [],
            "test_clock": None,
        },
    )
    of_item = {"invoice_item": item["id"], "proration": False, "proration_details": None, "subscription": None}
    line["parent"]["invoice_item_details"] = of_item
    line.update(invoice=invoice["id"], metadata=metadata)
    invoice["lines"]["data"].append(line)
    invoice["lines"]["total_count"] += 1
    invoices.sum_up(book, invoice)
    book.happened("invoice.updated", invoice)
    return item


def finalize(book: Book, pk: str, values: JSON) -> JSON:
    """POST /v1/invoices/{id}/finalize: it is open, and is paid in the next moment. Raises StripeError."""
    invoice = book.get("invoice", pk)
    if invoice["status"] != "draft":
        raise StripeError("This invoice is already finalized.", code="invoice_not_editable")
    invoice["auto_advance"] = flag(values, "auto_advance", invoice["auto_advance"])
    invoices.finalize(book, invoice)
    if invoice["auto_advance"]:
        invoice["next_payment_attempt"] = book.now
    return invoice


def _each(data: JSON) -> Decimal:
    said = data.get("unit_amount_decimal") or data.get("unit_amount")
    if said is None:
        raise wanted("price_data[unit_amount_decimal]")
    try:
        return Decimal(str(said))
    except InvalidOperation:
        raise wrong("price_data[unit_amount_decimal]", "Invalid decimal", "parameter_invalid_decimal") from None
