"""A gateway that answers from memory, and a salon that stands as a test says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.gateways.port import GatewayRefused, Invoice, Line, PaymentMethod, Preview, TaxId
from billing.pages import context
from billing.subscriptions import entitlement
from billing.subscriptions.entitlement import Entitlement
from billing.subscriptions.states import State
from ops import clock
from tests.world import Salons

PAY = "https://checkout.stripe.com/c/pay/1"


@dataclass
class Till:
    """What pages ask of a gateway, remembered."""

    salon_id: int
    kind: str = "till"
    url: str = PAY
    pdf_url: str = "https://pay.stripe.com/invoice/1/pdf"
    refuses: str = ""
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def _did(self, *what: Any) -> None:
        if self.refuses:
            raise GatewayRefused("payment_method", self.refuses)
        self.asked.append(what)

    def ensure_customer(self, salon_id: int) -> str:
        return "cus_1"

    def checkout(self, salon_id: int, plan: str, interval: str, success_url: str, cancel_url: str) -> str:
        self._did("checkout", plan, interval, success_url)
        return self.url

    def portal(self, salon_id: int, return_url: str) -> str:
        return self.url

    def add_payment_method_url(self, salon_id: int, return_url: str) -> str:
        return self.url

    def preview(self, salon_id: int, plan: str, interval: str) -> Preview:
        is_down = plan == "starter"
        lines = [] if is_down else [Line("Rest of Starter", 1, -3950), Line("Pro", 1, 9950)]
        return Preview(lines, 0 if is_down else 6000, 7900 if is_down else 19900, "BRL", clock.now(), is_down)

    def change(self, salon_id: int, plan: str, interval: str) -> Preview:
        self._did("change", plan, interval)
        return self.preview(salon_id, plan, interval)

    def cancel(self, salon_id: int) -> datetime | None:
        self._did("cancel")
        return clock.now()

    def resume(self, salon_id: int) -> None:
        self._did("resume")

    def invoices(self, salon_id: int) -> list[Invoice]:
        if salon_id != self.salon_id:
            return []
        lines = [Line("Pro", 1, 19900)]
        return [
            Invoice("in_2", "A-2", clock.now(), 19900, "BRL", "open", "", self.pdf_url, lines, due_minor=19900),
            Invoice("in_1", "A-1", clock.now(), 19900, "BRL", "paid", "", self.pdf_url, lines, refunded_minor=100),
        ]

    def payment_methods(self, salon_id: int) -> list[PaymentMethod]:
        return [PaymentMethod("pm_1", "visa", "4242", "12/2030", True)] if salon_id == self.salon_id else []

    def set_default(self, salon_id: int, ref: str) -> None:
        self._did("default", ref)

    def remove(self, salon_id: int, ref: str) -> None:
        self._did("remove", ref)

    def tax_id(self, salon_id: int) -> TaxId | None:
        return None

    def set_tax_id(self, salon_id: int, value: str) -> None:
        self._did("tax", value)

    def pay(self, salon_id: int, ref: str) -> None:
        self._did("pay", ref)

    def refresh(self, salon_id: int) -> bool:
        self._did("refresh")
        return False

    def stands(self, state: State, plan: str = "pro", **more: Any) -> None:
        """Let the salon be in that state."""
        now = clock.now()
        values: dict[str, Any] = {
            "interval": "month",
            "currency": "BRL",
            "period": (now - timedelta(days=10), now + timedelta(days=20)),
            "customer_ref": "cus_1",
            "subscription_ref": "sub_1",
        }
        entitlement.apply(self.salon_id, Entitlement(plan=plan, state=state, **{**values, **more}))
        # As its commit would.
        entitlement.forget()
        context._row.cache_clear()


@pytest.fixture
def till(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """Aurora's."""
    made = Till(salons.aurora.pk)
    monkeypatch.setattr("billing.pages.gateways.gateway", lambda: made)
    context._row.cache_clear()
    yield made
    context._row.cache_clear()
    entitlement.forget()
