"""Rates as the ledger shows them."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any


def moments(rows: Iterable[dict[str, Any]]) -> list[float]:
    """When each was accepted, in seconds."""
    return sorted(datetime.fromisoformat(row["at"]).timestamp() for row in rows)


def fullest_second(rows: Iterable[dict[str, Any]], length_s: float = 1.0) -> int:
    """The most that were accepted within any stretch of this length."""
    window: deque[float] = deque()
    most = 0
    for moment in moments(rows):
        window.append(moment)
        while moment - window[0] >= length_s:
            window.popleft()
        most = max(most, len(window))
    return most
