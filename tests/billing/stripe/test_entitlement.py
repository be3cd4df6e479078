"""BL-010, I28: what a customer has, by the subscriptions that Stripe shows."""

from typing import Any

import pytest

from billing.gateways.stripe.entitlement import entitlement_of
from billing.gateways.stripe.prices import Sold, sold_as

START, END = 1_800_000_000, 1_802_592_000


def subscription(
    pk: str = "sub_1", status: str = "active", price: str = "price_cadeira_pro_month_brl", **more: Any
) -> Any:
    item = {
        "id": f"si_{pk}", "current_period_start": START, "current_period_end": END,
        "price": {"id": price, "recurring": {"interval": "month", "usage_type": "licensed"}},
    }  # fmt: skip
    return {"id": pk, "status": status, "created": START, "currency": "brl", "items": {"data": [item]}, **more}


@pytest.mark.parametrize(
    ("status", "plan", "state"),
    [
        ("active", "pro", "active"),
        ("trialing", "pro", "trialing"),
        ("past_due", "pro", "past_due"),
        ("unpaid", "pro", "suspended"),
        ("paused", "pro", "paused"),
        ("canceled", "free", "canceled"),
    ],
)
def test_bl_010_states(status: str, plan: str, state: str) -> None:
    found = entitlement_of("cus_1", [subscription(status=status)], sold_as)
    assert found is not None and (found.plan, found.state) == (plan, state)


@pytest.mark.parametrize("rows", [[], [subscription(status="incomplete")], [subscription(price="price_of_something")]])
def test_what_is_no_plan_says_nothing(rows: list[Any]) -> None:
    """A trial without a card goes on while somebody looks at Checkout."""
    assert entitlement_of("cus_1", rows, sold_as) is None


def test_of_several_the_one_that_runs_counts() -> None:
    rows = [subscription("sub_old", "canceled", created=START + 9), subscription("sub_new")]
    for order in (rows, rows[::-1]):
        found = entitlement_of("cus_1", order, sold_as)
        assert found is not None and found.subscription_ref == "sub_new"


def test_a_price_that_is_sold_no_more_is_the_plan_that_was_bought() -> None:
    row = subscription(price="price_of_last_year", metadata={"plan": "agency", "version": "2"})
    found = entitlement_of("cus_1", [row], sold_as)
    assert found is not None and (found.plan, found.version, found.interval) == ("agency", 2, "month")


def test_what_waits_for_the_end_of_the_period_is_told() -> None:
    phases = [
        {"start_date": START, "items": [{"price": "price_cadeira_pro_month_brl"}]},
        {"start_date": END, "items": [{"price": "price_cadeira_starter_month_brl"}]},
    ]
    row = subscription(schedule={"id": "sched", "status": "active", "phases": phases}, cancel_at_period_end=True)
    found = entitlement_of("cus_1", [row], sold_as)
    assert found is not None and found.next_plan == "starter" and found.cancel_at == (found.period or [None])[1]
    assert Sold("starter", "month") == sold_as({"id": "price_cadeira_starter_month_brl"})
