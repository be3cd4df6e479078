"""BL-010: what each state says above the pages, and that its button leads to something that can be done."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from billing.subscriptions.states import State
from ops import clock
from tenants.salons.models import Membership
from tests.billing.pages.conftest import Till
from tests.world import Browser

UNBILLED: dict[str, Any] = {"subscription_ref": "", "gateway": ""}


class Case(NamedTuple):
    """A state; where the one button leads, and what can be pressed there."""

    state: State
    more: dict[str, Any]
    address: str
    does: str


CASES = [
    Case(State.TRIALING, UNBILLED, "/billing/plans/", "/billing/plans/pro/?interval="),
    Case(State.TRIALING, {}, "", ""),
    Case(State.ACTIVE, {}, "", ""),
    Case(State.PAST_DUE, {}, "/billing/payment/", 'action="/billing/invoices/pay/"'),
    Case(State.PAST_DUE, UNBILLED, "/billing/plans/", "/billing/plans/pro/?interval="),
    Case(State.SUSPENDED, {}, "/billing/payment/", 'action="/billing/invoices/pay/"'),
    Case(State.SUSPENDED, UNBILLED, "/billing/plans/", "/billing/plans/pro/?interval="),
    Case(State.PAUSED, {}, "/billing/", "/billing/plans/"),
    Case(State.PAUSED, UNBILLED, "/billing/plans/", "/billing/plans/pro/?interval="),
    Case(State.CANCELED, {"plan": "free", "interval": "", "period": None}, "", ""),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.state}{'' if case.more else '-billed'}")
def test_the_button_of_a_state_leads_to_something_that_works(alice: Browser, till: Till, case: Case) -> None:
    till.stands(case.state, **{"trial_ends_at": clock.now() + timedelta(days=3), **case.more})
    overview = alice.get_page("/billing/")
    banner = overview.partition('<div class="bill-banner')[2].partition("</div>")[0]
    if not case.address:
        assert not banner
        return
    assert f'href="{case.address}"' in banner
    assert case.does in alice.get_page(case.address)
    # Without an invoice nobody is told to pay one.
    assert ("/billing/payment/" in banner) == (case.does == 'action="/billing/invoices/pay/"')
    # A manager may look and not pay.
    Membership.objects.filter(user=alice.user, salon=alice.salon).update(role="manager")
    assert (
        'href="/billing/"' in alice.get_page("/billing/").partition('<div class="bill-banner')[2].partition("</div>")[0]
    )


def test_who_owes_pays_first_and_hears_no_untrue_promise(alice: Browser, till: Till) -> None:
    """FR-BL-006: the change says so before anything is pressed; the end does not say that all goes on until then."""
    till.stands(State.SUSPENDED)
    page = alice.get_page("/billing/plans/agency/")
    assert 'href="/billing/payment/"' in page
    assert 'name="interval"' not in page
    assert "bill-owes" in alice.get_page("/billing/cancel/")


def test_fr_bl_005_who_has_canceled_still_reaches_older_invoices(
    alice: Browser, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.stands(State.CANCELED, plan="free", interval="", period=None)
    monkeypatch.setattr("billing.pages.views.paying.MOST", 1)
    for page in ("/billing/invoices/", "/billing/payment/"):
        assert 'action="/billing/payment/portal/"' in alice.get_page(page)
    assert alice.post("/billing/payment/portal/").status_code == 303
