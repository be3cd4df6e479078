"""POST /v1/invoices/create_preview: what a change would cost now, without doing it."""

import copy

from sandbox.asgi import JSON
from sandbox.stripe import catalogue, invoices, meters, periods, prorating
from sandbox.stripe.book import Book
from sandbox.stripe.calendar import following, shifted
from sandbox.stripe.errors import wanted
from sandbox.stripe.forms import inner, number, several


def preview(book: Book, values: JSON) -> JSON:
    """The invoice that would be made. Raises StripeError."""
    details = inner(values, "subscription_details")
    if not values.get("subscription"):
        return _of_new(book, values, details)
    sub = copy.deepcopy(book.get("subscription", values["subscription"]))
    customer = book.get("customer", sub["customer"])
    start, end = periods.period(sub)
    asked = several(details, "items")
    if not asked:
        return _shown(
            book, invoices.build(book, customer, sub, _next_lines(book, sub), "upcoming", start=start, end=end)
        )
    at = number(details, "proration_date", book.now) or book.now
    behaviour = details.get("proration_behavior") or "create_prorations"
    wishes = prorating.planned(book, sub, asked)
    anew = prorating.new_interval(sub, wishes)
    lines = (
        [] if behaviour == "none" or sub["status"] == "trialing" else prorating.proration_lines(book, sub, wishes, at)
    )
    lines += prorating.last_use(book, sub, wishes, meters.next_number(book))
    if anew:
        lines = [one for one in lines if one["amount"] < 0 or "_told" in one]
        _apply(sub, wishes, at, shifted(at, anew["interval"], anew["interval_count"]))
        lines += periods.period_lines(book, sub, usage=None)
    elif behaviour != "always_invoice":
        _apply(sub, wishes, start, end)
        lines += _next_lines(book, sub)
    reason = "subscription_update" if anew or behaviour == "always_invoice" else "upcoming"
    if not lines:
        raise wanted("subscription_details[items]")
    return _shown(book, invoices.build(book, customer, sub, lines, reason, start=at, end=end))


def _of_new(book: Book, values: JSON, details: JSON) -> JSON:
    """Of a subscription that does not exist yet."""
    customer = book.get("customer", values["customer"]) if values.get("customer") else _nobody()
    lines = []
    for one in several(details, "items"):
        price = book.get("price", one.get("price"))
        if periods.is_metered(price):
            continue
        quantity = number(one, "quantity", 1) or 1
        end = shifted(book.now, price["recurring"]["interval"], price["recurring"]["interval_count"])
        lines.append(
            invoices.line(
                book, price, amount=price["unit_amount"] * quantity, quantity=quantity, start=book.now, end=end,
                description=f"{quantity} × {book.get('product', price['product'])['name']}",
            )
        )  # fmt: skip
    if not lines:
        raise wanted("subscription_details[items]")
    made = invoices.build(book, customer, None, lines, "upcoming", start=book.now, end=lines[0]["period"]["end"])
    for one in catalogue.coupons_of(values):
        off = catalogue.taken_off(book.find("coupon", one.get("coupon")), made["subtotal"])
        made.update(
            total=made["subtotal"] - off, amount_due=made["subtotal"] - off, amount_remaining=made["subtotal"] - off
        )
    return _shown(book, made)


def _next_lines(book: Book, sub: JSON) -> list[JSON]:
    """The next renewal as it looks now: the coming period, and what was used so far."""
    start, end = periods.period(sub)
    recurring = sub["items"]["data"][0]["price"]["recurring"]
    nxt = following(sub["billing_cycle_anchor"], recurring["interval"], recurring["interval_count"], end)
    sub["status"] = "active"
    for item in sub["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = end, nxt
    return periods.period_lines(book, sub, usage=(start, end)) + list(sub.get("_pending", []))


# Nothing was used yet of an item that does not exist.
_NEW = {"id": "si_preview", "_since": meters.ALWAYS[1], "_first": meters.ALWAYS[1]}


def _apply(sub: JSON, wishes: list[prorating.Wish], start: int, end: int) -> None:
    rows = []
    for item, price, quantity in wishes:
        row = {**(item or {**_NEW, "subscription": sub["id"]}), "price": price}
        row.update(current_period_start=start, current_period_end=end)
        row.pop("quantity", None)
        if quantity is not None:
            row["quantity"] = quantity
        rows.append(row)
    sub["items"]["data"] = rows


def _nobody() -> JSON:
    return {"id": None, "address": None, "email": None, "name": None, "phone": None, "tax_exempt": "none", "balance": 0}


def _shown(book: Book, made: JSON) -> JSON:
    return {
        **made,
        "id": f"upcoming_{book.new_id('invoice')}",
        "object": "invoice",
        "created": book.now,
        "livemode": False,
    }
