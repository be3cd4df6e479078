"""The hosted pages that a browser clicks through: Checkout, portal, invoice, voucher."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from sandbox.asgi import JSON, Call
from sandbox.payment_words import amount
from sandbox.phone.words import language_of
from sandbox.stripe import cards, checkout, customers, html, portal
from sandbox.stripe.book import Book
from sandbox.stripe.errors import StripeError
from sandbox.stripe.words import cards as card_words
from sandbox.stripe.words import words

FORM_MAX = 16 * 1024
_HEADERS = [
    (b"content-security-policy", html.POLICY),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class Pages:
    """`/stripe/pages/<kind>/<id>`."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def handle(self, call: Call) -> bool:
        """Show a page, or do what was pressed; whether something has changed."""
        kind, _, rest = call.path.removeprefix("/stripe/pages/").partition("/")
        pk, _, more = rest.partition("/")
        shows: dict[str, tuple[str, Callable[[Call, JSON, JSON, str], str | bytes]]] = {
            "checkout": ("checkout.session", self._checkout),
            "portal": ("billing_portal.session", self._portal),
            "invoice": ("invoice", self._invoice),
            "voucher": ("payment_intent", self._voucher),
        }
        found = self._book.find(shows[kind][0], pk) if kind in shows else None
        language = language_of(call.header(b"accept-language").decode("latin-1"))
        if found is None:
            body = html.page(language, "Stripe", words(language)["closed"], [])
            await call.answer(404, body, b"text/html; charset=utf-8", _HEADERS)
            return False
        if more == "pdf":
            name = f'attachment; filename="{found["number"]}.pdf"'.encode()
            await call.answer(200, html.pdf(self._lines(found)), b"application/pdf", [(b"content-disposition", name)])
            return False
        form: JSON = {}
        if call.method == "POST":
            if call.header(b"sec-fetch-site") in (b"cross-site", b"same-site"):
                await call.answer_json({"error": "cross-site"}, 403)
                return False
            form = dict(parse_qsl((await call.body(FORM_MAX)).decode("utf-8", "replace"), keep_blank_values=True))
        shown = shows[kind][1](call, found, form, language)
        if isinstance(shown, str):
            await call.answer(303, b"", b"text/plain", [(b"location", shown.encode()), *_HEADERS])
        else:
            await call.answer(200, shown, b"text/html; charset=utf-8", _HEADERS)
        return bool(form)

    def _checkout(self, call: Call, session: JSON, form: JSON, language: str) -> str | bytes:
        said, trouble = words(language), ""
        if form.get("act") == "back":
            return str(session["cancel_url"] or session["success_url"])
        if form and session["status"] == "open":
            try:
                if form["act"] == "code":
                    checkout.promote(self._book, session, str(form.get("code")))
                elif form["act"] in ("pix", "boleto"):
                    intent = checkout.promise(self._book, session, form["act"], form)
                    return f"/stripe/pages/voucher/{intent['id']}"
                elif form["act"] == "refuse":
                    trouble = said["declined"]
                elif self._needs_proof(form):
                    return html.page(language, said["proof"], said["note"], [self._proof(said, form)])
                else:
                    checkout.finish(self._book, session, form)
            except StripeError as error:
                trouble = _trouble(said, error)
        if session["status"] == "complete":
            return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
        if session["status"] != "open":
            return html.page(language, said["checkout"], said["closed"], [])
        parts = [html.status(trouble), *self._items(session, said)]
        parts.append(html.form(*self._fields(session, said, form, language)))
        if session["allow_promotion_codes"]:
            parts.append(html.form(html.field(said["code"], "code"), html.button(said["use_code"], "code")))
        parts.append(html.form(html.button(said["back"], "back")))
        return html.page(language, said["checkout"], said["note"], parts)

    def _items(self, session: JSON, said: dict[str, str]) -> list[str]:
        rows = [
            html.said(f"{one['description']} — {amount(one['amount_total'], one['currency'].upper())}")
            for one in checkout.line_items(self._book, session)
        ]
        if session["_subscription"].get("trial_period_days") or session["_subscription"].get("trial_end"):
            rows.append(html.said(said["trial"]))
        total = amount(session["amount_total"], str(session["currency"]).upper())
        return [*rows, html.said(f"{said['total']}: {total}", strong=True)]

    def _fields(self, session: JSON, said: dict[str, str], form: JSON, language: str) -> list[str]:
        owner = self._book.find("customer", session["customer"])
        fields = [] if owner else [html.field(said["email"], "email", str(form.get("email", "")), kind="email")]
        fields += [
            html.field(said["card"], "card", str(form.get("card", ""))),
            html.field(said["name"], "name", str(form.get("name", ""))),
        ]
        if session["tax_id_collection"]["enabled"]:
            fields.append(html.field(said["tax_id"], "tax_id", str(form.get("tax_id", ""))))
        fields.append(html.button(said["save" if session["mode"] == "setup" else "pay"], "card", main=True))
        fields += [html.button(said[kind], kind) for kind in session["payment_method_types"] if kind != "card"]
        hints = [html.said(f"{number}: {does}") for number, does in card_words(language)]
        return [*fields, html.group(said["cards"], *hints)]

    def _needs_proof(self, form: JSON) -> bool:
        number = str(form.get("card") or "").replace(" ", "")
        return number in cards.CARDS and cards.behaviour(number).proof != "never" and form.get("act") != "confirm"

    def _proof(self, said: dict[str, str], form: JSON) -> str:
        kept = [html.hidden(name, str(form.get(name, ""))) for name in ("card", "name", "email", "tax_id")]
        return html.form(
            *kept, html.button(said["confirm"], "confirm", main=True), html.button(said["refuse"], "refuse")
        )

    def _portal(self, call: Call, session: JSON, form: JSON, language: str) -> str | bytes:
        said, trouble = words(language), ""
        if form.get("act") == "back":
            return str(session["return_url"] or "/")
        if form:
            try:
                if form.get("act") == "card" and self._needs_proof(form):
                    return html.page(language, said["proof"], said["note"], [self._proof(said, form)])
                act = "card" if form.get("act") == "confirm" else form.get("act")
                if act == "refuse":
                    trouble = said["declined"]
                else:
                    portal.act(self._book, session, {**form, "act": act})
                    trouble = said["done"]
            except StripeError as error:
                trouble = _trouble(said, error)
        customer = self._book.get("customer", session["customer"])
        parts = [
            html.status(trouble),
            *self._methods(customer, said),
            *self._subscriptions(customer, said),
            *self._invoices(customer, said),
        ]
        parts.append(html.form(html.button(said["go_back"], "back")))
        return html.page(language, said["portal"], said["note"], parts)

    def _methods(self, customer: JSON, said: dict[str, str]) -> list[str]:
        used = customer["invoice_settings"]["default_payment_method"]
        rows = []
        for one in self._book.all("payment_method", customer=customer["id"], type="card"):
            label = f"{one['card']['brand']} •••• {one['card']['last4']}"
            is_used = one["id"] == used
            acts = (
                [html.said(f"{label} ({said['is_default']})")]
                if is_used
                else [html.said(label), html.button(said["default"], "default")]
            )
            rows.append(html.form(html.hidden("id", one["id"]), *acts, html.button(said["remove"], "remove")))
        new = html.form(
            html.field(said["card"], "card"),
            html.field(said["name"], "name"),
            html.button(said["save"], "card", main=True),
        )
        return [html.group(said["card"], *rows), html.group(said["add_card"], new)]

    def _subscriptions(self, customer: JSON, said: dict[str, str]) -> list[str]:
        rows = []
        for sub in self._book.all("subscription", customer=customer["id"]):
            if sub["status"] in ("canceled", "incomplete_expired"):
                continue
            names = ", ".join(
                self._book.get("product", item["price"]["product"])["name"] for item in sub["items"]["data"]
            )
            wish = "resume" if sub["cancel_at_period_end"] else "cancel"
            note = [html.said(said["ends"])] if sub["cancel_at_period_end"] else []
            rows.append(html.form(html.hidden("id", sub["id"]), html.said(names), *note, html.button(said[wish], wish)))
        return rows

    def _invoices(self, customer: JSON, said: dict[str, str]) -> list[str]:
        rows = []
        for one in reversed(self._book.all("invoice", customer=customer["id"])[-24:]):
            if one["status"] == "draft":
                continue
            line = f"{one['number']} — {amount(one['total'], one['currency'].upper())} — {one['status']}"
            pay = [html.button(said["pay_invoice"], "pay")] if one["status"] == "open" else []
            rows.append(html.form(html.hidden("id", one["id"]), html.said(line), *pay))
            rows.append(html.link(said["pdf"], f"/stripe/pages/invoice/{one['id']}/pdf"))
        return [html.group(said["invoice"], *rows)] if rows else []

    def _invoice(self, call: Call, invoice: JSON, form: JSON, language: str) -> str | bytes:
        said, trouble = words(language), ""
        if form.get("act") == "refuse":
            trouble = said["declined"]
        elif form:
            try:
                if number := str(form.get("card") or ""):
                    if self._needs_proof(form):
                        return html.page(language, said["proof"], said["note"], [self._proof(said, form)])
                    method = customers.entered(self._book, number)
                    customers.attach(self._book, method["id"], invoice["customer"])
                    invoice["default_payment_method"] = method["id"]
                portal.pay(self._book, invoice)
                trouble = said["done"]
            except StripeError as error:
                trouble = _trouble(said, error)
        rows = [html.said(line) for line in self._lines(invoice)]
        if invoice["status"] == "open":
            rows.append(
                html.form(html.field(said["card"], "card"), html.button(said["pay_invoice"], "card", main=True))
            )
        rows.append(html.link(said["pdf"], f"/stripe/pages/invoice/{invoice['id']}/pdf"))
        return html.page(language, said["invoice"], said["note"], [html.status(trouble), *rows])

    def _lines(self, invoice: JSON) -> list[str]:
        currency = str(invoice["currency"]).upper()
        rows = [f"{one['description']}: {amount(one['amount'], currency)}" for one in invoice["lines"]["data"]]
        off = sum(one["amount"] for one in invoice["total_discount_amounts"])
        rows += [f"- {amount(off, currency)}"] if off else []
        tax = [f"{one['type']}: {one['value']}" for one in invoice["customer_tax_ids"]]
        heads = [
            f"{invoice['number']} ({invoice['status']})",
            str(invoice["customer_name"] or invoice["customer_email"] or ""),
        ]
        return [*heads, *tax, *rows, f"Total: {amount(invoice['total'], currency)}"]

    def _voucher(self, call: Call, intent: JSON, form: JSON, language: str) -> str | bytes:
        said = words(language)
        session = self._book.find("checkout.session", intent.get("_session"))
        if session is None:
            return html.page(language, said["voucher"], said["closed"], [])
        if form.get("act") == "back":
            return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
        if form.get("act") in ("paid", "out"):
            checkout.settle(self._book, intent, is_paid=form["act"] == "paid")
        parts = [html.said(amount(intent["amount"], intent["currency"].upper()), strong=True)]
        if intent["status"] == "requires_action":
            parts.append(
                html.form(html.button(said["voucher_paid"], "paid", main=True), html.button(said["voucher_out"], "out"))
            )
        else:
            parts.append(html.status(said["done"]))
        parts.append(html.form(html.button(said["go_back"], "back")))
        return html.page(language, said["voucher"], said["note"], parts)


def _trouble(said: dict[str, str], error: StripeError) -> str:
    code = error.body["error"].get("code")
    known = {
        "card_declined": "declined",
        "incorrect_number": "bad_card",
        "tax_id_invalid": "bad_tax_id",
        "resource_missing": "bad_code",
    }
    return said[known.get(str(code), "bad")]
