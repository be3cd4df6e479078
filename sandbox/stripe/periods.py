"""What subscriptions are made of: items with their period, what a period costs, the invoice of it."""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.asgi import JSON
from sandbox.stripe import invoices, meters
from sandbox.stripe.book import Book

Span = tuple[int, int]


def new_item(book: Book, sub: JSON, price: JSON, quantity: int | None, span: Span) -> JSON:
    made = book.add(
        "subscription_item",
        {
            "billing_thresholds": None,
            "current_period_end": span[1],
            "current_period_start": span[0],
            "discounts": [],
            "metadata": {},
            "price": price,
            "subscription": sub["id"],
            "tax_rates": [],
            # Since when, and from which report on, use is counted at its price.
            "_since": book.now,
            "_first": meters.next_number(book),
        },
    )
    if quantity is not None:
        made["quantity"] = quantity
    del made["livemode"]
    return made


def period(sub: JSON) -> tuple[int, int]:
    """The running period of its first item."""
    first = sub["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def period_lines(book: Book, sub: JSON, *, usage: Span | None) -> list[JSON]:
    """What the coming period costs, and what was used in the one that ended."""
    lines = []
    for item in sub["items"]["data"]:
        price, start, end = item["price"], item["current_period_start"], item["current_period_end"]
        if is_metered(price):
            if usage is not None and item.get("_since", 0) < usage[1]:
                lines.append(use_line(book, sub, item, usage, meters.ALWAYS[1]))
            continue
        name = book.get("product", price["product"])["name"]
        free = sub["status"] == "trialing"
        amount = 0 if free else price_of(price, item["quantity"])
        said = f"Trial period for {name}" if free else f"{item['quantity']} × {name}"
        lines.append(
            invoices.line(
                book, price, amount=amount, quantity=item["quantity"], start=start, end=end, description=said, item=item
            )
        )
    return lines


def use_line(book: Book, sub: JSON, item: JSON, span: Span, told_before: int) -> JSON:
    """What was used in that span and reported before the one of that number, at the item's price."""
    line = invoices.line(
        book, item["price"], amount=0, quantity=0, start=span[0], end=span[1], description="", item=item
    )
    line["_told"] = (item.get("_first", 0), told_before)
    _count(book, sub["customer"], line)
    return line


def _count(book: Book, customer: str, line: JSON) -> None:
    price = book.get("price", line["pricing"]["price_details"]["price"])
    meter, span = book.get("billing.meter", price["recurring"]["meter"]), line["period"]
    units = meters.used(book, meter, customer, (span["start"], span["end"]), line["_told"])
    line.update(quantity=units, amount=price_of(price, units), subtotal=price_of(price, units))
    line["description"] = f"{units} × {book.get('product', price['product'])['name']}"


def is_metered(price: JSON) -> bool:
    """Whether it is for use, which a meter counts."""
    return bool(price["recurring"]) and price["recurring"]["usage_type"] == "metered"


def price_of(price: JSON, units: int) -> int:
    return int((Decimal(price["unit_amount_decimal"]) * units).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def bill(book: Book, sub: JSON, lines: list[JSON], reason: str, span: Span) -> JSON:
    """A final invoice of a subscription, at once."""
    customer = book.get("customer", sub["customer"])
    invoice = invoices.keep(
        book, invoices.build(book, customer, sub, lines, reason, start=span[0], end=span[1]), draft_s=0
    )
    invoices.finalize(book, invoice)
    return invoice


def move(book: Book, sub: JSON, status: str) -> None:
    """Into another status."""
    if sub["status"] != status:
        before, sub["status"] = sub["status"], status
        book.happened("customer.subscription.updated", sub, before={"status": before})


def set_period(sub: JSON, start: int, end: int) -> None:
    for item in sub["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = start, end


def recount(book: Book, invoice: JSON) -> None:
    """Before a draft becomes final: use that was told late still counts."""
    for one in invoice["lines"]["data"]:
        if "_told" in one:
            _count(book, invoice["customer"], one)
    invoices.sum_up(book, invoice)
