"""Aurora with a subscription, and the clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from billing.plans import queries
from billing.subscriptions import excess, trial
from billing.subscriptions.entitlement import Entitlement, apply, of
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from tenants.accounts.models import MailItem
from tenants.alerts.models import Alert
from tenants.salons.models import Salon
from tests.world import Salons

PAID = Entitlement(
    plan="pro", state=State.ACTIVE, interval="month", currency="BRL", customer_ref="cus_1", subscription_ref="sub_1"
)


@dataclass
class House:
    """A salon, what it pays, and the time."""

    salon: Salon
    monkeypatch: pytest.MonkeyPatch
    paid: Entitlement = field(default=PAID)

    def begins(self) -> Subscription:
        """Somebody has signed up."""
        with inside(self.salon.pk):
            trial.start(self.salon)
        return self.row

    def gets(self, state: State, **other: Any) -> bool:
        """The gateway says so."""
        changed = apply(self.salon.pk, replace(self.paid, state=state, **other), at=clock.real())
        self.forget()
        return changed

    def later(self, **span: float) -> None:
        """Time goes by, and what is due is done."""
        self.monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(**span))
        ticker.run()
        self.forget()

    def forget(self) -> None:
        """As if the few seconds had passed for which processes remember."""
        queries.forget()
        excess.forget()

    @property
    def row(self) -> Subscription:
        """As it stands now."""
        return of(self.salon.pk)

    @property
    def told(self) -> list[str]:
        """What the open notices are of."""
        with inside(self.salon.pk):
            return [key.partition(":")[2] for key in Alert.objects.open().values_list("key", flat=True)]

    @property
    def mails(self) -> int:
        """How many wait to be sent."""
        return MailItem.objects.count()


@pytest.fixture
def house(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Aurora, which the platform bills from now on."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    made = House(salons.aurora, monkeypatch)
    made.forget()
    yield made
    made.forget()
