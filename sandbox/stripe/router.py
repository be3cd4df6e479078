"""`/stripe/v1/…`: who asks, once for each idempotency key, and which act answers."""

import json
import re
from collections.abc import Callable

from sandbox.asgi import JSON, Call
from sandbox.stripe import (
    by_hand,
    catalogue,
    checkout,
    customers,
    invoices,
    meters,
    payments,
    portal,
    preview,
    schedules,
    subscriptions,
)
from sandbox.stripe.book import ACCOUNT, API_VERSION, Book, as_shown, listed
from sandbox.stripe.clockwork import paid
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.events import account
from sandbox.stripe.expanding import expand
from sandbox.stripe.filters import narrowed, since
from sandbox.stripe.forms import read_form, several

BODY_MAX = 256 * 1024


class Asked:
    """One request with what its handler needs."""

    def __init__(self, book: Book, values: JSON, path: str, ids: tuple[str, ...]) -> None:
        self.book, self.values, self.path, self.ids = book, values, path, ids

    @property
    def id(self) -> str:
        """The first id of the address."""
        return self.ids[0]

    def coupon(self) -> JSON:
        """The values, with the coupon that their discounts name."""
        named = [one["coupon"] for one in catalogue.coupons_of(self.values) if one.get("coupon")]
        named += [self.book.get("promotion_code", one["promotion_code"])["promotion"]["coupon"]
                  for one in catalogue.coupons_of(self.values) if one.get("promotion_code")]  # fmt: skip
        return {**self.values, "_coupon": self.book.get("coupon", named[0])} if named else self.values


Act = Callable[[Asked], JSON]
ROUTES: list[tuple[str, re.Pattern[str], Act]] = []


def on(method: str, path: str) -> Callable[[Act], Act]:
    """Register the act of an address; `*` stands for one id."""

    def register(act: Act) -> Act:
        ROUTES.append((method, re.compile("^/v1/" + path.replace("*", "([^/]+)") + "$"), act))
        return act

    return register


def _resource(path: str, kind: str, *filters: str) -> None:
    """Reading one and listing many."""

    def one(asked: Asked) -> JSON:
        return asked.book.get(kind, asked.id)

    def many(asked: Asked) -> JSON:
        rows = asked.book.all(kind, **{name: asked.values[name] for name in filters if asked.values.get(name)})
        return asked.book.page(narrowed(kind, rows, asked.values), asked.values, f"/v1/{path}")

    on("GET", f"{path}/*")(one)
    on("GET", path)(many)


@on("POST", "customers/*")
def _(asked: Asked) -> JSON:
    return customers.change_customer(asked.book, asked.id, asked.values)


@on("POST", "customers")
def _(asked: Asked) -> JSON:
    return customers.make_customer(asked.book, asked.values)


@on("DELETE", "customers/*")
def _(asked: Asked) -> JSON:
    return customers.delete_customer(asked.book, asked.id)


@on("GET", "customers/*/payment_methods")
def _(asked: Asked) -> JSON:
    return customers.methods_of(asked.book, asked.id, asked.values, asked.path)


@on("GET", "payment_methods")
def _(asked: Asked) -> JSON:
    return customers.methods_of(asked.book, str(asked.values.get("customer")), asked.values, asked.path)


@on("POST", "payment_methods/*/attach")
def _(asked: Asked) -> JSON:
    return customers.attach(asked.book, asked.id, str(asked.values.get("customer")))


@on("POST", "payment_methods/*/detach")
def _(asked: Asked) -> JSON:
    return customers.detach(asked.book, asked.id)


@on("GET", "customers/*/tax_ids")
def _(asked: Asked) -> JSON:
    return customers.tax_ids_of(asked.book, asked.id)


@on("POST", "customers/*/tax_ids")
def _(asked: Asked) -> JSON:
    return customers.add_tax_id(asked.book, asked.id, asked.values)


@on("GET", "customers/*/tax_ids/*")
def _(asked: Asked) -> JSON:
    found = asked.book.get("tax_id", asked.ids[1])
    if found["customer"] != asked.id:
        raise missing("tax_id", asked.ids[1])
    return found


@on("DELETE", "customers/*/tax_ids/*")
def _(asked: Asked) -> JSON:
    return customers.drop_tax_id(asked.book, asked.id, asked.ids[1])


@on("POST", "customers/*/balance_transactions")
def _(asked: Asked) -> JSON:
    return customers.add_balance(asked.book, asked.id, asked.values)


@on("GET", "customers/*/balance_transactions")
def _(asked: Asked) -> JSON:
    rows = asked.book.all("customer_balance_transaction", customer=asked.id)
    return asked.book.page(rows, asked.values, asked.path)


@on("POST", "products")
def _(asked: Asked) -> JSON:
    return catalogue.make_product(asked.book, asked.values)


@on("POST", "prices")
def _(asked: Asked) -> JSON:
    return catalogue.make_price(asked.book, asked.values)


@on("POST", "products/*")
def _(asked: Asked) -> JSON:
    row = asked.book.get("product", asked.id)
    catalogue.change(row, asked.values, ("name", "description", "active", "unit_label"))
    return row


@on("POST", "prices/*")
def _(asked: Asked) -> JSON:
    row = asked.book.get("price", asked.id)
    catalogue.change(row, asked.values, ("active", "nickname", "lookup_key"))
    return row


@on("POST", "coupons")
def _(asked: Asked) -> JSON:
    return catalogue.make_coupon(asked.book, asked.values)


@on("DELETE", "coupons/*")
def _(asked: Asked) -> JSON:
    asked.book.get("coupon", asked.id)
    asked.book.remove("coupon", asked.id)
    return {"id": asked.id, "object": "coupon", "deleted": True}


@on("POST", "promotion_codes")
def _(asked: Asked) -> JSON:
    return catalogue.make_promotion_code(asked.book, asked.values)


@on("POST", "billing/meters")
def _(asked: Asked) -> JSON:
    return catalogue.make_meter(asked.book, asked.values)


@on("GET", "billing/meters/*/event_summaries")
def _(asked: Asked) -> JSON:
    return meters.summaries(asked.book, asked.id, asked.values)


@on("POST", "billing/meter_events")
def _(asked: Asked) -> JSON:
    return meters.add_event(asked.book, asked.values)


@on("POST", "checkout/sessions")
def _(asked: Asked) -> JSON:
    return checkout.begin(asked.book, asked.values)


@on("POST", "checkout/sessions/*/expire")
def _(asked: Asked) -> JSON:
    return checkout.expire(asked.book, asked.id)


@on("GET", "checkout/sessions/*/line_items")
def _(asked: Asked) -> JSON:
    return listed(checkout.line_items(asked.book, asked.book.get("checkout.session", asked.id)), asked.path)


@on("POST", "billing_portal/sessions")
def _(asked: Asked) -> JSON:
    return portal.begin(asked.book, asked.values)


@on("POST", "subscriptions")
def _(asked: Asked) -> JSON:
    customer = asked.book.get("customer", asked.values.get("customer"))
    return subscriptions.begin(asked.book, customer, asked.coupon())


@on("POST", "subscriptions/*")
def _(asked: Asked) -> JSON:
    return subscriptions.change_subscription(asked.book, asked.id, asked.coupon())


@on("DELETE", "subscriptions/*")
def _(asked: Asked) -> JSON:
    return subscriptions.end_now(asked.book, asked.book.get("subscription", asked.id), "cancellation_requested")


@on("GET", "subscriptions")
def _(asked: Asked) -> JSON:
    wanted = asked.values.get("status")
    rows = asked.book.all(
        "subscription", **({"customer": asked.values["customer"]} if asked.values.get("customer") else {})
    )
    if wanted != "all":
        rows = [row for row in rows if (row["status"] == wanted if wanted else row["status"] != "canceled")]
    return asked.book.page(since(rows, asked.values), asked.values, asked.path)


@on("POST", "subscription_schedules")
def _(asked: Asked) -> JSON:
    return schedules.begin(asked.book, asked.values)


@on("POST", "subscription_schedules/*/release")
def _(asked: Asked) -> JSON:
    return schedules.release(asked.book, asked.id)


@on("POST", "subscription_schedules/*")
def _(asked: Asked) -> JSON:
    return schedules.change(asked.book, asked.id, asked.values)


@on("POST", "invoices/create_preview")
def _(asked: Asked) -> JSON:
    return preview.preview(asked.book, asked.values)


@on("POST", "invoices")
def _(asked: Asked) -> JSON:
    return by_hand.begin(asked.book, asked.values)


@on("POST", "invoiceitems")
def _(asked: Asked) -> JSON:
    return by_hand.add_item(asked.book, asked.values)


@on("POST", "invoices/*/finalize")
def _(asked: Asked) -> JSON:
    return by_hand.finalize(asked.book, asked.id, asked.values)


@on("POST", "invoices/*/pay")
def _(asked: Asked) -> JSON:
    invoice = asked.book.get("invoice", asked.id)
    if asked.values.get("payment_method"):
        invoice["default_payment_method"] = asked.book.get("payment_method", asked.values["payment_method"])["id"]
    if why := invoices.try_to_pay(asked.book, invoice):
        raise invoices.refuse(why, invoice)
    if sub := asked.book.find("subscription", invoice["_sub"]):
        paid(asked.book, sub)
    return invoice


@on("POST", "invoices/*/void")
def _(asked: Asked) -> JSON:
    return invoices.give_up(asked.book, asked.book.get("invoice", asked.id), "void")


@on("GET", "invoices/*/lines")
def _(asked: Asked) -> JSON:
    rows = asked.book.get("invoice", asked.id)["lines"]["data"]
    return asked.book.page(list(reversed(rows)), asked.values, asked.path)


@on("POST", "refunds")
def _(asked: Asked) -> JSON:
    return payments.refund(asked.book, asked.values)


@on("GET", "account")
@on("GET", f"accounts/{ACCOUNT}")
def _(asked: Asked) -> JSON:
    return account()


for _path, _kind, *_filters in (
    ("customers", "customer", "email"),
    ("products", "product"),
    ("prices", "price", "product", "lookup_key"),
    ("coupons", "coupon"),
    ("promotion_codes", "promotion_code", "code"),
    ("billing/meters", "billing.meter", "status"),
    ("checkout/sessions", "checkout.session", "customer", "subscription", "status"),
    ("billing_portal/configurations", "billing_portal.configuration"),
    ("subscriptions", "subscription"),
    ("subscription_items", "subscription_item", "subscription"),
    ("subscription_schedules", "subscription_schedule", "customer"),
    ("invoices", "invoice", "customer", "status"),
    ("invoice_payments", "invoice_payment", "invoice"),
    ("payment_methods", "payment_method"),
    ("payment_intents", "payment_intent", "customer"),
    ("setup_intents", "setup_intent", "customer"),
    ("charges", "charge", "customer", "payment_intent"),
    ("balance_transactions", "balance_transaction"),
    ("refunds", "refund", "charge"),
    ("tax_ids", "tax_id"),
    ("events", "event", "type"),
):
    _resource(_path, _kind, *_filters)


class Api:
    """The REST door."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def handle(self, call: Call, path: str, keys: tuple[str, ...]) -> bool:
        """Answer one request; whether something may have changed."""
        request = self._book.new_id("event").replace("evt", "req")
        headers = [(b"request-id", request.encode()), (b"stripe-version", API_VERSION.encode())]
        try:
            status, answer = self._once(call, path, (await call.body(BODY_MAX)).decode("utf-8", "replace"), keys)
        except StripeError as error:
            status, answer = error.status, error.body
        await call.answer(status, json.dumps(answer, ensure_ascii=False).encode(), headers=headers)
        return call.method != "GET"

    def _once(self, call: Call, path: str, raw: str, keys: tuple[str, ...]) -> tuple[int, JSON]:
        self._let_in(call, keys)
        query = call.scope["query_string"].decode("latin-1")
        asked = f"{call.method} {path}?{query} {raw}"
        key = call.header(b"idempotency-key").decode("latin-1") if call.method == "POST" else ""
        if key and (kept := self._book.answer_of(key, asked)):
            return kept
        values = read_form(raw if call.method == "POST" else query)
        try:
            status, answer = 200, self._act(call.method, path, values)
        except StripeError as error:
            # Only what was begun is kept: bad parameters may be mended under the same key.
            if key and error.status == 402:
                self._book.keep_answer(key, asked, error.status, error.body)
            raise
        if key:
            self._book.keep_answer(key, asked, status, answer)
        return status, answer

    def _let_in(self, call: Call, keys: tuple[str, ...]) -> None:
        given = call.token
        if not given:
            raise StripeError("You did not provide an API key.", status=401)
        if keys and given not in keys:
            raise StripeError(f"Invalid API Key provided: {given[:8]}****", status=401)

    def _act(self, method: str, path: str, values: JSON) -> JSON:
        wishes = [str(one) for one in several(values, "expand")]
        for wanted, pattern, act in ROUTES:
            match = pattern.match(path)
            if match and wanted == method:
                found = act(Asked(self._book, values, path, match.groups()))
                self._book.changed()
                shown = as_shown(found)
                for one in wishes:
                    expand(self._book, shown, one.split("."))
                return shown
        raise StripeError(f"Unrecognized request URL ({method}: {path}).", status=404)
