"""FR-BL-007: what goes beyond a soft limit is told exactly once; what does not agree is listed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.gateways.port import GatewayAway
from billing.metering import overage, reconciling
from billing.metering.models import OverageReport, UsageDifference
from billing.metering.periods import period_of
from billing.metering.recording import record
from billing.plans.models import Plan
from billing.plans.queries import terms_of
from billing.quotas import watching
from billing.quotas.jobs import look_at_use
from billing.subscriptions.entitlement import Entitlement, apply
from billing.subscriptions.states import State
from ops import clock
from ops.salon import inside
from ops.timers.models import Timer
from ops.timers.registry import Due
from tests.billing.conftest import forget
from tests.world import Salons


@dataclass
class Meter:
    """Whoever bills: counts each key once, and may be away."""

    told: list[str] = field(default_factory=list)
    billed: dict[str, int] = field(default_factory=dict)
    is_away: bool = False

    def report_usage(self, salon_id: int, kind: str, quantity: int, key: str, at: datetime) -> datetime:
        if self.is_away:
            raise GatewayAway("nobody there")
        self.told.append(key)
        self.billed[key] = quantity
        return at

    def usage_billed(self, salon_id: int, kind: str, period: Any) -> int:
        return sum(self.billed.values())


@pytest.fixture
def meter(salons: Salons, db: None, fresh: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    """Aurora pays for Pro, which has ten messages and sells more."""
    made = Meter()
    for module in (overage, reconciling):
        monkeypatch.setattr(module, "gateway", lambda: made)
    version = Plan.objects.get(code="pro").current
    version.limits, version.soft, version.overage = {"messages": 10}, ["messages"], {"messages": {"BRL": "5"}}
    version.save()
    now = clock.now()
    paid = Entitlement(
        plan="pro", state=State.ACTIVE, interval="month", currency="BRL", period=(now, now + timedelta(days=30)),
        customer_ref="cus_1", subscription_ref="sub_1",
    )  # fmt: skip
    apply(salons.aurora.pk, paid)
    forget()
    yield made
    forget()


def use(salon_id: int, units: int, key: str) -> None:
    record(salon_id, "messages", key=key, quantity=units)
    watching.run()


def report_all(salon_id: int) -> None:
    with inside(salon_id):
        for pk in OverageReport.objects.filter(state="pending").values_list("pk", flat=True):
            overage.report(pk)


def test_only_what_is_beyond_and_new_is_owed(salons: Salons, meter: Meter) -> None:
    for units, key in ((9, "a"), (4, "b"), (2, "c")):
        use(salons.aurora.pk, units, key)
    watching.run()
    report_all(salons.aurora.pk)
    assert list(meter.billed.values()) == [3, 2]


def test_a_crash_after_the_call_tells_the_same_again(salons: Salons, meter: Meter, monkeypatch: Any) -> None:
    use(salons.aurora.pk, 12, "a")
    monkeypatch.setattr(overage, "failpoint", lambda name: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        report_all(salons.aurora.pk)
    monkeypatch.setattr(overage, "failpoint", lambda name: None)
    report_all(salons.aurora.pk)
    report_all(salons.aurora.pk)
    assert len(meter.told) == 2
    assert meter.billed == {meter.told[0]: 2}


def test_who_bills_may_be_away(salons: Salons, meter: Meter) -> None:
    meter.is_away = True
    use(salons.aurora.pk, 12, "a")
    report_all(salons.aurora.pk)
    meter.is_away = False
    report_all(salons.aurora.pk)
    assert list(meter.billed.values()) == [2]
    assert OverageReport.objects.get().attempts == 2


def test_a_difference_is_listed_until_it_is_gone(salons: Salons, meter: Meter) -> None:
    salon_id = salons.aurora.pk
    use(salon_id, 15, "a")
    report_all(salon_id)
    key = meter.told[0]
    meter.billed[key] = 4
    with inside(salon_id):
        assert reconciling.reconcile(salon_id) == 1
        found = UsageDifference.objects.get(against="gateway")
        assert (found.ours, found.theirs, found.closed_at) == (5, 4, None)
        meter.billed[key] = 5
        assert reconciling.reconcile(salon_id) == 0
    found.refresh_from_db()
    assert found.closed_at is not None
    assert found.day == period_of(salon_id).starts_at.astimezone(terms_of(salon_id).zone).date()


def test_what_the_watcher_missed_is_owed_once(salons: Salons, meter: Meter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last units of a period, with a plan that changed when it was over: judged by the one of then."""
    salon_id = salons.aurora.pk
    use(salon_id, 11, "a")
    with monkeypatch.context() as patch:
        patch.setattr(watching, "used_many", lambda wanted: 1 / 0)
        use(salon_id, 4, "b")
    assert [one.subject for one in Timer.objects.filter(salon_id=salon_id, kind="usage.gauges")] == ["flowing"]
    period = period_of(salon_id)
    monkeypatch.setattr(clock, "_offset", clock._offset + (period.ends_at - clock.now()) + timedelta(minutes=5))
    Plan.objects.create(code="huge", name="Huge").versions.create(number=1, limits={"messages": 1000})
    renewed = (period.ends_at, period.ends_at + timedelta(days=30))
    paid = Entitlement(plan="huge", state=State.ACTIVE, interval="month", currency="BRL", period=renewed,
                       customer_ref="cus_1", subscription_ref="sub_1")  # fmt: skip
    apply(salon_id, paid)
    forget()
    with inside(salon_id):
        for _time in range(2):
            look_at_use([Due("flowing", 0)])
    rows = OverageReport.objects.filter(salon_id=salon_id).order_by("pk")
    assert [(one.quantity, one.period_at) for one in rows] == [(1, period.starts_at), (4, period.starts_at)]
    assert all(one.at < period.ends_at for one in rows)


def test_a_trial_owes_nothing_later(salons: Salons, meter: Meter) -> None:
    salon_id, now = salons.aurora.pk, clock.now()
    trial = (now - timedelta(days=14), now + timedelta(seconds=1))
    apply(salon_id, Entitlement(plan="pro", state=State.TRIALING, period=trial, gateway=""))
    forget()
    use(salon_id, 15, "a")
    forget()
    with inside(salon_id):
        assert overage.owe_past(salon_id, "messages", trial[0], 15) == 0
