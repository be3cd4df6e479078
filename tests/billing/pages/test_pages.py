"""The salon's pages of its plan and bills: what they tell, where they lead, and where they never lead."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.metering.models import UsageGauge, UsageTotal
from billing.metering.periods import period_of
from billing.pages import context, report, standing
from billing.pages.gateways import is_own
from billing.subscriptions import entitlement
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.salons.models import Membership
from tests.billing.pages.conftest import PAY, Till
from tests.world import Browser

MOST_QUERIES = 12
PAGES = ("", "plans/", "plans/starter/", "cancel/", "payment/", "invoices/", "usage/", "usage/?kind=contacts", "costs/")


def use(salon_id: int, kind: str, quantity: int) -> None:
    period = period_of(salon_id)
    day = clock.now().date()
    UsageTotal.objects.create(salon_id=salon_id, kind=kind, day=day, period_at=period.starts_at, quantity=quantity)


def have(salon_id: int, kind: str, value: int) -> None:
    now = clock.now()
    UsageGauge.objects.update_or_create(
        salon_id=salon_id, kind=kind, day=now.date(), defaults={"value": value, "peak": value, "at": now}
    )


@pytest.mark.parametrize("page", PAGES)
def test_fr_db_009_every_page_answers_from_sums(alice: Browser, till: Till, page: str) -> None:
    """UX-004: within twelve questions, none of them of the lines of use."""
    till.stands(State.ACTIVE)
    alice.get_page(f"/billing/{page}")
    with CaptureQueriesContext(connection) as asked:
        alice.get_page(f"/billing/{page}")
    questions = [one["sql"] for one in asked if not one["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))]
    assert len(questions) <= MOST_QUERIES, "\n".join(questions)
    assert not [one for one in questions if "usage_event" in one]


def test_ux_004_the_page_and_the_notice_above_it_ask_once(
    alice: Browser, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.stands(State.PAST_DUE)
    asked: list[Any] = []
    of = entitlement.of

    def counted(*given: Any) -> Subscription:
        asked.append(given)
        return of(*given)

    for module in (standing, context):
        monkeypatch.setattr(module, "entitlement", SimpleNamespace(of=counted))
    assert "bill-banner--danger" in alice.get_page("/billing/")
    assert len(asked) == 1


def test_bl_009_meters_say_where_the_period_leads(alice: Browser, till: Till) -> None:
    """A third of the period has gone with 8.000 of 20.000 messages: about 24.000, each beyond for its price."""
    till.stands(State.ACTIVE)
    use(till.salon_id, "messages", 8_000)
    page = alice.get_page("/billing/")
    assert "8.000 " in page and " 20.000" in page
    assert "24.000" in page
    assert "R$ 60" in page


def test_fr_bl_007_what_is_beyond_a_soft_limit_says_what_it_costs(alice: Browser, till: Till) -> None:
    till.stands(State.ACTIVE)
    use(till.salon_id, "messages", 20_300)
    page = alice.get_page("/billing/")
    assert "300 além dele dão R$ 18 na próxima fatura até agora" in page
    assert "bill-meter__bar--red" not in page


def test_fr_bl_006_a_smaller_plan_says_what_is_above_it_and_deletes_nothing(alice: Browser, till: Till) -> None:
    till.stands(State.ACTIVE)
    have(till.salon_id, "professionals", 12)
    page = alice.get_page("/billing/plans/starter/")
    assert "R$ 79" in page
    shown = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert re.search(r"\b12\b[^.]{0,80}\b6\b|\b6\b[^.]{0,80}\b12\b", shown), shown
    assert alice.post("/billing/plans/starter/", {"interval": "month"}).status_code == 303
    assert till.asked == [("change", "starter", "month")]


def test_fr_bl_001_whoever_does_not_pay_yet_is_led_to_the_gateways_page(alice: Browser, till: Till) -> None:
    answer = alice.post("/billing/plans/pro/", {"interval": "year"})
    assert (answer.status_code, answer["Location"]) == (303, PAY)
    assert till.asked[0][:3] == ("checkout", "pro", "year")
    assert till.asked[0][3].startswith("http://aurora.cadeira.localhost:8000/billing/back/")


def test_fr_bl_005_no_address_but_the_gateways_is_opened(alice: Browser, till: Till) -> None:
    till.stands(State.ACTIVE)
    assert alice.get("/billing/invoices/pdf/?invoice=in_1")["Location"] == till.pdf_url
    till.pdf_url = "https://stripe.com.evil.example/x"
    assert alice.get("/billing/invoices/pdf/?invoice=in_1").status_code == 404
    assert alice.get("/billing/invoices/pdf/?invoice=in_of_another").status_code == 404
    wrong = ("http://pay.stripe.com/x", "https://a@pay.stripe.com/", "//pay.stripe.com/", "https://stripe.com:1/", "")
    assert not [one for one in wrong if is_own(one)]


def test_fr_bl_004_another_salons_card_is_not_touched(alice: Browser, till: Till) -> None:
    till.stands(State.ACTIVE)
    assert alice.post("/billing/payment/remove/", {"method": "pm_of_another"}).status_code == 303
    assert till.asked == []
    alice.post("/billing/payment/remove/", {"method": "pm_1"})
    assert till.asked == [("remove", "pm_1")]


def test_bl_010_a_debt_stands_above_every_page_with_one_button(alice: Browser, till: Till, bob: Browser) -> None:
    till.stands(State.PAST_DUE)
    page = alice.get_page("/")
    assert page.count("bill-banner--danger") == 1
    assert 'href="/billing/payment/"' in page
    # A manager may look and not pay.
    Membership.objects.filter(user=alice.user, salon=alice.salon).update(role="manager")
    assert 'href="/billing/payment/"' not in alice.get_page("/")
    # Whoever may not see bills is not troubled with them.
    assert "bill-banner" not in bob.get_page("/")
    till.stands(State.ACTIVE)
    assert "bill-banner" not in alice.get_page("/")


def test_fr_bl_008_a_trial_counts_down_in_its_last_week(alice: Browser, till: Till) -> None:
    now = clock.now()
    for days, shown in ((10, False), (3, True)):
        till.stands(State.TRIALING, trial_ends_at=now + timedelta(days=days), subscription_ref="", gateway="")
        assert ("bill-banner--info" in alice.get_page("/billing/")) is shown


def test_fr_bl_001_the_page_that_waits_asks_more_and_more_seldom_and_stops(alice: Browser, till: Till) -> None:
    assert "delay:1s" in alice.get_page("/billing/back/?plan=pro")
    assert "delay:30s" in alice.get_page("/billing/back/state/?plan=pro&n=9")
    assert "back/state/" not in alice.get_page("/billing/back/state/?plan=pro&n=40")
    alice.get_page("/billing/back/state/?plan=pro&n=4")
    assert till.asked == [("refresh",)]
    till.stands(State.ACTIVE)
    assert "back/state/" not in alice.get_page("/billing/back/?plan=pro")


def test_fr_bl_006_a_refusal_is_said_and_nothing_is_noted_as_done(alice: Browser, till: Till) -> None:
    till.stands(State.ACTIVE, plan="starter")
    till.refuses = "Your card was declined."
    answer = alice.post(
        "/billing/plans/pro/",
        {"interval": "month"},
        follow=True,
        headers={"referer": "http://aurora.cadeira.localhost:8000/billing/"},
    )
    assert "Your card was declined." in answer.content.decode()
    with inside(till.salon_id):
        assert not AuditEntry.objects.filter(action="subscription.change_asked").exists()


def test_bl_009_operators_see_income_failing_payments_and_who_is_near_a_limit(till: Till) -> None:
    """FR-DB-010: a year's price is twelve months of income; sums of the newest period against the salon's plan."""
    till.stands(State.PAST_DUE, interval="year")
    use(till.salon_id, "messages", 19_000)
    found = report.made(clock.now())
    # Of R$ 1.990 a year.
    assert found["income"] == ["R$ 165,83"]
    assert [row.salon_id for row in found["failing"]] == [till.salon_id]
    assert [(one.salon_id, one.percent) for one in found["near"]] == [(till.salon_id, 95)]


HOSTILE = ["²", "٣", "-1", "1e3", "9" * 4000, "\x00", "'--", "{{7*7}}", "../pro", "2026-13", "x" * 300]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_what_nobody_would_type_into_an_address_is_not_found_or_ignored(alice: Browser, till: Till, value: str) -> None:
    """TN-009: every name that a page below /billing/ reads."""
    names = ("n", "plan", "interval", "kind", "days", "month", "invoice")
    pages = ["", "plans/", "plans/pro/", "back/", "back/state/", "cancel/", "payment/", "invoices/", "invoices/pdf/"]
    for page in [*pages, "usage/", "costs/"]:
        answer = alice.get(f"/billing/{page}", dict.fromkeys(names, value))
        assert answer.status_code in (200, 302, 303, 404), page
        assert "'--" not in answer.content.decode() and ">49<" not in answer.content.decode()
