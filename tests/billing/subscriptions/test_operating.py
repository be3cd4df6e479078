"""Operators: plans of many salons, credit, a longer trial; who is billed is changed where they are billed."""

from typing import Any

import pytest
from django.test import Client

from billing.gateways.port import GatewayRefused
from billing.subscriptions import operating
from billing.subscriptions.entitlement import Entitlement, apply, of
from billing.subscriptions.states import State
from tenants.accounts.models import User
from tenants.operators.models import OperatorAct
from tests.billing.subscriptions.conftest import House
from tests.world import Salons

PAGE = "/operator/subscriptions/subscribedsalon/"


class Till:
    """A gateway that remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def change(self, salon_id: int, plan: str, interval: str) -> None:
        if plan == "agency":
            raise GatewayRefused("payment_method", "The card does not pay.")
        self.asked.append(("change", plan, interval))

    def cancel(self, salon_id: int) -> None:
        self.asked.append(("cancel",))

    def pause(self, salon_id: int) -> None:
        self.asked.append(("pause",))

    def end_pause(self, salon_id: int) -> None:
        self.asked.append(("end_pause",))

    def credit(self, salon_id: int, amount_minor: int, reason: str, key: str = "") -> None:
        self.asked.append(("credit", amount_minor, reason))


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    made = Till()
    monkeypatch.setattr(operating, "gateway", lambda: made)
    return made


@pytest.fixture
def operator(house: House) -> Client:
    client = Client(headers={"host": "cadeira.localhost", "accept-language": "en"})
    client.force_login(User.objects.create_user("olga@example.com", "a long password", is_staff=True))
    return client


def do(operator: Client, house: House, action: str, **given: Any) -> str:
    """Use an action on Aurora; what the page then says."""
    data = {"action": action, "_selected_action": [str(house.salon.pk)], **given}
    return operator.post(PAGE, data, follow=True).content.decode()


def test_who_is_not_billed_gets_the_plan(operator: Client, house: House, till: Till) -> None:
    assert "1 salon is changed." in do(operator, house, "change_plan", plan="starter", reason="a pilot salon")
    assert (house.row.plan_version.plan.code, house.row.gateway, till.asked) == ("starter", "", [])
    assert OperatorAct.objects.get(kind="salons.salon").details == {"plan": "starter", "reason": "a pilot salon"}


def test_who_is_billed_is_changed_at_the_gateway(operator: Client, house: House, till: Till) -> None:
    house.gets(State.ACTIVE)
    do(operator, house, "change_plan", plan="starter")
    do(operator, house, "change_plan", plan="free")
    assert "The card does not pay." in do(operator, house, "change_plan", plan="agency")
    assert till.asked == [("change", "starter", "month"), ("cancel",)]
    assert house.row.plan_version.plan.code == "pro"


def test_credit_needs_an_amount_and_a_reason(operator: Client, house: House, till: Till) -> None:
    do(operator, house, "give_credit", amount="25.00")
    assert till.asked == []
    do(operator, house, "give_credit", amount="25.00", reason="the outage of Monday")
    assert till.asked == [("credit", 2500, "the outage of Monday")]


def test_who_is_billed_is_paused_at_the_gateway(operator: Client, house: House, till: Till) -> None:
    """BL-010: who pays elsewhere would go on paying; what stands here follows what the gateway says."""
    house.gets(State.ACTIVE)
    assert "It is not paused; it is: Active." in do(operator, house, "resume")
    do(operator, house, "pause")
    assert (till.asked, house.row.standing) == ([("pause",)], State.ACTIVE)
    house.gets(State.PAUSED)
    do(operator, house, "resume")
    assert till.asked == [("pause",), ("end_pause",)]


def test_who_is_not_billed_is_paused_here(operator: Client, house: House, till: Till) -> None:
    apply(house.salon.pk, Entitlement(plan="pro", state=State.ACTIVE, gateway=""))
    do(operator, house, "pause")
    assert house.row.state == "paused"
    do(operator, house, "resume")
    assert (house.row.state, till.asked) == ("active", [])


def test_several_salons_at_once(operator: Client, house: House, till: Till, salons: Salons) -> None:
    """FR-DB-010: one that cannot be changed keeps nobody else from it; each gets its own credit."""
    house.gets(State.ACTIVE)
    both = {"_selected_action": [str(salons.aurora.pk), str(salons.other.pk)]}
    page = do(operator, house, "change_plan", plan="agency", **both)
    assert "1 salon is changed." in page
    assert "Aurora: The card does not pay." in page
    assert (of(salons.other.pk).plan_version.plan.code, house.row.plan_version.plan.code) == ("agency", "pro")
    do(operator, house, "give_credit", amount="5", reason="the outage of Monday", **both)
    assert till.asked == [("credit", 500, "the outage of Monday")] * 2


def test_a_trial_is_lengthened(operator: Client, house: House) -> None:
    house.begins()
    before = house.row.trial_ends_at
    do(operator, house, "lengthen_trial")
    house.later(days=15)
    assert before is not None
    assert (house.row.standing, house.row.trial_ends_at > before) == (State.TRIALING, True)  # type: ignore[operator]


def test_an_owner_does_none_of_it(house: House) -> None:
    client = Client(headers={"host": "cadeira.localhost"})
    client.force_login(User.objects.get(email="alice@example.com"))
    do(client, house, "change_plan", plan="agency")
    assert house.row.version == 0
