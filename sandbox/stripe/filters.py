"""What a list is narrowed by, beside fields that are equal."""

from collections.abc import Callable

from sandbox.asgi import JSON
from sandbox.stripe.forms import flag, inner, several


def narrowed(kind: str, rows: list[JSON], values: JSON) -> list[JSON]:
    """Those that the query asks for."""
    if "active" in values:
        rows = [row for row in rows if row.get("active") is flag(values, "active")]
    if kind == "price" and (keys := several(values, "lookup_keys")):
        rows = [row for row in rows if row["lookup_key"] in keys]
    if kind == "invoice_payment" and (intent := inner(values, "payment").get("payment_intent")):
        rows = [row for row in rows if row["payment"]["payment_intent"] == intent]
    return since(rows, values)


def since(rows: list[JSON], values: JSON) -> list[JSON]:
    """Those made in the time of `created`."""
    created = values.get("created")
    if not isinstance(created, dict):
        return rows
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__,
    }  # fmt: skip
    return [
        row
        for row in rows
        if all(tests[name](row["created"], int(at)) for name, at in created.items() if name in tests)
    ]
