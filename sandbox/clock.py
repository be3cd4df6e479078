"""The sandbox's clock: the machine's, plus the offset by which the demo has skipped time."""

import time
from datetime import UTC, datetime


class Clock:
    """Moves with the machine; `offset_s` is how far ahead of it the sandbox lives."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now(self) -> float:
        """Seconds since 1970 where the sandbox lives."""
        return time.time() + self.offset_s

    def stamp(self) -> str:
        """Now as Meta writes it in webhooks: whole seconds, as a string."""
        return str(int(self.now()))


def iso(seconds: float) -> str:
    """An instant for people and scripts to read: ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
