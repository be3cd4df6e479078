"""FR-BL-001: the sandbox's Checkout, portal and pages, read by the official SDK and clicked through by forms."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.conftest import Shop, read


def session(shop: Shop, **more: Any) -> stripe.checkout.Session:
    price = shop.price("Pro", 19_900)
    values: Any = {
        "mode": "subscription",
        "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": "http://aurora.example/ok?of={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://aurora.example/no",
        **more,
    }
    if "customer" not in more:
        values["customer"] = shop.v1.customers.create({"email": "owner@aurora.example"}).id
    return shop.v1.checkout.sessions.create(values)


def test_a_card_pays_a_subscription(shop: Shop) -> None:
    made = session(shop, subscription_data={"metadata": {"salon": "7"}})
    status, _page, to = shop.press(made.url or "", act="card", card="4242 4242 4242 4242", name="Ana")
    assert (status, to) == (303, f"http://aurora.example/ok?of={made.id}")
    found = shop.v1.checkout.sessions.retrieve(made.id, {"expand": ["subscription", "line_items"]})
    sub: Any = found.subscription
    assert (found.status, found.payment_status, sub.status, sub.metadata["salon"]) == (
        "complete",
        "paid",
        "active",
        "7",
    )
    item = sub["items"].data[0]
    assert item.current_period_end > item.current_period_start and item.price.unit_amount == 19_900
    assert shop.hearer.until("checkout.session.completed").data.object["subscription"] == sub.id


def test_a_declined_card_leaves_the_session_open(shop: Shop) -> None:
    made = session(shop)
    status, page, _to = shop.press(made.url or "", act="card", card="4000000000000002")
    assert (status, 'role="alert"' in page) == (200, True)
    assert shop.v1.checkout.sessions.retrieve(made.id).status == "open"
    assert shop.press(made.url or "", act="card", card="4242424242424242")[0] == 303


def test_a_bank_that_asks_for_a_proof_gets_it(shop: Shop) -> None:
    made = session(shop)
    card = "4000002500003155"
    assert 'value="confirm"' in shop.press(made.url or "", act="card", card=card)[1]
    assert shop.v1.checkout.sessions.retrieve(made.id).status == "open"
    assert shop.press(made.url or "", act="confirm", card=card)[0] == 303


def test_a_promotion_code_and_a_tax_id_stand_on_the_invoice(shop: Shop) -> None:
    """FR-BL-005."""
    coupon = shop.v1.coupons.create({"percent_off": 50, "duration": "once"})
    shop.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "METADE"})
    made = session(shop, allow_promotion_codes=True, tax_id_collection={"enabled": True})
    shop.press(made.url or "", act="code", code="metade")
    shop.press(made.url or "", act="card", card="4242424242424242", tax_id="12.345.678/0001-95")
    found = shop.v1.checkout.sessions.retrieve(made.id)
    invoice = shop.v1.invoices.retrieve(str(found.invoice))
    assert (invoice.total, invoice.status) == (9_950, "paid")
    assert [(one.type, one.value) for one in invoice.customer_tax_ids or []] == [("br_cnpj", "12.345.678/0001-95")]
    assert read(invoice.invoice_pdf or "").startswith(b"%PDF")


@pytest.mark.parametrize(("act", "status", "event"), [("paid", "active", "succeeded"), ("out", "incomplete", "failed")])
def test_a_boleto_is_paid_later_or_never(shop: Shop, act: str, status: str, event: str) -> None:
    made = session(shop, payment_method_types=["card", "boleto"])
    voucher = shop.press(made.url or "", act="boleto")[2]
    found = shop.v1.checkout.sessions.retrieve(made.id)
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    shop.press(f"http://x{voucher}", act=act)
    assert shop.v1.subscriptions.retrieve(str(found.subscription)).status == status
    assert shop.hearer.until(f"checkout.session.async_payment_{event}").data.object["id"] == made.id


def test_the_portal_changes_the_card_and_ends_with_the_period(shop: Shop) -> None:
    """FR-BL-004."""
    sub = shop.subscribed(shop.price("Pro", 19_900))
    at = shop.v1.billing_portal.sessions.create({"customer": str(sub.customer), "return_url": "http://x/back"})
    shop.press(at.url, act="card", card="5555555555554444")
    found = shop.v1.subscriptions.retrieve(sub.id, {"expand": ["default_payment_method"]})
    method: Any = found.default_payment_method
    assert method.card.brand == "mastercard"
    shop.press(at.url, act="cancel", id=sub.id)
    assert shop.v1.subscriptions.retrieve(sub.id).cancel_at_period_end
    shop.skip(32)
    assert shop.v1.subscriptions.retrieve(sub.id).status == "canceled"


def test_the_same_key_asks_once(shop: Shop) -> None:
    made = [shop.v1.customers.create({"name": "Aurora"}, {"idempotency_key": "one"}).id for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(stripe.IdempotencyError):
        shop.v1.customers.create({"name": "Boreal"}, {"idempotency_key": "one"})


def test_a_foreign_key_opens_nothing(shop: Shop) -> None:
    with pytest.raises(stripe.AuthenticationError):
        shop.v1.customers.list({}, {"api_key": "sk_test_other"})
