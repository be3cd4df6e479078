"""FR-BL-007: what goes beyond a soft limit stands on an invoice, once and to the unit."""

from typing import Any

import pytest
import stripe

from billing.gateways.stripe.gateway import StripeGateway
from billing.metering import overage, reconciling
from billing.metering.models import OverageReport
from billing.metering.recording import record
from billing.quotas import watching
from ops.salon import inside
from tests.billing.conftest import forget
from tests.billing.stripe.conftest import World
from tests.world import Salons

USE = "cadeira_use_messages"


def use(salon_id: int, units: int, key: str) -> None:
    """Messages were sent, and limits are looked at."""
    forget()
    record(salon_id, "messages", key=key, quantity=units)
    watching.run()


def tell(salon_id: int) -> None:
    """What the timer does."""
    forget()
    with inside(salon_id):
        for pk in OverageReport.objects.filter(state="pending").values_list("pk", flat=True):
            overage.report(pk)


def messages_on(world: World, which: int = -1) -> list[tuple[int, int]]:
    """Quantity and amount of each line of messages beyond the plan; of the newest invoice."""
    lines = world.book.all("invoice")[which]["lines"]["data"]
    mine = [one for one in lines if one["pricing"]["price_details"]["product"] == USE]
    return [(one["quantity"], one["amount"]) for one in mine if one["quantity"]]


def lose_answers(world: World, monkeypatch: pytest.MonkeyPatch, most: int = 1) -> list[str]:
    """Stripe does what it is asked, and the answer to the report of use never comes."""
    real, lost = world.transport.request, list[str]()

    def request(method: str, url: str, *given: Any) -> Any:
        answer = real(method, url, *given)
        if url.endswith("/meter_events") and len(lost) < most:
            lost.append(url)
            raise stripe.APIConnectionError("lost on its way")  # type: ignore[no-untyped-call]
        return answer

    monkeypatch.setattr(world.transport, "request", request)
    return lost


def test_fr_bl_007_use_beyond_a_soft_limit_is_on_the_invoice(
    subscribed: World, salons: Salons, fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20,000 are in the plan; 350 more cost 6 centavos each, though the answer to one report was lost."""
    lost = lose_answers(subscribed, monkeypatch)
    use(salons.aurora.pk, 20_300, "a")
    tell(salons.aurora.pk)
    use(salons.aurora.pk, 50, "b")
    for _time in range(2):
        tell(salons.aurora.pk)
    assert lost and set(OverageReport.objects.values_list("state", flat=True)) == {"done"}
    subscribed.skip(32)
    invoice = subscribed.book.all("invoice")[-1]
    assert messages_on(subscribed) == [(350, 2_100)]
    assert (invoice["status"], invoice["total"]) == ("paid", 19_900 + 2_100)


@pytest.mark.parametrize("is_lost", [False, True])
def test_fr_bl_007_what_is_told_after_the_bill_is_on_the_next_one(
    subscribed: World, salons: Salons, fresh: None, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    """Once only: what was told in time, though nobody heard the answer, is on the first bill."""
    use(salons.aurora.pk, 20_300, "a")
    if is_lost:
        lose_answers(subscribed, monkeypatch, most=3)
        tell(salons.aurora.pk)
    subscribed.skip(31.5)
    subscribed.book.keys = {name: {**kept, "at": subscribed.book.now} for name, kept in subscribed.book.keys.items()}
    tell(salons.aurora.pk)
    with inside(salons.aurora.pk):
        assert reconciling.reconcile(salons.aurora.pk) == 0
    subscribed.skip(31)
    bills = [messages_on(subscribed, which) for which in (-2, -1)]
    assert bills == ([[(300, 1_800)], []] if is_lost else [[], [(300, 1_800)]])


@pytest.mark.parametrize(("plan", "total"), [("agency", 0), ("starter", 7_900 + 1_800)])
def test_fr_bl_006_use_is_billed_at_the_plan_it_was_used_in(
    subscribed: World, salons: Salons, gateway: StripeGateway, fresh: None, plan: str, total: int
) -> None:
    """A larger plan's messages are cheaper, and a smaller one has fewer: neither counts for what was before."""
    use(salons.aurora.pk, 20_300, "a")
    tell(salons.aurora.pk)
    shown = gateway.change(salons.aurora.pk, plan, "month")
    if plan == "starter":
        subscribed.skip(32)
    assert messages_on(subscribed) == [(300, 1_800)]
    assert subscribed.book.all("invoice")[-1]["total"] == (total or shown.due_now_minor)
    subscribed.skip(31.5)
    assert messages_on(subscribed) == []
