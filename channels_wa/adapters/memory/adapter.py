"""Meta in a list: for unit tests."""

import itertools
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from channels_wa.adapters.base import Capabilities, OutboundMessage, Report, ignore
from channels_wa.adapters.outcome import Accepted, Outcome


class MemoryAdapter:
    """Remembers what was sent, answers as told."""

    kind: ClassVar[str] = "memory"
    capabilities: ClassVar[Capabilities] = Capabilities(
        types=frozenset({"text", "interactive", "template"}), longest_text=4096, has_service_window=True
    )

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.answers: deque[Outcome] = deque()
        self._ids = itertools.count(1)

    async def send_many(self, messages: Sequence[OutboundMessage], report: Report = ignore) -> list[Outcome]:
        """Keep them, and answer what was put into `answers`, else Accepted."""
        outcomes: list[Outcome] = []
        for index, message in enumerate(messages):
            self.sent.append(message)
            outcome = self.answers.popleft() if self.answers else Accepted(f"wamid.memory.{next(self._ids)}")
            outcomes.append(outcome)
            report(index, outcome)
        return outcomes

    def rate_limit_key(self, message: OutboundMessage) -> str:
        """Number and guest."""
        return f"{message.phone_number_id}:{message.recipient}"

    def forget(self) -> None:
        """As new; ids go on, as they do at Meta."""
        self.sent.clear()
        self.answers.clear()
