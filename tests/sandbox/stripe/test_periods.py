"""FR-BL-006, FR-BL-007, BL-010: what time and changes do to a subscription in the sandbox, read by the official SDK."""

import itertools
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.conftest import Shop


def lines(invoice: stripe.Invoice) -> list[int]:
    return [one.amount for one in invoice.lines.data]


def latest(shop: Shop, sub: stripe.Subscription) -> stripe.Invoice:
    found: Any = shop.v1.subscriptions.retrieve(sub.id, {"expand": ["latest_invoice"]}).latest_invoice
    assert isinstance(found, stripe.Invoice)
    return found


def test_each_month_is_billed_in_its_turn(shop: Shop) -> None:
    sub = shop.subscribed(shop.price("Pro", 19_900))
    shop.skip(95)
    found = shop.v1.invoices.list({"customer": str(sub.customer)}).data
    assert [(one.total, one.status) for one in found] == [(19_900, "paid")] * 4
    spans = sorted((one.lines.data[0].period.start, one.lines.data[0].period.end) for one in found)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_use_is_billed_once_and_late_use_still_counts(shop: Shop) -> None:
    meter = shop.v1.billing.meters.create(
        {"display_name": "Messages", "event_name": "messages", "default_aggregation": {"formula": "sum"}}
    )
    metered: Any = {"recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id}}
    sub = shop.subscribed(shop.price("Pro", 10_000), shop.price("Messages", 5, **metered))
    payload = {"stripe_customer_id": str(sub.customer), "value": "300"}
    shop.v1.billing.meter_events.create({"event_name": "messages", "identifier": "a", "payload": payload})
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.billing.meter_events.create({"event_name": "messages", "identifier": "a", "payload": payload})
    end = sub["items"].data[0].current_period_end
    days = (end - sub.start_date) / 86_400
    shop.skip(days, hours=0.5)
    assert latest(shop, sub).status == "draft"
    late: Any = {"event_name": "messages", "identifier": "b", "payload": payload, "timestamp": end - 60}
    shop.v1.billing.meter_events.create(late)
    shop.skip(days, hours=1.5)
    invoice = latest(shop, sub)
    assert (invoice.status, invoice.total, sorted(lines(invoice))) == ("paid", 13_000, [3_000, 10_000])


def test_an_upgrade_costs_what_its_preview_said(shop: Shop) -> None:
    small, large = shop.price("Starter", 9_900), shop.price("Pro", 19_900)
    sub = shop.subscribed(small)
    shop.skip(15)
    items: Any = [{"id": sub["items"].data[0].id, "price": large.id}]
    preview = shop.v1.invoices.create_preview(
        {"subscription": sub.id, "subscription_details": {"items": items, "proration_behavior": "always_invoice"}}
    )
    shop.v1.subscriptions.update(sub.id, {"items": items, "proration_behavior": "always_invoice"})
    invoice = latest(shop, sub)
    assert (invoice.status, invoice.total) == ("paid", preview.total)
    assert lines(invoice)[0] < 0 < lines(invoice)[1]


def test_an_upgrade_that_nobody_can_pay_changes_nothing(shop: Shop) -> None:
    sub = shop.subscribed(shop.price("Starter", 9_900))
    bad = shop.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(sub.customer)})
    shop.v1.subscriptions.update(sub.id, {"default_payment_method": bad.id})
    items: Any = [{"id": sub["items"].data[0].id, "price": shop.price("Pro", 19_900).id}]
    with pytest.raises(stripe.CardError):
        shop.v1.subscriptions.update(
            sub.id,
            {"items": items, "proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"},
        )
    found = shop.v1.subscriptions.retrieve(sub.id)
    assert (found["items"].data[0].price.unit_amount, found.status) == (9_900, "active")


def test_a_downgrade_waits_for_the_period_to_end(shop: Shop) -> None:
    small, large = shop.price("Starter", 9_900), shop.price("Pro", 19_900)
    sub = shop.subscribed(large)
    schedule = shop.v1.subscription_schedules.create({"from_subscription": sub.id})
    first = schedule.phases[0]
    phases: Any = [
        {"items": [{"price": large.id}], "start_date": first.start_date, "end_date": first.end_date},
        {"items": [{"price": small.id}]},
    ]
    shop.v1.subscription_schedules.update(schedule.id, {"phases": phases, "end_behavior": "release"})
    assert shop.v1.subscriptions.retrieve(sub.id)["items"].data[0].price.id == large.id
    shop.skip(33)
    found = shop.v1.subscriptions.retrieve(sub.id)
    assert (found["items"].data[0].price.id, found.schedule, latest(shop, sub).total) == (small.id, None, 9_900)


def test_what_nobody_pays_is_tried_again_and_ends(shop: Shop) -> None:
    sub = shop.subscribed(shop.price("Pro", 19_900))
    bad = shop.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(sub.customer)})
    shop.v1.subscriptions.update(sub.id, {"default_payment_method": bad.id})
    shop.skip(32)
    assert shop.v1.subscriptions.retrieve(sub.id).status == "past_due"
    assert latest(shop, sub).next_payment_attempt
    shop.skip(60)
    found = shop.v1.subscriptions.retrieve(sub.id)
    assert (found.status, latest(shop, sub).status) == ("canceled", "uncollectible")
    assert shop.hearer.until("customer.subscription.deleted").data.object["id"] == sub.id


def test_a_payment_in_time_makes_it_active_again(shop: Shop) -> None:
    sub = shop.subscribed(shop.price("Pro", 19_900))
    bad = shop.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(sub.customer)})
    shop.v1.subscriptions.update(sub.id, {"default_payment_method": bad.id})
    shop.skip(32)
    good = shop.v1.payment_methods.attach("pm_card_visa", {"customer": str(sub.customer)})
    shop.v1.invoices.pay(latest(shop, sub).id or "", {"payment_method": good.id})
    assert shop.v1.subscriptions.retrieve(sub.id).status == "active"


def test_a_trial_tells_its_end_and_is_billed_then(shop: Shop) -> None:
    """FR-BL-008."""
    customer = shop.v1.customers.create({"email": "owner@aurora.example"})
    method = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    price = shop.price("Pro", 19_900)
    sub = shop.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "trial_period_days": 14,
            "default_payment_method": method.id,
        }
    )
    assert (sub.status, latest(shop, sub).total) == ("trialing", 0)
    shop.skip(12)
    assert shop.hearer.until("customer.subscription.trial_will_end").data.object["id"] == sub.id
    shop.skip(15)
    assert shop.v1.subscriptions.retrieve(sub.id).status == "active"
    assert latest(shop, sub).total == 19_900


def test_events_come_again_until_they_are_heard(shop: Shop) -> None:
    """I28 rests on it: copies and any order."""
    shop.client.control("stripe", {"copies": 2, "shuffle": True})
    customer = shop.v1.customers.create({"name": "Aurora"})
    shop.v1.customers.update(customer.id, {"name": "Boreal"})
    shop.hearer.refuse = 1
    shop.client.control("stripe", {"let_go": True})
    heard = [shop.hearer.about(customer.id).type for _ in range(4)]
    assert sorted(heard) == ["customer.created"] * 2 + ["customer.updated"] * 2


def test_an_invoice_by_hand_is_made_item_by_item(shop: Shop) -> None:
    """FR-BL-007: as a last bill of use is; nothing is added to it once it is final."""
    price = shop.price("Pro", 19_900)
    customer = str(shop.subscribed(price).customer)
    draft = shop.v1.invoices.create({"customer": customer, "currency": "brl", "auto_advance": True})
    method = shop.v1.customers.payment_methods.list(customer).data[0].id
    shop.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    data: Any = {"currency": "brl", "product": str(price.product), "unit_amount_decimal": "0.5"}
    item: Any = {"customer": customer, "invoice": draft.id, "quantity": 301, "price_data": data}
    made = shop.v1.invoice_items.create(item)
    assert (made.amount, made.invoice, draft.status, draft.total) == (151, draft.id, "draft", 0)
    final = shop.v1.invoices.finalize_invoice(str(draft.id))
    assert (final.status, final.total, final.billing_reason) == ("open", 151, "manual")
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.invoice_items.create(item)
    shop.skip(0, hours=0.1)
    assert shop.v1.invoices.retrieve(str(draft.id)).status == "paid"
