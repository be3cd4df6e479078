"""Usage that is billed: events of a meter, each once by its identifier, summed for a period."""

from decimal import Decimal, InvalidOperation

from sandbox.asgi import JSON
from sandbox.stripe.book import Book, listed
from sandbox.stripe.errors import StripeError, missing, wanted, wrong
from sandbox.stripe.forms import inner, number, text

OLDEST_S = 35 * 86_400
AHEAD_S = 300
ALWAYS = (0, 2**62)


def add_event(book: Book, values: JSON) -> JSON:
    """POST /v1/billing/meter_events. Raises StripeError; the same identifier twice within a day is refused."""
    name = text(values, "event_name")
    meters = [one for one in book.all("billing.meter", event_name=name) if one["status"] == "active"]
    if not meters:
        raise StripeError(
            f"No active meter found for event name: {name}", code="no_meter", param="event_name", status=404
        )
    payload = inner(values, "payload")
    customer = payload.get("stripe_customer_id")
    if not customer:
        raise wanted("payload[stripe_customer_id]")
    if not book.find("customer", customer):
        raise missing("customer", str(customer)[:80])
    try:
        value = Decimal(str(payload.get("value", "1")))
    except InvalidOperation:
        raise wrong("payload[value]", "Invalid value", "parameter_invalid") from None
    if value != value.to_integral_value():
        raise wrong("payload[value]", "The value must be a whole number.", "parameter_invalid")
    at = number(values, "timestamp", book.now) or book.now
    if not book.now - OLDEST_S <= at <= book.now + AHEAD_S:
        raise wrong(
            "timestamp", "The timestamp must be within the past 35 days or 5 minutes ahead.", "timestamp_out_of_range"
        )
    identifier = str(values.get("identifier") or book.new_id("billing.meter_event"))
    place = f"{name} {identifier}"
    if book.find("billing.meter_event", place):
        raise StripeError(
            f"An event already exists with identifier {identifier}.", code="duplicate_meter_event", param="identifier"
        )
    made = book.add(
        "billing.meter_event",
        {
            "event_name": name,
            "identifier": identifier,
            "payload": {"stripe_customer_id": customer, "value": str(value)},
            "timestamp": at,
            "_number": book.count("use"),
        },
        place,
    )
    # Meter events have no id of their own.
    return {name: inner for name, inner in made.items() if name != "id"}


def next_number(book: Book) -> int:
    """Of the report that comes next."""
    return book.counters.get("use", 0) + 1


def used(book: Book, meter: JSON, customer: str, span: tuple[int, int], told: tuple[int, int] = ALWAYS) -> int:
    """What a customer used from the first instant of `span` until before the other, of the reports that are numbered
    from the first of `told` until before the other."""
    values = [
        int(Decimal(one["payload"]["value"]))
        for one in book.all("billing.meter_event", event_name=meter["event_name"])
        if one["payload"]["stripe_customer_id"] == customer
        and span[0] <= one["timestamp"] < span[1]
        and told[0] <= one.get("_number", 0) < told[1]
    ]
    formula = meter["default_aggregation"]["formula"]
    if formula == "count":
        return len(values)
    return (values[-1] if values else 0) if formula == "last" else sum(values)


def summaries(book: Book, pk: str, query: JSON) -> JSON:
    """GET /v1/billing/meters/{id}/event_summaries: one for the whole time asked for."""
    meter = book.get("billing.meter", pk)
    start, end = number(query, "start_time"), number(query, "end_time")
    if start is None or end is None:
        raise wanted("start_time" if start is None else "end_time")
    row = {
        "id": f"mtrusg_{pk[-12:]}{start}",
        "object": "billing.meter_event_summary",
        "aggregated_value": float(used(book, meter, text(query, "customer"), (start, end))),
        "end_time": end,
        "livemode": False,
        "meter": pk,
        "start_time": start,
    }
    return listed([row], f"/v1/billing/meters/{pk}/event_summaries")
