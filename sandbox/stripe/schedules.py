"""Subscription schedules: what a subscription becomes at the end of its period (a downgrade)."""

from sandbox.asgi import JSON
from sandbox.stripe import meters, periods, prorating
from sandbox.stripe.book import Book
from sandbox.stripe.calendar import shifted
from sandbox.stripe.errors import StripeError, wanted, wrong
from sandbox.stripe.forms import inner, number, several, text


def begin(book: Book, values: JSON) -> JSON:
    """POST /v1/subscription_schedules with `from_subscription`. Raises StripeError."""
    sub = book.get("subscription", text(values, "from_subscription"))
    if sub["schedule"]:
        raise StripeError(
            "You cannot migrate a subscription that is already attached to a schedule.", code="resource_already_exists"
        )
    start, end = periods.period(sub)
    made = book.add(
        "subscription_schedule",
        {
            "application": None,
            "billing_mode": sub["billing_mode"],
            "canceled_at": None,
            "completed_at": None,
            "current_phase": {"start_date": start, "end_date": end},
            "customer": sub["customer"],
            "customer_account": None,
            "default_settings": {"billing_cycle_anchor": "automatic", "collection_method": "charge_automatically"},
            "end_behavior": "release",
            "metadata": dict(inner(values, "metadata")),
            "phases": [
                _phase(
                    sub["currency"],
                    [{"price": item["price"]["id"], "quantity": item.get("quantity")} for item in sub["items"]["data"]],
                    start,
                    end,
                )
            ],
            "released_at": None,
            "released_subscription": None,
            "status": "active",
            "subscription": sub["id"],
            "test_clock": None,
        },
    )
    sub["schedule"] = made["id"]
    book.happened("subscription_schedule.created", made)
    book.happened("customer.subscription.updated", sub, before={"schedule": None})
    return made


def _phase(currency: str, items: list[JSON], start: int, end: int, metadata: JSON | None = None) -> JSON:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": {},
                "price": one["price"],
                "tax_rates": [],
                **({"quantity": one["quantity"]} if one.get("quantity") is not None else {}),
            }
            for one in items
        ],
        "metadata": dict(metadata or {}),
        "on_behalf_of": None,
        "proration_behavior": "none",
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }


def change(book: Book, pk: str, values: JSON) -> JSON:
    """POST /v1/subscription_schedules/{id}: its phases anew; the first is the running one. Raises StripeError."""
    schedule = _living(book, pk)
    sub = book.get("subscription", schedule["subscription"])
    if "end_behavior" in values:
        if values["end_behavior"] not in ("release", "cancel"):
            raise wrong("end_behavior", f"Invalid end_behavior: {values['end_behavior']}", "parameter_invalid")
        schedule["end_behavior"] = values["end_behavior"]
    if asked := several(values, "phases"):
        schedule["phases"] = _phases(book, sub, asked)
    schedule["metadata"].update(inner(values, "metadata"))
    book.happened("subscription_schedule.updated", schedule)
    return schedule


def _phases(book: Book, sub: JSON, asked: list[JSON]) -> list[JSON]:
    period_start, period_end = periods.period(sub)
    phases: list[JSON] = []
    for index, one in enumerate(asked):
        items = []
        for wish in several(one, "items"):
            price = book.get("price", text(wish, "price"))
            metered = price["recurring"]["usage_type"] == "metered"
            items.append({"price": price["id"], "quantity": None if metered else number(wish, "quantity", 1)})
        if not items:
            raise wanted(f"phases[{index}][items]")
        start = phases[-1]["end_date"] if phases else period_start
        recurring = book.get("price", items[0]["price"])["recurring"]
        duration = inner(one, "duration")
        if duration:
            end = shifted(start, str(duration["interval"]), number(duration, "interval_count", 1) or 1)
        elif one.get("end_date"):
            end = number(one, "end_date") or 0
        elif not phases:
            end = period_end
        else:
            times = number(one, "iterations", 1) or 1
            end = shifted(start, recurring["interval"], recurring["interval_count"] * times)
        if end <= start:
            raise wrong(
                f"phases[{index}][end_date]", "The end of a phase must be after its start.", "parameter_invalid"
            )
        phases.append(_phase(sub["currency"], items, start, end, inner(one, "metadata")))
    return phases


def release(book: Book, pk: str) -> JSON:
    """POST /v1/subscription_schedules/{id}/release: the subscription goes on as it is."""
    schedule = _living(book, pk)
    sub = book.get("subscription", schedule["subscription"])
    schedule.update(status="released", released_at=book.now, released_subscription=sub["id"], current_phase=None)
    schedule["subscription"], sub["schedule"] = None, None
    book.happened("subscription_schedule.released", schedule)
    book.happened("customer.subscription.updated", sub, before={"schedule": pk})
    return schedule


def _living(book: Book, pk: str) -> JSON:
    schedule = book.get("subscription_schedule", pk)
    if schedule["status"] not in ("active", "not_started"):
        raise StripeError(f"This schedule is {schedule['status']}.", code="resource_invalid_state")
    return schedule


def step(book: Book, sub: JSON) -> None:
    """A period is over: the phase that begins now decides the items of the next one, without proration."""
    schedule = book.find("subscription_schedule", sub["schedule"])
    if schedule is None or schedule["status"] != "active":
        return
    start, end = periods.period(sub)
    for phase in schedule["phases"]:
        if phase["start_date"] <= end < phase["end_date"]:
            schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
            _apply(book, sub, phase, start, end)
            sub["metadata"].update(phase["metadata"])
            book.happened("subscription_schedule.updated", schedule)
            break
    else:
        if schedule["end_behavior"] == "cancel":
            sub["cancel_at_period_end"] = True
            return
    if end >= schedule["phases"][-1]["start_date"] and schedule["end_behavior"] == "release":
        # The last phase runs: nothing is left to be planned.
        schedule.update(status="released", released_at=end, released_subscription=sub["id"], current_phase=None)
        schedule["subscription"], sub["schedule"] = None, None
        book.happened("subscription_schedule.released", schedule)


def _apply(book: Book, sub: JSON, phase: JSON, start: int, end: int) -> None:
    rows = list(sub["items"]["data"])
    wishes: list[prorating.Wish] = []
    for one in phase["items"]:
        price = book.get("price", one["price"])
        metered = price["recurring"]["usage_type"] == "metered"
        same = next((row for row in rows if row["price"]["id"] == price["id"]), None) or next(
            (row for row in rows if (row["price"]["recurring"]["usage_type"] == "metered") == metered), None
        )
        if same is not None:
            rows.remove(same)
        wishes.append((same, price, one.get("quantity")))
    # It is on the bill of the period that ends now, which is a draft for an hour yet.
    sub.setdefault("_pending", []).extend(prorating.last_use(book, sub, wishes, meters.ALWAYS[1]))
    prorating.apply_items(book, sub, wishes, start, end, since=end)
