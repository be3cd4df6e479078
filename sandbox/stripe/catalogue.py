"""Products, prices, coupons, promotion codes and meters."""

from decimal import Decimal, InvalidOperation

from sandbox.asgi import JSON
from sandbox.stripe.book import Book
from sandbox.stripe.errors import missing, wanted, wrong
from sandbox.stripe.forms import flag, inner, number, several, text

INTERVALS = ("day", "week", "month", "year")
CURRENCIES = frozenset({"brl", "usd", "eur", "ars", "clp", "cop", "mxn", "pen", "uyu", "gbp"})


def currency_of(values: JSON) -> str:
    """Three small letters. Raises StripeError."""
    said = text(values, "currency").lower()
    if said not in CURRENCIES:
        raise wrong("currency", f"Invalid currency: {said}", "parameter_invalid")
    return said


def make_product(book: Book, values: JSON) -> JSON:
    """POST /v1/products."""
    pk = str(values.get("id") or "")
    if pk and book.find("product", pk):
        raise wrong("id", f"Product already exists: {pk}", "resource_already_exists")
    return book.add(
        "product",
        {
            "active": flag(values, "active", True),
            "attributes": [],
            "default_price": None,
            "description": values.get("description"),
            "images": [],
            "marketing_features": [],
            "metadata": dict(inner(values, "metadata")),
            "name": text(values, "name"),
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": None,
            "tax_code": None,
            "type": "service",
            "unit_label": values.get("unit_label"),
            "updated": book.now,
            "url": None,
        },
        pk,
    )


def make_price(book: Book, values: JSON) -> JSON:
    """POST /v1/prices. Raises StripeError."""
    if product_data := inner(values, "product_data"):
        product = make_product(book, product_data)["id"]
    else:
        product = book.get("product", text(values, "product"))["id"]
    amount = _decimal(values)
    recurring = _recurring(book, inner(values, "recurring")) if values.get("recurring") else None
    key = values.get("lookup_key")
    if key and book.all("price", lookup_key=key):
        if not flag(values, "transfer_lookup_key"):
            raise wrong("lookup_key", f"A price already uses that lookup key: {key}", "resource_already_exists")
        for other in book.all("price", lookup_key=key):
            other["lookup_key"] = None
    # Whoever gives a name finds the price by it: a configuration can be written before the sandbox starts.
    named = f"price_{key}" if key and not book.find("price", f"price_{key}") else ""
    return book.add(
        "price",
        {
            "active": flag(values, "active", True),
            "billing_scheme": "per_unit",
            "currency": currency_of(values),
            "custom_unit_amount": None,
            "lookup_key": key,
            "metadata": dict(inner(values, "metadata")),
            "nickname": values.get("nickname"),
            "product": product,
            "recurring": recurring,
            "tax_behavior": values.get("tax_behavior") or "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": int(amount) if amount == int(amount) else None,
            "unit_amount_decimal": f"{amount.normalize():f}",
        },
        named,
    )


def _decimal(values: JSON) -> Decimal:
    said = values.get("unit_amount_decimal") or values.get("unit_amount")
    if said is None or said == "":
        raise wanted("unit_amount")
    try:
        amount = Decimal(str(said))
    except InvalidOperation:
        raise wrong("unit_amount", f"Invalid decimal: {said}", "parameter_invalid") from None
    if not amount.is_finite() or amount < 0:
        raise wrong("unit_amount", "unit_amount must be 0 or more", "parameter_invalid")
    return amount


def _recurring(book: Book, values: JSON) -> JSON:
    interval = text(values, "interval")
    if interval not in INTERVALS:
        raise wrong("recurring[interval]", f"Invalid interval: {interval}", "parameter_invalid")
    usage = values.get("usage_type") or "licensed"
    meter = values.get("meter")
    if usage == "metered":
        if not meter:
            raise wanted("recurring[meter]")
        book.get("billing.meter", meter)
    return {
        "interval": interval,
        "interval_count": number(values, "interval_count", 1),
        "meter": meter,
        "trial_period_days": None,
        "usage_type": usage,
    }


def make_coupon(book: Book, values: JSON) -> JSON:
    """POST /v1/coupons. Raises StripeError."""
    percent, amount = values.get("percent_off"), number(values, "amount_off")
    if (percent is None) == (amount is None):
        raise wrong("percent_off", "You must provide one of percent_off and amount_off.", "parameter_missing")
    duration = values.get("duration") or "once"
    if duration not in ("once", "repeating", "forever"):
        raise wrong("duration", f"Invalid duration: {duration}", "parameter_invalid")
    return book.add(
        "coupon",
        {
            "amount_off": amount,
            "currency": currency_of(values) if amount is not None else None,
            "duration": duration,
            "duration_in_months": number(values, "duration_in_months"),
            "max_redemptions": number(values, "max_redemptions"),
            "metadata": dict(inner(values, "metadata")),
            "name": values.get("name"),
            "percent_off": float(percent) if percent is not None else None,
            "redeem_by": number(values, "redeem_by"),
            "times_redeemed": 0,
            "valid": True,
        },
        str(values.get("id") or ""),
    )


def make_promotion_code(book: Book, values: JSON) -> JSON:
    """POST /v1/promotion_codes. Raises StripeError."""
    promotion = inner(values, "promotion")
    coupon = book.get("coupon", promotion.get("coupon") or values.get("coupon"))
    code = str(values.get("code") or f"CAD{book.count('code'):05}")
    if any(one["code"].lower() == code.lower() and one["active"] for one in book.all("promotion_code")):
        raise wrong("code", "An active promotion code with that code already exists.", "resource_already_exists")
    return book.add(
        "promotion_code",
        {
            "active": True,
            "code": code,
            "customer": values.get("customer"),
            "expires_at": number(values, "expires_at"),
            "max_redemptions": number(values, "max_redemptions"),
            "metadata": dict(inner(values, "metadata")),
            "promotion": {"type": "coupon", "coupon": coupon["id"]},
            "restrictions": {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None},
            "times_redeemed": 0,
        },
    )


def redeemable(book: Book, code: str) -> JSON:
    """The coupon behind what somebody typed. Raises StripeError."""
    for one in book.all("promotion_code"):
        if one["code"].lower() == code.strip().lower() and one["active"]:
            coupon = book.get("coupon", one["promotion"]["coupon"])
            most, until = one["max_redemptions"] or coupon["max_redemptions"], one["expires_at"] or coupon["redeem_by"]
            if (not most or one["times_redeemed"] < most) and (not until or until > book.now):
                one["times_redeemed"] += 1
                coupon["times_redeemed"] += 1
                return coupon
    raise missing("promotion_code", code[:40])


def taken_off(coupon: JSON | None, amount: int) -> int:
    """How much of an amount a coupon takes off."""
    if coupon is None or amount <= 0:
        return 0
    if coupon["percent_off"] is not None:
        return min(amount, int(Decimal(amount) * Decimal(str(coupon["percent_off"])) / 100 + Decimal("0.5")))
    return min(amount, int(coupon["amount_off"]))


def make_meter(book: Book, values: JSON) -> JSON:
    """POST /v1/billing/meters. Raises StripeError."""
    name = text(values, "event_name")
    if any(one["event_name"] == name and one["status"] == "active" for one in book.all("billing.meter")):
        raise wrong("event_name", f"An active meter already has the event name {name}.", "resource_already_exists")
    formula = inner(values, "default_aggregation").get("formula") or "sum"
    if formula not in ("sum", "count", "last"):
        raise wrong("default_aggregation[formula]", f"Invalid formula: {formula}", "parameter_invalid")
    return book.add(
        "billing.meter",
        {
            "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
            "default_aggregation": {"formula": formula},
            "display_name": text(values, "display_name"),
            "event_name": name,
            "event_time_window": None,
            "status": "active",
            "status_transitions": {"deactivated_at": None},
            "updated": book.now,
            "value_settings": {"event_payload_key": "value"},
        },
    )


def change(row: JSON, values: JSON, names: tuple[str, ...]) -> JSON:
    """Write plain texts and flags that may be changed; metadata are merged, an empty value removes one."""
    before: JSON = {}
    for name in names:
        if name in values:
            new = flag(values, name) if isinstance(row.get(name), bool) else (values[name] or None)
            if new != row.get(name):
                before[name], row[name] = row.get(name), new
    if metadata := inner(values, "metadata"):
        before["metadata"] = dict(row["metadata"])
        for name, value in metadata.items():
            row["metadata"].pop(name, None) if value == "" else row["metadata"].update({name: value})
    return before


def coupons_of(values: JSON) -> list[JSON]:
    """The `discounts` of a request."""
    return [one for one in several(values, "discounts") if isinstance(one, dict)]
