"""A salon that asks for deposits, and a payment provider that is only remembered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.payment_links import actions, providers
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import Made, News
from config.env import env
from crm.bookings.models import BookingPolicy
from ops.salon import inside
from ops.timers import calls
from tests.bookings.waitlist.conftest import Line
from tests.bookings.waitlist.conftest import line as line_fixture

line = line_fixture


class Remembered:
    """A provider that answers at once."""

    kind = "remembered"

    def __init__(self) -> None:
        self.refunds: list[str] = []

    async def create(
        self, amount_minor: int, currency: str, reference: str, description: str, expires_at: datetime | None
    ) -> Made:
        """A page."""
        return Made(f"ref-{reference[-6:]}", f"https://pay.example.com/{reference[-6:]}")

    async def refund(self, ref: str, amount_minor: int, reference: str) -> None:
        """Noted."""
        self.refunds.append(ref)

    async def withdraw(self, ref: str) -> None:
        """Nothing."""

    def read(self, headers: Mapping[str, str], body: bytes) -> News | None:
        """Nobody tells it anything."""
        return None


@dataclass
class Till:
    """The salon's money."""

    line: Line
    provider: Remembered = field(default_factory=Remembered)

    def rule(self, **values: Any) -> None:
        """The salon's rules."""
        with inside(self.line.chair.salon_id):
            BookingPolicy.objects.update(**values)

    def tick(self) -> None:
        """Timers, calls and events, until nothing more happens."""
        for _ in range(4):
            self.line.tick()
            calls.work()
        self.line.tick()

    def link(self, purpose: str = "deposit") -> PaymentLink:
        """The newest."""
        with inside(self.line.chair.salon_id):
            return PaymentLink.objects.filter(purpose=purpose).order_by("-pk")[0]

    def hear(self, kind: str, purpose: str = "deposit", news: str = "") -> None:
        """The provider tells."""
        with inside(self.line.chair.salon_id):
            actions.hear(self.link(purpose).public_id, News(news or uuid4().hex, "", kind))
        self.tick()


@pytest.fixture
def till(line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """Half of the price, always; the guest's window is open."""
    made = Till(line)
    monkeypatch.setitem(providers.PROVIDERS, made.provider.kind, made.provider)
    monkeypatch.setattr(env, "payment_links", made.provider.kind)
    line.says(line.chair.contact, "oi")
    made.rule(deposit={"when": "always", "kind": "percent", "value": 50}, payment_minutes=60)
    yield made
