"""Checkout sessions (hosted page): begun by the product, finished by whoever sits at the page."""

from typing import Any

from sandbox.asgi import JSON
from sandbox.stripe import catalogue, customers, invoices, payments, subscriptions
from sandbox.stripe.book import Book
from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.clockwork import paid
from sandbox.stripe.errors import StripeError, wanted, wrong
from sandbox.stripe.forms import flag, inner, number, several, text

MODES = ("subscription", "payment", "setup")
METHODS = ("card", "boleto", "pix")
LIVES_S = 24 * 3600
# A voucher that nobody pays runs out.
VOUCHER_DAYS = 3

# Fields that are there and empty.
_NULLS = (
    "adaptive_pricing",
    "after_expiration",
    "billing_address_collection",
    "client_secret",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer_account",
    "customer_details",
    "invoice",
    "payment_intent",
    "payment_link",
    "payment_method_configuration_details",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "submit_type",
    "subscription",
    "wallet_options",
)


def begin(book: Book, values: JSON) -> JSON:
    """POST /v1/checkout/sessions. Raises StripeError."""
    mode = text(values, "mode")
    if mode not in MODES:
        raise wrong("mode", f"Invalid mode: {mode}", "parameter_invalid")
    kinds = several(values, "payment_method_types") or ["card"]
    if bad := [kind for kind in kinds if kind not in METHODS]:
        raise wrong("payment_method_types", f"Invalid payment_method_types: {bad[0]}", "parameter_invalid")
    if mode == "subscription" and "pix" in kinds:
        raise wrong("payment_method_types", "pix cannot be used with subscription mode.", "parameter_invalid")
    customer = book.get("customer", values["customer"])["id"] if values.get("customer") else None
    rows = [] if mode == "setup" else _rows(book, values, mode)
    subtotal = sum(row["amount"] for row in rows)
    coupons = [one for one in catalogue.coupons_of(values) if one.get("coupon")]
    coupon = book.get("coupon", coupons[0]["coupon"]) if coupons else None
    expires = number(values, "expires_at", book.now + LIVES_S) or 0
    if not book.now + 1800 <= expires <= book.now + LIVES_S + 60:
        raise wrong(
            "expires_at", "The session must expire between 30 minutes and 24 hours from now.", "parameter_invalid"
        )
    pk = book.new_id("checkout.session")
    return book.add(
        "checkout.session",
        {
            **_blank(),
            "allow_promotion_codes": flag(values, "allow_promotion_codes") or None,
            "amount_subtotal": subtotal,
            "amount_total": subtotal - catalogue.taken_off(coupon, subtotal),
            "cancel_url": values.get("cancel_url"),
            "client_reference_id": values.get("client_reference_id"),
            "currency": rows[0]["price"]["currency"] if rows else catalogue.currency_of(values),
            "customer": customer,
            "customer_creation": None if mode == "subscription" or customer else "if_required",
            "customer_email": values.get("customer_email"),
            "discounts": [{"coupon": coupon["id"], "promotion_code": None}] if coupon else [],
            "expires_at": expires,
            "locale": values.get("locale"),
            "metadata": dict(inner(values, "metadata")),
            "mode": mode,
            "payment_method_collection": "always",
            "payment_method_types": kinds,
            "payment_status": "unpaid" if rows else "no_payment_required",
            "success_url": text(values, "success_url"),
            "tax_id_collection": {"enabled": flag(inner(values, "tax_id_collection"), "enabled"), "required": "never"},
            "url": f"{book.base}/stripe/pages/checkout/{pk}",
            "_coupon": coupon["id"] if coupon else None,
            "_rows": [{"price": row["price"]["id"], "quantity": row["quantity"]} for row in rows],
            "_subscription": inner(values, "subscription_data"),
        },
        pk,
    )


def _blank() -> JSON:
    nothing = dict.fromkeys(_NULLS)
    return {
        **nothing,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "invoice_creation": None,
        "origin_context": None,
        "payment_method_options": {},
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
    }


def _rows(book: Book, values: JSON, mode: str) -> list[dict[str, Any]]:
    asked = several(values, "line_items")
    if not asked:
        raise wanted("line_items")
    rows = []
    for index, one in enumerate(asked):
        price = book.get("price", text(one, "price"))
        if mode == "payment" and price["recurring"]:
            raise wrong(
                f"line_items[{index}][price]", "A recurring price cannot be used in payment mode.", "parameter_invalid"
            )
        metered = bool(price["recurring"]) and price["recurring"]["usage_type"] == "metered"
        quantity = None if metered else number(one, "quantity")
        if not metered and quantity is None:
            raise wanted(f"line_items[{index}][quantity]")
        rows.append({"price": price, "quantity": quantity, "amount": 0 if metered else price["unit_amount"] * quantity})
    return rows


def line_items(book: Book, session: JSON) -> list[JSON]:
    """GET /v1/checkout/sessions/{id}/line_items."""
    found = []
    for index, row in enumerate(session["_rows"]):
        price = book.get("price", row["price"])
        amount = (price["unit_amount"] or 0) * (row["quantity"] or 0)
        found.append(
            {
                "id": f"li_{session['id'][-20:]}{index}",
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": price["currency"],
                "description": book.get("product", price["product"])["name"],
                "price": price,
                "quantity": row["quantity"],
            }
        )
    return found


def expire(book: Book, pk: str) -> JSON:
    """POST /v1/checkout/sessions/{id}/expire. Raises StripeError."""
    session = book.get("checkout.session", pk)
    if session["status"] != "open":
        raise StripeError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. It is {session["status"]}.'
        )
    session.update(status="expired", url=None)
    book.happened("checkout.session.expired", session)
    return session


def promote(book: Book, session: JSON, code: str) -> None:
    """Somebody typed a promotion code. Raises StripeError."""
    coupon = catalogue.redeemable(book, code)
    off = catalogue.taken_off(coupon, session["amount_subtotal"])
    session.update(_coupon=coupon["id"], amount_total=session["amount_subtotal"] - off)
    session["total_details"]["amount_discount"] = off
    session["discounts"] = [{"coupon": coupon["id"], "promotion_code": None}]


def finish(book: Book, session: JSON, form: JSON) -> None:
    """Whoever sits at the page has paid by card, and proved it where the bank asks. Raises StripeError: declined."""
    if session["status"] != "open":
        raise StripeError("This session is no longer open.")
    method = customers.entered(book, str(form.get("card") or ""), str(form.get("name") or ""))
    why = payments.refusal(method, is_present=True)
    if why and session["mode"] != "setup" and session["amount_total"]:
        raise invoices.refuse(why, {"id": None})
    customer = _customer(book, session, form)
    customers.attach(book, method["id"], customer["id"])
    method["_proved"] = True
    if not customer["invoice_settings"]["default_payment_method"]:
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    _carry_out(book, session, customer, method)
    session.update(status="complete", url=None)
    session["payment_status"] = "paid" if session["amount_total"] else "no_payment_required"
    book.happened("checkout.session.completed", session)


def _customer(book: Book, session: JSON, form: JSON) -> JSON:
    customer = book.find("customer", session["customer"])
    if customer is None:
        email = session["customer_email"] or form.get("email") or "guest@example.com"
        customer = customers.make_customer(book, {"email": email, "name": form.get("name")})
        session["customer"] = customer["id"]
    tax_ids = []
    if session["tax_id_collection"]["enabled"] and form.get("tax_id"):
        made = customers.add_tax_id(
            book, customer["id"], {"type": form.get("tax_type") or "br_cnpj", "value": form["tax_id"]}
        )
        tax_ids = [{"type": made["type"], "value": made["value"]}]
    session["customer_details"] = {
        "address": customer["address"],
        "business_name": None,
        "email": customer["email"],
        "individual_name": None,
        "name": form.get("name") or customer["name"],
        "phone": customer["phone"],
        "tax_exempt": "none",
        "tax_ids": tax_ids,
    }
    return customer


def _carry_out(book: Book, session: JSON, customer: JSON, method: JSON) -> None:
    if session["mode"] == "setup":
        session["setup_intent"] = setup(book, customer, method)["id"]
    elif session["mode"] == "subscription":
        data = session["_subscription"]
        values = {
            **data,
            "items": session["_rows"],
            "default_payment_method": method["id"],
            "_coupon": book.find("coupon", session["_coupon"]),
        }
        sub = subscriptions.begin(book, customer, values, is_present=True)
        session["subscription"], session["invoice"] = sub["id"], sub["latest_invoice"]
    else:
        intent = payments.begin(book, session["amount_total"], session["currency"], customer["id"], method)
        payments.confirm(book, intent, is_present=True)
        session["payment_intent"] = intent["id"]


def setup(book: Book, customer: JSON, method: JSON) -> JSON:
    """A card that is kept for later."""
    intent = book.add(
        "setup_intent",
        {
            "application": None,
            "automatic_payment_methods": None,
            "cancellation_reason": None,
            "client_secret": None,
            "customer": customer["id"],
            "description": None,
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "mandate": None,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": method["id"],
            "payment_method_options": {},
            "payment_method_types": [method["type"]],
            "single_use_mandate": None,
            "status": "succeeded",
            "usage": "off_session",
        },
    )
    book.happened("setup_intent.succeeded", intent)
    return intent


def promise(book: Book, session: JSON, kind: str, form: JSON) -> JSON:
    """Boleto or Pix was chosen: the session is complete, the money comes later or never. Its intent."""
    if session["status"] != "open" or kind not in session["payment_method_types"] or kind == "card":
        raise StripeError("This session cannot be paid this way.")
    customer = _customer(book, session, form)
    method = book.add(
        "payment_method", {"customer": customer["id"], "type": kind, kind: {}, "billing_details": {}, "metadata": {}}
    )
    if session["mode"] == "subscription":
        values = {
            **session["_subscription"],
            "items": session["_rows"],
            "_coupon": book.find("coupon", session["_coupon"]),
        }
        sub = subscriptions.begin(book, customer, values)
        session["subscription"], session["invoice"] = sub["id"], sub["latest_invoice"]
    intent = payments.begin(book, session["amount_total"], session["currency"], customer["id"], method)
    intent.update(status="requires_action", _session=session["id"], _until=book.now + VOUCHER_DAYS * DAY_S)
    session.update(status="complete", url=None, payment_status="unpaid", payment_intent=intent["id"])
    book.happened("checkout.session.completed", session)
    return intent


def settle(book: Book, intent: JSON, *, is_paid: bool) -> None:
    """The voucher was paid, or ran out."""
    session = book.get("checkout.session", intent["_session"])
    if intent["status"] != "requires_action":
        return
    sub = book.find("subscription", session["subscription"])
    if is_paid:
        payments.confirm(book, intent, is_present=True)
        session["payment_status"] = "paid"
        for invoice in book.all("invoice", _sub=session["subscription"], status="open") if sub else []:
            invoices.mark_paid(book, invoice)
        if sub:
            paid(book, sub)
    else:
        intent["status"] = "requires_payment_method"
        book.happened("payment_intent.payment_failed", intent)
    book.happened(f"checkout.session.async_payment_{'succeeded' if is_paid else 'failed'}", session)
