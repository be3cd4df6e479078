"""I28: whatever of a subscription's life is told, how often and in which order, the salon has what Stripe shows."""

from typing import Any
from unittest.mock import patch

import stripe
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.gateways.stripe import drain
from billing.gateways.stripe.gateway import StripeGateway
from billing.gateways.stripe.models import StripeDelivery
from billing.gateways.stripe.reconciling import catch_up
from billing.gateways.stripe.settling import settle
from billing.subscriptions import entitlement
from sandbox.stripe import customers, invoices, subscriptions
from sandbox.stripe.clockwork import paid
from tests.billing.stripe.conftest import JSON, World
from tests.world import Salons

OURS = {"active": "active", "past_due": "past_due", "canceled": "canceled"}


def _bad_card(world: World, sub: JSON, _gateway: Any, _salon: int) -> None:
    customers.attach(world.book, card := customers.ready_method(world.book, "pm_card_chargeCustomerFail")["id"],
                     sub["customer"])  # fmt: skip
    subscriptions.change_subscription(world.book, sub["id"], {"default_payment_method": card})


def _good_card(world: World, sub: JSON, _gateway: Any, _salon: int) -> None:
    customers.attach(world.book, card := customers.ready_method(world.book, "pm_card_visa")["id"], sub["customer"])
    subscriptions.change_subscription(world.book, sub["id"], {"default_payment_method": card})
    for invoice in world.book.all("invoice", status="open"):
        invoices.try_to_pay(world.book, invoice)
    paid(world.book, sub)


LIFE = (
    lambda world, sub, gateway, salon: gateway.change(salon, "agency", "month"),
    lambda world, sub, gateway, salon: gateway.change(salon, "starter", "month"),
    lambda world, sub, gateway, salon: world.skip(32),
    _bad_card,
    lambda world, sub, gateway, salon: world.skip(31),
    _good_card,
    lambda world, sub, gateway, salon: gateway.cancel(salon),
    lambda world, sub, gateway, salon: world.skip(32),
)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_i28_orders_and_duplicates(subscribed: World, salons: Salons, gateway: StripeGateway, data: Any) -> None:
    steps = data.draw(st.integers(1, len(LIFE)))
    with _undone(subscribed):
        begun = len(subscribed.happened())
        for step in LIFE[:steps]:
            step(subscribed, subscribed.subscription(), gateway, salons.aurora.pk)
            _tell(subscribed, data.draw(st.lists(st.sampled_from(subscribed.happened()), max_size=1)))
        new = st.sampled_from(subscribed.happened()[begun:])
        _tell(subscribed, data.draw(st.lists(new, min_size=1, max_size=6)))
        have, sub = entitlement.of(salons.aurora.pk), subscribed.subscription()
        assert (have.state, have.subscription_ref) == (OURS[sub["status"]], sub["id"])
        plan = sub["items"]["data"][0]["price"]["metadata"]["plan"]
        assert have.plan_version.plan.code == ("free" if sub["status"] == "canceled" else plan)


def _tell(world: World, events: list[JSON]) -> None:
    for event in events:
        assert world.deliver(event) == 200
    # What dj-stripe copies is another matter (test_life).
    with patch("djstripe.models.Event.process"):
        drain.work()


class _undone:
    """The same beginning for each example."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> None:
        import copy

        from ops import clock

        book = self.world.book
        self.kept = copy.deepcopy((book.kinds, book.keys, book.counters)), clock._offset
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        transaction.savepoint()

    def __exit__(self, *failed: Any) -> None:
        from ops import clock

        book = self.world.book
        (book.kinds, book.keys, book.counters), clock._offset = self.kept
        self.world.clock.offset_s = clock._offset.total_seconds()
        transaction.set_rollback(True)
        self.atomic.__exit__(*failed)


def test_i28_who_asked_last_is_right(subscribed: World, salons: Salons) -> None:
    """An answer that was overtaken on its way is not written."""
    sub = subscribed.subscription()
    seen: list[str] = []

    def meanwhile(method: str, path: str) -> None:
        # Our list of subscriptions is on its way; a second worker asks and hears of the end.
        if path == "/v1/subscriptions" and not seen:
            seen.append(path)
            subscriptions.end_now(subscribed.book, sub, "cancellation_requested")
            settle(sub["customer"])
            sub["status"] = "active"

    subscribed.transport.meanwhile = meanwhile
    assert settle(sub["customer"]) is False
    assert entitlement.of(salons.aurora.pk).state == "canceled"


def test_what_cannot_be_copied_holds_nothing_up(subscribed: World, salons: Salons, monkeypatch: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("a shape that the library does not know")

    monkeypatch.setattr("djstripe.models.Event.process", fail)
    subscriptions.end_now(subscribed.book, subscribed.subscription(), "cancellation_requested")
    subscribed.hear()
    assert entitlement.of(salons.aurora.pk).state == "canceled"
    row = StripeDelivery.objects.get(kind="customer.subscription.deleted")
    assert (row.state, row.attempts) == ("pending", 1) and "KeyError" in row.error
    assert drain.QUEUE.max_attempts == 8


def test_while_stripe_is_away_nothing_is_given_up(subscribed: World, salons: Salons) -> None:
    def away(method: str, path: str) -> None:
        raise stripe.APIConnectionError("away")  # type: ignore[no-untyped-call]

    subscriptions.end_now(subscribed.book, subscribed.subscription(), "cancellation_requested")
    subscribed.transport.meanwhile = away
    subscribed.hear()
    assert entitlement.of(salons.aurora.pk).state == "active"
    assert set(StripeDelivery.objects.values_list("state", "attempts")) == {("pending", 0)}


def test_what_was_never_told_is_kept_once(subscribed: World) -> None:
    """FR-BL-001: events that Stripe could not bring."""
    assert catch_up() > 3
    assert catch_up() == 0
    assert set(StripeDelivery.objects.values_list("customer", flat=True)) == {subscribed.subscription()["customer"]}
