"""What becomes of an accepted message: sent, delivered, and read when the guest's phone is open."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.asgi import JSON
from sandbox.clock import Clock
from sandbox.graph.errors import title
from sandbox.ledger import Row
from sandbox.numbers import Number
from sandbox.webhooks.envelope import Change, change
from sandbox.webhooks.sender import Sender

DELAYS_S = (0.0, 0.15, 0.8)  # after the answer: first status, second, third
BEFORE_ANSWER_WITHIN_S = 10.0
_SERVICE: JSON = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}


class Failure(Protocol):
    """Why an accepted message does not arrive."""

    code: int
    details: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An accepted message and what its statuses need to know."""

    row: Row
    number: Number
    is_user_id: bool
    category: str | None = None  # of a template
    is_free: bool = False  # an open window, or nothing that is charged
    failure: Failure | None = None
    other_id: str = ""  # the same person's user id when a phone was written to, when it is known

    @property
    def talk(self) -> str:
        """Number and guest."""
        return f"{self.number.phone_number_id}:{self.row.recipient}"

    @property
    def pricing(self) -> JSON:
        """As in `sent`, `delivered`."""
        if self.category is None:
            return _SERVICE
        kind = "free_customer_service" if self.is_free else "regular"
        return {"billable": not self.is_free, "pricing_model": "PMP", "type": kind, "category": self.category.lower()}


def _error(failure: Failure) -> JSON:
    name = title(failure.code)
    return {
        "code": failure.code,
        "title": name,
        "message": name,
        "error_data": {"details": failure.details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


class Statuses:
    """Makes the status webhooks."""

    def __init__(self, sender: Sender, clock: Clock, *, enabled: bool) -> None:
        self.enabled = enabled
        self.echo_failed = True  # whether Meta echoes the callback data in `failed` is unconfirmed (WHATSAPP.md §11)
        self._sender, self._clock = sender, clock

    def _change(self, sent: Sent, status: str) -> Change:
        row = sent.row
        now = self._clock.now()
        content: JSON = {"id": row.wamid, "status": status, "timestamp": str(int(now))}
        content["recipient_user_id" if sent.is_user_id else "recipient_id"] = row.recipient
        if sent.other_id:
            content["recipient_user_id"] = sent.other_id
        if row.callback_data is not None and (status != "failed" or self.echo_failed):
            content["biz_opaque_callback_data"] = row.callback_data
        if status == "failed" and sent.failure is not None:
            content["errors"] = [_error(sent.failure)]
        elif status != "read":  # Meta prices `sent` and one of delivered and read
            content["pricing"] = sent.pricing
        return change(sent.number, sent.talk, now, {"statuses": [content]})

    def _tell(self, sent: Sent, status: str, twice: bool, epoch: int) -> None:
        if self.enabled and epoch == self._sender.epoch:  # not what was accepted before a reset
            for _ in range(2 if twice else 1):
                self._sender.put(self._change(sent, status))

    def follow(self, sent: Sent, steps: Sequence[str], *, twice: bool = False) -> None:
        """Send these statuses in this order, with a moment between them."""
        if not self.enabled:
            return
        loop, epoch = asyncio.get_running_loop(), self._sender.epoch
        for step, delay_s in zip(steps, DELAYS_S, strict=False):
            if delay_s:
                loop.call_later(delay_s, self._tell, sent, step, twice, epoch)
            else:
                self._tell(sent, step, twice, epoch)

    def read(self, sent: Sent) -> None:
        """The guest has looked at it now."""
        self._tell(sent, "read", False, self._sender.epoch)

    async def tell_sent_first(self, sent: Sent, *, twice: bool) -> None:
        """Send `sent` and wait until the product has taken it."""
        if not self.enabled:
            return
        taken = asyncio.Event()
        told = self._change(sent, "sent")
        told.told = taken.set
        self._sender.put(told)
        if twice:
            self._sender.put(self._change(sent, "sent"))
        try:
            await asyncio.wait_for(taken.wait(), BEFORE_ANSWER_WITHIN_S)
        except TimeoutError:
            return  # the product is down: answer late, as Meta would
