"""BL-010: how a salon stands is what was fetched last, whatever comes in which order (I28)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.plans.actions import revise
from billing.plans.models import Plan
from billing.subscriptions.entitlement import Entitlement, UnknownPlan, apply
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import GRACE, REPLY_GRACE, State, may
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.billing.subscriptions.conftest import PAID, House


def test_the_same_again_changes_nothing(house: House) -> None:
    assert house.gets(State.ACTIVE)
    version = house.row.version
    assert not house.gets(State.ACTIVE)
    with inside(house.salon.pk):
        assert Event.objects.filter(kind="subscription.changed").count() == 1
        assert AuditEntry.objects.filter(action="subscription.changed").count() == 1
    assert house.row.version == version


def test_what_was_fetched_earlier_is_older(house: House) -> None:
    at = clock.real()
    assert apply(house.salon.pk, PAID, at=at)
    assert not apply(house.salon.pk, replace(PAID, state=State.PAST_DUE), at=at - timedelta(seconds=1))
    assert house.row.standing == State.ACTIVE


def test_an_unknown_plan_changes_nothing(house: House) -> None:
    with pytest.raises(UnknownPlan):
        apply(house.salon.pk, replace(PAID, plan="gold"))
    assert not Subscription.objects.exists()


def test_old_subscribers_keep_their_version(house: House) -> None:
    """FR-BL-002: an edit is another version, for whoever comes from now on."""
    house.gets(State.ACTIVE)
    pro = Plan.objects.get(code="pro")
    newer = revise(pro, {**_terms(pro), "limits": {**pro.current.limits, "messages": 1}})
    house.gets(State.PAST_DUE)
    assert newer is not None
    assert (newer.number, house.row.plan_version.number) == (2, 1)
    apply(house.salon.pk, Entitlement(plan="free", state=State.CANCELED))
    house.gets(State.ACTIVE)
    assert house.row.plan_version.number == 2


def test_a_debt_has_one_grace_then_it_is_suspended_and_a_payment_opens_again(house: House) -> None:
    house.gets(State.ACTIVE)
    house.gets(State.PAST_DUE)
    ends_at = house.row.grace_ends_at
    house.later(days=8)
    house.gets(State.PAST_DUE, currency="USD")
    assert house.row.grace_ends_at == ends_at
    assert may(house.salon.pk, "portal_write")
    assert not may(house.salon.pk, "send_campaigns")
    house.later(days=GRACE.days - 8, minutes=1)
    assert (house.row.standing, house.told) == (State.SUSPENDED, ["suspended"])
    house.gets(State.PAST_DUE)
    assert house.row.standing == State.SUSPENDED, "the same debt gives no second grace"
    house.gets(State.ACTIVE)
    assert (house.row.standing, house.row.grace_ends_at, house.told) == (State.ACTIVE, None, ["recovered"])


def test_talks_are_not_cut_off_in_the_middle(house: House) -> None:
    house.gets(State.SUSPENDED)
    assert may(house.salon.pk, "send_replies")
    assert not may(house.salon.pk, "send_service")
    house.later(seconds=REPLY_GRACE.total_seconds() + 1)
    assert not may(house.salon.pk, "send_replies")


def test_nobody_asks_what_is_not_in_the_table(house: House) -> None:
    with pytest.raises(KeyError):
        may(house.salon.pk, "fly")


def _terms(plan: Plan) -> dict[str, object]:
    newest = plan.current
    return {name: getattr(newest, name) for name in ("limits", "soft", "features", "amounts", "overage")}
