"""FR-BL-001, FR-BL-004 … FR-BL-007: a salon buys, changes, pays and leaves, seen through the port."""

from datetime import timedelta
from typing import Any

import pytest
import stripe
from djstripe.models import Invoice

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe import client, drain
from billing.gateways.stripe import customers as ours
from billing.gateways.stripe.gateway import StripeGateway
from billing.gateways.stripe.models import StripeCustomer
from billing.subscriptions import entitlement
from ops import clock
from sandbox.stripe import customers, payments, subscriptions
from tests.billing.stripe.conftest import World
from tests.world import Salons


def plan_of(salons: Salons) -> tuple[str, str]:
    row = entitlement.of(salons.aurora.pk)
    return row.plan_version.plan.code, str(row.state)


def test_fr_bl_001_a_bought_plan_takes_effect(sold: World, salons: Salons, gateway: StripeGateway) -> None:
    sold.pay(gateway.checkout(salons.aurora.pk, "pro", "month", "http://aurora/ok", "http://aurora/no"))
    sold.hear()
    row = entitlement.of(salons.aurora.pk)
    assert plan_of(salons) == ("pro", "active")
    assert (row.interval, row.currency, row.gateway, row.plan_version.number) == ("month", "BRL", "stripe", 1)
    [bill] = gateway.invoices(salons.aurora.pk)
    assert (bill.total_minor, bill.currency, bill.status) == (19_900, "BRL", "paid") and bill.pdf_url and bill.number
    [card] = gateway.payment_methods(salons.aurora.pk)
    assert (card.brand, card.last4, card.expires, card.is_default) == ("visa", "4242", "12/2034", True)
    assert gateway.invoices(salons.other.pk) == []


def test_fr_bl_001_two_tabs_are_one_subscription(sold: World, salons: Salons, gateway: StripeGateway) -> None:
    pages = [gateway.checkout(salons.aurora.pk, "pro", "month", "http://x/ok", "http://x/no") for _ in range(2)]
    with pytest.raises(Exception, match="no longer open"):
        sold.pay(pages[0])
    sold.pay(pages[1])
    with pytest.raises(GatewayRefused) as refused:
        gateway.checkout(salons.aurora.pk, "pro", "month", "http://x/ok", "http://x/no")
    assert refused.value.field == "plan"
    assert len(sold.book.all("customer")) == len(sold.book.all("subscription")) == 1


def test_fr_bl_006_an_upgrade_costs_what_its_preview_said(
    subscribed: World, salons: Salons, gateway: StripeGateway
) -> None:
    subscribed.skip(10)
    shown = gateway.preview(salons.aurora.pk, "agency", "month")
    assert [one.text for one in shown.lines] == ["Pro, que deixa de ser usado", "Agency até o fim do período"]
    assert not shown.is_downgrade and 0 < shown.due_now_minor < shown.due_next_minor == 59_900
    gateway.change(salons.aurora.pk, "agency", "month")
    assert plan_of(salons) == ("agency", "active")
    assert subscribed.book.all("invoice")[-1]["total"] == shown.due_now_minor


def test_fr_bl_006_a_downgrade_waits_and_can_be_taken_back(
    subscribed: World, salons: Salons, gateway: StripeGateway
) -> None:
    shown = gateway.change(salons.aurora.pk, "starter", "month")
    row = entitlement.of(salons.aurora.pk)
    assert (shown.is_downgrade, shown.due_now_minor, shown.at) == (True, 0, row.period_ends_at)
    assert plan_of(salons) == ("pro", "active") and row.next_version is not None
    gateway.resume(salons.aurora.pk)
    assert entitlement.of(salons.aurora.pk).next_version is None
    gateway.change(salons.aurora.pk, "starter", "month")
    subscribed.skip(32)
    subscribed.settle()
    assert plan_of(salons) == ("starter", "active")


def test_fr_bl_006_a_declined_upgrade_changes_nothing(
    subscribed: World, salons: Salons, gateway: StripeGateway
) -> None:
    sub = subscribed.subscription()
    card = customers.attach(
        subscribed.book,
        customers.ready_method(subscribed.book, "pm_card_chargeCustomerFail")["id"],
        sub["customer"],
    )
    gateway.set_default(salons.aurora.pk, card["id"])
    gateway.change(salons.aurora.pk, "starter", "month")
    with pytest.raises(GatewayRefused) as refused:
        gateway.change(salons.aurora.pk, "agency", "month")
    assert refused.value.field == "payment_method"
    subscribed.settle()
    waiting = entitlement.of(salons.aurora.pk).next_version
    assert waiting is not None and waiting.plan.code == "starter"  # as before
    card["_number"] = "4242424242424242"  # the bank has thought about it
    gateway.change(salons.aurora.pk, "agency", "month")
    assert plan_of(salons) == ("agency", "active")


def test_bl_010_cancelled_it_ends_with_the_period(subscribed: World, salons: Salons, gateway: StripeGateway) -> None:
    ends = gateway.cancel(salons.aurora.pk)
    row = entitlement.of(salons.aurora.pk)
    assert plan_of(salons) == ("pro", "active") and ends == row.cancel_at
    subscribed.skip(32)
    subscribed.settle()
    assert plan_of(salons) == ("free", "canceled")


def test_bl_010_a_paused_one_is_charged_nothing(subscribed: World, salons: Salons, gateway: StripeGateway) -> None:
    for _time in range(2):
        gateway.pause(salons.aurora.pk)
    assert plan_of(salons) == ("pro", "paused")
    subscribed.skip(32)
    assert [one["status"] for one in subscribed.book.all("invoice")] == ["paid", "void"]
    for _time in range(2):
        gateway.end_pause(salons.aurora.pk)
    assert plan_of(salons) == ("pro", "active")
    subscribed.skip(31)
    assert [one["status"] for one in subscribed.book.all("invoice")] == ["paid", "void", "paid"]


def test_bl_010_what_nobody_told_is_asked_for_within_a_day(subscribed: World, salons: Salons) -> None:
    subscriptions.end_now(subscribed.book, subscribed.subscription(), "cancellation_requested")
    subscribed.skip(1.1)
    drain.work()
    assert plan_of(salons) == ("free", "canceled")


def test_fr_bl_007_use_is_billed_once(subscribed: World, salons: Salons, gateway: StripeGateway) -> None:
    now, key = clock.now(), "use-1"
    for again in range(2):
        if again:  # a day later Stripe has forgotten the request's key, but not the event's
            subscribed.book.keys.clear()
        gateway.report_usage(salons.aurora.pk, "messages", 300, key, now)
    period = (now - timedelta(hours=1), now + timedelta(hours=1))
    assert gateway.usage_billed(salons.aurora.pk, "messages", period) == 300
    subscribed.skip(32)
    lines = subscribed.book.all("invoice")[-1]["lines"]["data"]
    assert [one["amount"] for one in lines if one["quantity"] == 300] == [1_800]


def test_fr_bl_005_what_was_given_back_stands_on_its_invoice(
    subscribed: World, salons: Salons, gateway: StripeGateway
) -> None:
    payments.refund(subscribed.book, {"charge": subscribed.book.all("charge")[0]["id"], "amount": "5000"})
    Invoice.sync_from_stripe_data(client.ask().invoices.retrieve(subscribed.subscription()["latest_invoice"]))
    subscribed.hear()
    assert gateway.invoices(salons.aurora.pk)[0].refunded_minor == 5_000


def test_fr_bl_005_a_tax_number_is_read_by_its_form(subscribed: World, salons: Salons, gateway: StripeGateway) -> None:
    gateway.set_tax_id(salons.aurora.pk, "12.345.678/0001-95")
    found = gateway.tax_id(salons.aurora.pk)
    assert found is not None and (found.kind, found.value) == ("br_cnpj", "12345678000195")
    with pytest.raises(GatewayRefused) as refused:
        gateway.set_tax_id(salons.aurora.pk, "12")
    assert refused.value.field == "tax_id"
    gateway.set_tax_id(salons.aurora.pk, "")
    assert gateway.tax_id(salons.aurora.pk) is None


def test_fr_bl_004_nobody_takes_another_salon_s_card(subscribed: World, salons: Salons, gateway: StripeGateway) -> None:
    card = subscribed.book.all("payment_method")[0]
    gateway.ensure_customer(salons.other.pk)
    for act in (gateway.remove, gateway.set_default):
        with pytest.raises(GatewayRefused):
            act(salons.other.pk, card["id"])
    with pytest.raises(GatewayRefused):
        gateway.remove(salons.aurora.pk, card["id"])  # it pays the plan
    assert card["customer"]


def test_an_answer_that_was_lost_makes_no_second_customer(
    sold: World, salons: Salons, gateway: StripeGateway, monkeypatch: Any
) -> None:
    real = sold.transport.request
    seen: list[str] = []

    def lose(method: str, url: str, *given: Any) -> Any:
        answer = real(method, url, *given)
        if url.endswith("/v1/customers") and not seen:
            seen.append(url)
            raise stripe.APIConnectionError("lost on its way")  # type: ignore[no-untyped-call]
        return answer

    monkeypatch.setattr(sold.transport, "request", lose)
    with pytest.raises(GatewayAway):
        ours.ensure(salons.aurora.pk)
    ref = gateway.ensure_customer(salons.aurora.pk)
    assert [one["id"] for one in sold.book.all("customer")] == [ref]
    assert StripeCustomer.objects.get(salon_id=salons.aurora.pk).ref == ref
