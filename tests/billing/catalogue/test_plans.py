"""FR-BL-002: plans are data; an edit is a new version; mistakes are named."""

import json
from typing import Any

import pytest
from django.test import Client

from billing.metering.kinds import GAUGES, Kind
from billing.plans import catalogue, queries
from billing.plans.actions import revise
from billing.plans.models import Plan, PlanVersion
from billing.plans.names import CURRENCIES, INTERVALS, LIMITS, said
from billing.plans.terms import FIELDS, WrongTerms, checked
from config.env import env
from tenants.accounts.models import User
from tenants.operators.models import OperatorAct
from tests.world import Salons


def test_the_catalogue_says_every_limit_and_price(db: None) -> None:
    offered = queries.offered()
    assert [one.plan.code for one in offered] == ["free", "starter", "pro", "agency"]
    for one in offered:
        assert set(LIMITS) - set(one.limits) <= {"campaigns", "bookings", "flow_executions"}
        assert all(one.amount(interval, currency) is not None for interval in INTERVALS for currency in CURRENCIES)
    assert [one.is_free for one in offered] == [True, False, False, False]


def test_every_plan_of_the_catalogue_can_be_read() -> None:
    for _code, _name, _public, terms in catalogue.CATALOGUE:
        assert checked(terms) == terms


def test_the_demo_has_no_limit_and_every_feature(salons: Salons, db: None) -> None:
    queries.forget()
    assert queries.limit_of(salons.aurora.pk, "messages") is None
    assert queries.has_feature(salons.aurora.pk, "custom_roles")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limits", {"messages": -1}),
        ("limits", {"mesages": 5}),
        ("soft", ["contacts"]),
        ("features", ["gold"]),
        ("amounts", {"month": {"BRL": 9.5}}),
        ("amounts", {"week": {"BRL": 900}}),
        ("overage", {"messages": {"BRL": "much"}}),
    ],
)
def test_a_mistake_is_named(field: str, value: Any) -> None:
    with pytest.raises(WrongTerms) as wrong:
        checked({field: value})
    assert wrong.value.field == field


def test_the_same_terms_are_no_version(db: None) -> None:
    plan = Plan.objects.get(code="pro")
    assert revise(plan, {name: getattr(plan.current, name) for name in FIELDS}) is None


def test_an_operator_edits_a_plan_by_another_version(db: None, client: Client) -> None:
    client.force_login(User.objects.create_superuser("olga@example.com", "a long password"))
    pro = PlanVersion.objects.get(plan__code="pro")
    data = {name: json.dumps(getattr(pro, name)) for name in FIELDS} | {"name": "Pro", "order": 2, "is_public": "on"}
    data["limits"] = json.dumps({**pro.limits, "messages": 7})
    answer = client.post(f"/operator/plans/plan/{pro.plan_id}/change/", data, headers={"host": "cadeira.localhost"})
    assert answer.status_code == 302
    pro.refresh_from_db()
    assert [one.limits["messages"] for one in pro.plan.versions.all()] == [pro.limits["messages"], 7]
    assert OperatorAct.objects.get().details["limits"][1]["messages"] == 7


def test_a_price_is_named_by_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "stripe_prices", {"PRO_YEAR": "price_9", "PRO_YEAR_EUR": "price_8"})
    assert [env.stripe_price("pro", "year", one) for one in ("", "EUR", "USD")] == ["price_9", "price_8", "price_9"]
    assert env.stripe_price("pro", "month") == ""


def test_what_is_counted_is_what_plans_limit() -> None:
    """One list: each kind that is counted, flowing or staying, is a limit with words of its own."""
    counted = {*map(str, Kind), *GAUGES}
    assert counted == set(LIMITS)
    assert all(said(name) != name for name in counted)
    assert said("a_limit_of_tomorrow") == "a_limit_of_tomorrow"
