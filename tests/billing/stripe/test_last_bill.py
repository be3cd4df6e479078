"""FR-BL-007: what was used in a subscription that has ended is on an invoice, once, whenever it was told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe

from billing.gateways.stripe import drain
from billing.gateways.stripe.gateway import StripeGateway
from billing.gateways.stripe.models import StripeDelivery
from billing.gateways.stripe.settling import settle
from billing.metering import last_bills
from billing.metering.models import LastBill, OverageReport
from billing.metering.recording import record
from billing.plans.queries import terms_of
from billing.quotas import watching
from ops import accounting, clock
from ops.metrics import MONEY_TROUBLE
from ops.salon import inside
from ops.timers import errands
from ops.timers.models import Timer
from sandbox.stripe import customers, subscriptions
from tenants.salons.actions import close_salon
from tests.billing.conftest import forget
from tests.billing.stripe.conftest import World
from tests.billing.stripe.test_overage import USE, lose_answers, tell, use
from tests.world import Salons

HOUR = 1 / 24


def on_bills(world: World) -> list[tuple[int, int]]:
    """Quantity and amount of each line of messages beyond the plan, of all invoices that are final."""
    lines = [one for bill in world.book.all("invoice") if bill["status"] != "draft" for one in bill["lines"]["data"]]
    mine = [one for one in lines if one["pricing"] and one["pricing"]["price_details"]["product"] == USE]
    return [(one["quantity"], one["amount"]) for one in mine if one["quantity"]]


def last_bill() -> None:
    """What the timer does, when its time has come."""
    row = LastBill.objects.get()
    with inside(row.salon_id):
        last_bills.bill(row.pk)


def lose(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    """Stripe does this, and its first answer never comes."""
    real, lost = world.transport.request, ["once"]

    def request(method: str, url: str, *given: Any) -> Any:
        answer = real(method, url, *given)
        if method == "post" and url.endswith(path) and lost:
            lost.pop()
            raise stripe.APIConnectionError("lost on its way")  # type: ignore[no-untyped-call]
        return answer

    monkeypatch.setattr(world.transport, "request", request)
    return lost


@pytest.fixture
def leaving(subscribed: World, salons: Salons, gateway: StripeGateway, fresh: None) -> Callable[[float], World]:
    """300 more than the plan has, cancelled, and so many days later."""

    def give(days: float) -> World:
        gateway.cancel(salons.aurora.pk)
        use(salons.aurora.pk, 20_300, "a")
        end = subscribed.subscription()["items"]["data"][0]["current_period_end"]
        subscribed.skip((end - subscribed.book.now) / 86_400 + days)
        return subscribed

    return give


@pytest.mark.parametrize("told_after", [-1, 0.5 * HOUR, 3 * HOUR, 5, 40])
def test_told_in_time_or_late_it_is_on_one_bill(
    leaving: Callable[[float], World], salons: Salons, told_after: float
) -> None:
    world = leaving(told_after)
    tell(salons.aurora.pk)
    world.skip(max(2 * HOUR, -told_after + 2 * HOUR))
    world.settle()
    for _time in range(2):
        last_bill()
        world.skip(HOUR)
    assert on_bills(world) == [(300, 1_800)]
    assert [one["status"] for one in world.book.all("invoice")] == ["paid"] * len(world.book.all("invoice"))
    assert LastBill.objects.get().state == "done"


@pytest.mark.parametrize("path", ["/v1/invoices", "/v1/invoiceitems", "/finalize"])
def test_a_lost_answer_bills_nothing_twice(
    leaving: Callable[[float], World], salons: Salons, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    world = leaving(2)
    world.settle()
    lost = lose(world, monkeypatch, path)
    last_bill()
    assert not lost and LastBill.objects.get().state == "pending"
    world.book.keys.clear()  # a day later
    last_bill()
    world.skip(2 * HOUR)
    last_bill()
    assert (on_bills(world), LastBill.objects.get().state) == ([(300, 1_800)], "done")


def test_a_crash_before_it_is_noted_bills_nothing_twice(
    leaving: Callable[[float], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = leaving(2)
    world.settle()
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(last_bills, "failpoint", lambda name: (_ for _ in ()).throw(SystemExit))
        last_bill()  # dies at metering.after_last_bill
    last_bill()
    assert (on_bills(world), LastBill.objects.get().state) == ([(300, 1_800)], "done")


def test_in_time_though_nobody_heard_it(
    leaving: Callable[[float], World], salons: Salons, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = leaving(-1)
    lose_answers(world, monkeypatch, most=3)
    tell(salons.aurora.pk)
    world.skip(1 + 0.5 * HOUR)
    world.settle()
    last_bill()
    assert LastBill.objects.get().state == "pending"  # the invoice is a draft still
    world.skip(2 * HOUR)
    tell(salons.aurora.pk)
    last_bill()
    assert on_bills(world) == [(300, 1_800)]


def test_what_comes_to_light_later_is_on_another_one(leaving: Callable[[float], World], salons: Salons) -> None:
    world = leaving(2)
    world.settle()
    last_bill()
    ended = LastBill.objects.get().ended_at
    forget()
    record(salons.aurora.pk, "messages", key="b", quantity=7, at=ended - timedelta(minutes=1))
    watching.run()
    assert LastBill.objects.get().state == "done"  # without a price nobody sold it
    OverageReport.objects.update(quantity=307)
    last_bills.open_again(salons.aurora.pk, OverageReport.objects.get().period_at)
    last_bill()
    assert on_bills(world) == [(300, 1_800), (7, 42)]


def test_a_closed_salon_gets_its_last_bill(
    subscribed: World, salons: Salons, gateway: StripeGateway, fresh: None
) -> None:
    use(salons.aurora.pk, 20_300, "a")
    close_salon(salons.aurora)
    subscribed.skip(1.1)
    drain.work()
    subscribed.settle()
    assert subscribed.subscription()["status"] == "canceled"
    subscribed.skip(2 * HOUR)
    assert Timer.objects.filter(kind=last_bills.TIMER, due_at__lte=clock.now(), state="pending").exists()
    errands.work()
    subscribed.skip(HOUR)
    assert on_bills(subscribed) == [(300, 1_800)]
    bill = subscribed.book.all("invoice")[-1]
    assert (bill["status"], bill["total"], bill["billing_reason"]) == ("paid", 1_800, "manual")
    # dj-stripe takes the answer, and all events of it, for what they are.
    assert gateway.invoices(salons.aurora.pk)[0].status == "open"
    subscribed.hear()
    assert StripeDelivery.objects.exclude(state="done").count() == 0
    shown = gateway.invoices(salons.aurora.pk)[0]
    assert (shown.status, shown.total_minor, [one.quantity for one in shown.lines]) == ("paid", 1_800, [300])


def test_what_ended_within_its_period_is_billed(subscribed: World, salons: Salons, fresh: None) -> None:
    """As where Stripe has given up on a card that does not pay: what was told in time is on no invoice of its own."""
    use(salons.aurora.pk, 20_300, "a")
    tell(salons.aurora.pk)
    subscribed.skip(3)
    subscriptions.end_now(subscribed.book, subscribed.subscription(), "payment_failed")
    subscribed.settle()
    last_bill()
    subscribed.skip(HOUR)
    assert on_bills(subscribed) == [(300, 1_800)]


def test_who_comes_back_pays_none_of_it_twice(
    leaving: Callable[[float], World], salons: Salons, gateway: StripeGateway
) -> None:
    world = leaving(2)
    world.settle()
    world.pay(gateway.checkout(salons.aurora.pk, "agency", "month", "http://aurora/ok", "http://aurora/no"))
    world.settle()
    world.skip(2 * HOUR)
    tell(salons.aurora.pk)
    last_bill()
    world.skip(32)
    assert on_bills(world) == [(300, 1_800)]
    assert terms_of(salons.aurora.pk).plan == "agency"


def test_what_cannot_be_billed_is_told_of(leaving: Callable[[float], World], salons: Salons) -> None:
    told = MONEY_TROUBLE.labels("use.not_billed")
    before = told._value.get()
    world = leaving(3)
    world.settle()
    world.book.kinds["product"].pop(USE)
    last_bill()
    assert (LastBill.objects.get().state, told._value.get()) == ("refused", before + 1)
    LastBill.objects.update(ended_at=clock.real() - timedelta(days=3))
    assert accounting.faults() == {"a subscription that ended days ago, and whose last use may be on no bill": 1}


def test_a_customer_that_was_deleted_owes_and_is_told_of(subscribed: World, salons: Salons, fresh: None) -> None:
    use(salons.aurora.pk, 20_300, "a")
    ref = subscribed.subscription()["customer"]
    subscriptions.end_now(subscribed.book, subscribed.subscription(), "cancellation_requested")
    customers.delete_customer(subscribed.book, ref)
    told = MONEY_TROUBLE.labels("use.not_billed")
    before = told._value.get()
    settle(ref)
    last_bill()
    assert (LastBill.objects.get().state, told._value.get()) == ("refused", before + 1)
