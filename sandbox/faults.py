"""Faults on request: what the next calls of the product will suffer."""

from collections import deque
from dataclasses import dataclass

# Decide how the call ends; a request meets at most one of them, in the order they were asked for.
ENDINGS = ("timeout_after_accept", "500_after_accept", "html", "no_id", "error", "token_expired")
# Change when and how its statuses come; a request may meet several, and an ending too.
STATUS_FAULTS = ("duplicate_status", "shuffle_status", "status_before_answer", "failed_status")
# A download of media is not found, or breaks off in the middle.
DOWNLOAD_FAULTS = ("media_gone", "media_cut")
KINDS = (*ENDINGS, "slow", *STATUS_FAULTS, *DOWNLOAD_FAULTS)
COUNT_MAX = 1_000_000


@dataclass(slots=True)
class Fault:
    """One wish of POST /_sandbox/faults and how many requests it is still for."""

    kind: str
    left: int = 1
    code: int | None = None
    ms: int | None = None
    to: str | None = None  # only requests to this recipient, without +

    def is_for(self, recipient: str | None) -> bool:
        """Whether a request to this recipient suffers it."""
        return self.to is None or self.to == recipient


class Faults:
    """The faults that wait for requests."""

    def __init__(self) -> None:
        self.waiting: deque[Fault] = deque()

    def __bool__(self) -> bool:
        return bool(self.waiting)

    def add(self, fault: Fault) -> None:
        """Queue a fault."""
        self.waiting.append(fault)

    def take(self, kinds: tuple[str, ...], recipient: str | None = None) -> Fault | None:
        """Use up one request's worth of the first fault of these kinds."""
        for fault in self.waiting:
            if fault.kind in kinds and fault.is_for(recipient):
                fault.left -= 1
                if fault.left == 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def drop(self, kind: str) -> None:
        """What made this fault happen is mended."""
        self.waiting = deque(fault for fault in self.waiting if fault.kind != kind)

    def forget(self) -> None:
        """Nothing more goes wrong."""
        self.waiting.clear()
