"""What a payment provider must be able to do for a salon; each is an adapter, and nothing else knows which it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Refused(Exception):
    """The provider does not want it, and will not want it at another try."""


class Unavailable(Exception):
    """There was no readable answer: the same is asked once more, with the same key."""


@dataclass(frozen=True, slots=True)
class Made:
    """A page where the guest pays."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """What became of a link. `id` is the provider's, the same for the same news told again."""

    id: str
    # <salon>.<public id of the link>
    reference: str
    # paid, declined, expired, refunded
    kind: str
    amount_minor: int = 0


class PaymentLinks(Protocol):
    """An adapter. `reference` is ours and makes each call idempotent: asked twice, one link, one refund."""

    kind: str

    async def create(
        self, amount_minor: int, currency: str, reference: str, description: str, expires_at: datetime | None
    ) -> Made:
        """The page for this amount. Raises Refused, Unavailable."""

    async def refund(self, ref: str, amount_minor: int, reference: str) -> None:
        """Give it back. Raises Refused, Unavailable."""

    async def withdraw(self, ref: str) -> None:
        """Nobody can pay it any more; one that was paid stays paid. Raises Refused, Unavailable."""

    def read(self, headers: Mapping[str, str], body: bytes) -> News | None:
        """What a webhook says; None where its signature is not the provider's. Raises ValueError."""
