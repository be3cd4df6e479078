"""Changing what a subscription is for: now with a credit for the rest, or from the next period on."""

from typing import Any

from sandbox.asgi import JSON
from sandbox.stripe import invoices, meters
from sandbox.stripe.book import Book
from sandbox.stripe.calendar import share, shifted
from sandbox.stripe.errors import wanted, wrong
from sandbox.stripe.forms import flag, number
from sandbox.stripe.periods import bill, is_metered, move, new_item, period, period_lines, price_of, use_line

BEHAVIOURS = ("create_prorations", "always_invoice", "none")
# The item that is changed, or None for a new one; its price; how many, or None where use is measured.
Wish = tuple[JSON | None, JSON, int | None]


def planned(book: Book, sub: JSON, asked: list[Any]) -> list[Wish]:
    """What the items become: (the item that is changed or None, price, quantity). Raises StripeError."""
    by_id = {item["id"]: item for item in sub["items"]["data"]}
    left = dict(by_id)
    result: list[Wish] = []
    for index, one in enumerate(asked):
        item = None
        if one.get("id"):
            item = by_id.get(one["id"])
            if item is None:
                raise wrong(f"items[{index}][id]", f"No such subscription item: {one['id']}", "resource_missing")
            left.pop(item["id"], None)
            if flag(one, "deleted"):
                continue
        price = book.get("price", one["price"]) if one.get("price") else item and item["price"]
        if not price or not price["recurring"]:
            raise wanted(f"items[{index}][price]")
        metered = price["recurring"]["usage_type"] == "metered"
        kept = item["quantity"] if item and "quantity" in item else 1
        result.append((item, price, None if metered else number(one, "quantity", kept)))
    return [*((item, item["price"], item.get("quantity")) for item in left.values()), *result]


def proration_lines(book: Book, sub: JSON, wanted_items: list[Wish], at: int) -> list[JSON]:
    """A credit for the rest of what was, and the price of the rest of what comes."""
    start, end = period(sub)
    left, whole = end - at, end - start
    lines, gone = [], {item["id"]: item for item in sub["items"]["data"]}
    for item, price, quantity in wanted_items:
        same = item is not None and item["price"]["id"] == price["id"] and item.get("quantity") == quantity
        if item is not None and same:
            gone.pop(item["id"])
        elif quantity is not None:
            amount = share(price_of(price, quantity), left, whole)
            name = book.get("product", price["product"])["name"]
            row = item or sub["items"]["data"][0]
            lines.append(
                invoices.line(
                    book, price, amount=amount, quantity=quantity, start=at, end=end,
                    description=f"Remaining time on {name}", item=row, proration=True,
                )
            )  # fmt: skip
    for item in gone.values():
        if "quantity" in item and sub["status"] != "trialing":
            price = item["price"]
            amount = -share(price_of(price, item["quantity"]), left, whole)
            name = book.get("product", price["product"])["name"]
            lines.insert(
                0,
                invoices.line(
                    book, price, amount=amount, quantity=item["quantity"], start=at, end=end,
                    description=f"Unused time on {name}", item=item, proration=True,
                ),
            )  # fmt: skip
    return lines


def last_use(book: Book, sub: JSON, wanted_items: list[Wish], told_before: int) -> list[JSON]:
    """Use that is not billed yet, of items that go or get another price: at the price it was reported at
    (https://docs.stripe.com/changelog/basil/2025-06-30/billing-mode)."""
    stay = {item["id"] for item, price, _ in wanted_items if item is not None and item["price"]["id"] == price["id"]}
    start, end = period(sub)
    lines = []
    for item in sub["items"]["data"]:
        if item["id"] not in stay and is_metered(item["price"]):
            lines.append(use_line(book, sub, item, (start, end), told_before))
    return [one for one in lines if one["quantity"]]


def new_interval(sub: JSON, wanted_items: list[Wish]) -> JSON | None:
    """The recurring part of the new price where its period is another than now."""
    now = sub["items"]["data"][0]["price"]["recurring"]
    for _item_row, price, quantity in wanted_items:
        then = price["recurring"]
        if quantity is not None and (then["interval"], then["interval_count"]) != (
            now["interval"],
            now["interval_count"],
        ):
            return dict(then)
    return None


def switch(book: Book, sub: JSON, asked: list[Any], values: JSON) -> None:
    behaviour = values.get("proration_behavior") or "create_prorations"
    if behaviour not in BEHAVIOURS:
        raise wrong("proration_behavior", f"Invalid proration_behavior: {behaviour}", "parameter_invalid")
    wishes, now = planned(book, sub, asked), book.now
    if not wishes:
        raise wrong("items", "A subscription must have at least one item.", "parameter_invalid")
    anew = new_interval(sub, wishes)
    lines = [] if behaviour == "none" or sub["status"] == "trialing" else proration_lines(book, sub, wishes, now)
    lines += last_use(book, sub, wishes, meters.next_number(book))
    kept = [dict(item) for item in sub["items"]["data"]]
    start, end = period(sub)
    if anew and sub["status"] != "trialing":
        # Another interval begins a new period now; only what was not used is given back.
        lines = [one for one in lines if one["amount"] < 0 or "_told" in one]
        start, end = now, shifted(now, anew["interval"], anew["interval_count"])
        sub["billing_cycle_anchor"] = now
    apply_items(book, sub, wishes, start, end, since=now)
    if anew and sub["status"] != "trialing":
        lines += period_lines(book, sub, usage=None)
        behaviour = "always_invoice"
    if not lines:
        return
    if behaviour == "create_prorations":
        # They wait for the next invoice.
        sub.setdefault("_pending", []).extend(lines)
        return
    invoice = bill(book, sub, lines, "subscription_update", (now, end))
    why = invoices.try_to_pay(book, invoice)
    if why and values.get("payment_behavior") in ("error_if_incomplete", "pending_if_incomplete"):
        sub["items"]["data"] = kept
        for item in kept:
            book.kinds["subscription_item"][item["id"]] = item
        invoices.give_up(book, invoice, "void")
        raise invoices.refuse(why, invoice)
    if why:
        move(book, sub, "past_due")


def apply_items(book: Book, sub: JSON, wishes: list[Wish], start: int, end: int, *, since: int) -> None:
    """The items are these from now on."""
    rows = []
    for item, price, quantity in wishes:
        row = item or new_item(book, sub, price, quantity, (start, end))
        if item is None or item["price"]["id"] != price["id"]:
            row.update(_since=since, _first=meters.next_number(book))
        row.update(price=price, current_period_start=start, current_period_end=end)
        if quantity is None:
            row.pop("quantity", None)
        else:
            row["quantity"] = quantity
        rows.append(row)
    sub["items"]["data"], sub["items"]["total_count"] = rows, len(rows)
