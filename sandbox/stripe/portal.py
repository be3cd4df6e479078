"""The customer portal: cards, invoices, cancelling and coming back, at a hosted page."""

from sandbox.asgi import JSON
from sandbox.stripe import customers, invoices, subscriptions
from sandbox.stripe.book import Book
from sandbox.stripe.checkout import setup
from sandbox.stripe.clockwork import paid
from sandbox.stripe.errors import StripeError
from sandbox.stripe.forms import inner, text

LIVES_S = 3600


def begin(book: Book, values: JSON) -> JSON:
    """POST /v1/billing_portal/sessions. Raises StripeError."""
    customer = book.get("customer", text(values, "customer"))
    pk = book.new_id("billing_portal.session")
    return book.add(
        "billing_portal.session",
        {
            "configuration": values.get("configuration") or default_configuration(book)["id"],
            "customer": customer["id"],
            "customer_account": None,
            "flow": inner(values, "flow_data") or None,
            "locale": values.get("locale"),
            "on_behalf_of": None,
            "return_url": values.get("return_url"),
            "url": f"{book.base}/stripe/pages/portal/{pk}",
            "_until": book.now + LIVES_S,
        },
        pk,
    )


def default_configuration(book: Book) -> JSON:
    """What the portal offers, made when first asked for."""
    for one in book.all("billing_portal.configuration", is_default=True):
        return one
    return book.add(
        "billing_portal.configuration",
        {
            "active": True,
            "application": None,
            "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
            "default_return_url": None,
            "features": {
                "customer_update": {"allowed_updates": ["email", "tax_id"], "enabled": True},
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end", "proration_behavior": "none"},
                "subscription_update": {"enabled": False},
            },
            "is_default": True,
            "login_page": {"enabled": False, "url": None},
            "metadata": {},
            "name": None,
            "updated": book.now,
        },
    )


def act(book: Book, session: JSON, form: JSON) -> None:
    """What was pressed at the page. Raises StripeError."""
    if session["_until"] < book.now:
        raise StripeError("This session has expired.")
    customer = book.get("customer", session["customer"])
    said = str(form.get("act") or "")
    if said == "card":
        _add_card(book, customer, form)
    elif said == "default":
        customers.change_customer(
            book, customer["id"], {"invoice_settings": {"default_payment_method": str(form.get("id"))}}
        )
    elif said == "remove":
        if book.get("payment_method", form.get("id"))["customer"] == customer["id"]:
            customers.detach(book, str(form["id"]))
    elif said in ("cancel", "resume"):
        sub = book.get("subscription", form.get("id"))
        if sub["customer"] == customer["id"]:
            wish = "true" if said == "cancel" else "false"
            subscriptions.change_subscription(book, sub["id"], {"cancel_at_period_end": wish})
    elif said == "pay":
        invoice = book.get("invoice", form.get("id"))
        if invoice["customer"] == customer["id"]:
            pay(book, invoice)


def pay(book: Book, invoice: JSON) -> None:
    """Somebody pays an open invoice at a page, and proves the card where the bank asks. Raises StripeError."""
    if why := invoices.try_to_pay(book, invoice, is_present=True):
        raise invoices.refuse(why, invoice)
    if sub := book.find("subscription", invoice["_sub"]):
        paid(book, sub)


def _add_card(book: Book, customer: JSON, form: JSON) -> None:
    method = customers.entered(book, str(form.get("card") or ""), str(form.get("name") or ""))
    customers.attach(book, method["id"], customer["id"])
    method["_proved"] = True
    setup(book, customer, method)
    customers.change_customer(book, customer["id"], {"invoice_settings": {"default_payment_method": method["id"]}})
    # A subscription that named the old card would go on with it.
    for sub in book.all("subscription", customer=customer["id"]):
        if sub["default_payment_method"] and sub["status"] in subscriptions.LIVING:
            sub["default_payment_method"] = method["id"]
            book.happened("customer.subscription.updated", sub, before={"default_payment_method": None})
