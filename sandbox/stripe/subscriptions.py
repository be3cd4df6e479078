"""Subscriptions: begun, changed with or without proration, renewed, unpaid, ended."""

from sandbox.asgi import JSON
from sandbox.stripe import invoices
from sandbox.stripe.book import Book, listed
from sandbox.stripe.calendar import DAY_S, following, shifted
from sandbox.stripe.catalogue import change
from sandbox.stripe.errors import StripeError, wanted, wrong
from sandbox.stripe.forms import flag, inner, number, several, text
from sandbox.stripe.periods import bill, is_metered, move, new_item, period, period_lines, set_period
from sandbox.stripe.prorating import switch

TELL_TRIAL_END_S = 3 * DAY_S
LIVING = ("trialing", "active", "past_due", "unpaid", "paused")

# Fields that are there and empty.
_NULLS = (
    "application",
    "application_fee_percent",
    "billing_cycle_anchor_config",
    "billing_thresholds",
    "cancel_at",
    "canceled_at",
    "customer_account",
    "days_until_due",
    "default_source",
    "description",
    "ended_at",
    "latest_invoice",
    "next_pending_invoice_item_invoice",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "pending_setup_intent",
    "pending_update",
    "schedule",
    "test_clock",
    "transfer_data",
)


def begin(book: Book, customer: JSON, values: JSON, *, is_present: bool = False) -> JSON:
    """POST /v1/subscriptions, and what a finished Checkout makes. Raises StripeError."""
    wishes = _wishes(book, values)
    trial_days = number(values, "trial_period_days")
    trial_end = number(values, "trial_end") or (book.now + trial_days * DAY_S if trial_days else None)
    now = book.now
    first = wishes[0][0]["recurring"]
    end = trial_end or shifted(now, first["interval"], first["interval_count"])
    sub = book.add("subscription", _blank(customer, values, wishes[0][0]["currency"], now, trial_end))
    sub["billing_cycle_anchor"] = trial_end or now
    sub["items"] = listed(
        [new_item(book, sub, price, quantity, (now, end)) for price, quantity in wishes],
        f"/v1/subscription_items?subscription={sub['id']}",
    )
    if coupon := values.get("_coupon"):
        sub["discounts"] = [discount(book, sub, coupon)]
    book.happened("customer.subscription.created", sub)
    invoice = bill(book, sub, period_lines(book, sub, usage=None), "subscription_create", (now, end))
    why = invoices.try_to_pay(book, invoice, is_present=is_present)
    if why and values.get("payment_behavior") == "error_if_incomplete":
        raise invoices.refuse(why, invoice)
    if sub["status"] != "trialing":
        move(book, sub, "incomplete" if why else "active")
    return sub


def _blank(customer: JSON, values: JSON, currency: str, now: int, trial_end: int | None) -> JSON:
    nothing = dict.fromkeys(_NULLS)
    return {
        **nothing,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        # What new ones have since 2025-09-30.
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": None},
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": currency,
        "customer": customer["id"],
        "default_payment_method": values.get("default_payment_method") or None,
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "metadata": dict(inner(values, "metadata")),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": now,
        "status": "trialing" if trial_end else "incomplete",
        "trial_end": trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": now if trial_end else None,
    }


def _wishes(book: Book, values: JSON) -> list[tuple[JSON, int | None]]:
    """The prices and quantities of `items`. Raises StripeError."""
    asked = several(values, "items")
    if not asked:
        raise wanted("items")
    wishes = []
    for index, one in enumerate(asked):
        price = book.get("price", text(one, "price"))
        if not price["recurring"]:
            raise wrong(f"items[{index}][price]", "The price is not recurring.", "price_not_recurring")
        metered = price["recurring"]["usage_type"] == "metered"
        wishes.append((price, None if metered else number(one, "quantity", 1)))
    return wishes


def discount(book: Book, sub: JSON, coupon: JSON) -> str:
    """A coupon as this subscription has it."""
    months = coupon["duration_in_months"] if coupon["duration"] == "repeating" else None
    made = book.add(
        "discount",
        {
            "checkout_session": None,
            "customer": sub["customer"],
            "customer_account": None,
            "end": shifted(book.now, "month", months) if months else None,
            "invoice": None,
            "invoice_item": None,
            "promotion_code": None,
            "source": {"type": "coupon", "coupon": coupon["id"]},
            "start": book.now,
            "subscription": sub["id"],
            "subscription_item": None,
        },
    )
    del made["created"], made["livemode"]
    return str(made["id"])


def change_subscription(book: Book, pk: str, values: JSON) -> JSON:
    """POST /v1/subscriptions/{id}: plan, cancellation, payment method, trial end, metadata. Raises StripeError."""
    sub = book.get("subscription", pk)
    if sub["status"] in ("canceled", "incomplete_expired"):
        raise StripeError(
            "A canceled subscription can only update its cancellation_details and metadata.", code="resource_missing"
        )
    before = change(sub, values, ("default_payment_method", "description"))
    if "cancel_at_period_end" in values:
        before.update(_cancel_later(book, sub, flag(values, "cancel_at_period_end")))
    if "pause_collection" in values:
        before["pause_collection"], sub["pause_collection"] = sub["pause_collection"], _pause(values)
    if values.get("trial_end") == "now" and sub["status"] == "trialing":
        sub["trial_end"] = book.now
        set_period(sub, period(sub)[0], book.now)
    if asked := several(values, "items"):
        before["items"] = {"object": "list", "data": [dict(item) for item in sub["items"]["data"]]}
        switch(book, sub, asked, values)
    if values.get("_coupon"):
        sub["discounts"] = [discount(book, sub, values["_coupon"])]
    if before:
        book.happened("customer.subscription.updated", sub, before=before)
    return sub


def _pause(values: JSON) -> JSON | None:
    """As it is asked for; empty unsets it. Raises StripeError."""
    asked = inner(values, "pause_collection")
    if asked and asked.get("behavior") != "void":
        said = f"The sandbox voids alone, not {asked.get('behavior')}."
        raise wrong("pause_collection[behavior]", said, "parameter_invalid")
    return {"behavior": "void", "resumes_at": None} if asked else None


def _cancel_later(book: Book, sub: JSON, wish: bool) -> JSON:
    if wish == sub["cancel_at_period_end"]:
        return {}
    before = {"cancel_at_period_end": not wish, "cancel_at": sub["cancel_at"], "canceled_at": sub["canceled_at"]}
    sub["cancel_at_period_end"] = wish
    sub["cancel_at"] = period(sub)[1] if wish else None
    sub["canceled_at"] = book.now if wish else None
    sub["cancellation_details"]["reason"] = "cancellation_requested" if wish else None
    return before


def end_now(book: Book, sub: JSON, reason: str) -> JSON:
    """DELETE /v1/subscriptions/{id}, and the end of what nobody paid."""
    if sub["status"] == "canceled":
        raise StripeError(f"No such subscription: '{sub['id']}'", code="resource_missing", status=404)
    sub.update(status="canceled", ended_at=book.now, canceled_at=sub["canceled_at"] or book.now, cancel_at=None)
    sub["cancellation_details"]["reason"] = sub["cancellation_details"]["reason"] or reason
    schedule = book.find("subscription_schedule", sub["schedule"])
    if schedule:
        schedule.update(status="canceled", canceled_at=book.now)
        sub["schedule"] = None
    book.happened("customer.subscription.deleted", sub)
    return sub


def renew(book: Book, sub: JSON) -> JSON | None:
    """The period is over: the next one begins with a draft. Returns it, or None where the subscription has ended."""
    start, end = period(sub)
    if sub["cancel_at_period_end"]:
        last = _last_usage(book, sub, start, end)
        end_now(book, sub, "cancellation_requested")
        return last
    recurring = sub["items"]["data"][0]["price"]["recurring"]
    was_trial = sub["status"] == "trialing"
    anchor = end if was_trial else sub["billing_cycle_anchor"]
    nxt = following(anchor, recurring["interval"], recurring["interval_count"], end)
    before: JSON = {"items": {"object": "list", "data": [dict(item) for item in sub["items"]["data"]]}}
    set_period(sub, end, nxt)
    if was_trial:
        sub["status"], sub["billing_cycle_anchor"] = "active", end
        before["status"] = "trialing"
    lines = period_lines(book, sub, usage=None if was_trial else (start, end)) + sub.pop("_pending", [])
    book.happened("customer.subscription.updated", sub, before=before)
    customer = book.get("customer", sub["customer"])
    _end_discounts(book, sub)
    values = invoices.build(book, customer, sub, lines, "subscription_cycle", start=start, end=end)
    return invoices.keep(book, values, draft_s=invoices.DRAFT_S)


def _end_discounts(book: Book, sub: JSON) -> None:
    for pk in list(sub["discounts"]):
        found = book.get("discount", pk)
        coupon = book.find("coupon", found["source"]["coupon"])
        is_used = coupon is not None and coupon["duration"] == "once"
        if is_used or (found["end"] and found["end"] <= book.now):
            sub["discounts"].remove(pk)


def _last_usage(book: Book, sub: JSON, start: int, end: int) -> JSON | None:
    """What was used in the last period is billed, too."""
    lines = [
        one for one in period_lines(book, sub, usage=(start, end)) if one["period"]["end"] == end and one["amount"]
    ]
    lines = [
        one
        for one in lines
        if one["period"]["start"] == start and one["pricing"]["price_details"]["price"] in _metered(sub)
    ]
    lines += sub.pop("_pending", [])
    if not lines:
        return None
    customer = book.get("customer", sub["customer"])
    values = invoices.build(book, customer, sub, lines, "subscription_cycle", start=start, end=end)
    return invoices.keep(book, values, draft_s=invoices.DRAFT_S)


def _metered(sub: JSON) -> set[str]:
    rows = sub["items"]["data"]
    return {item["price"]["id"] for item in rows if is_metered(item["price"])}
