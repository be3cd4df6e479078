"""Identifiers that sort by the time they were made (UUIDv7, RFC 9562 §5.7)."""

import os
import threading
import time
from uuid import UUID

_COUNTER_BITS = 12
_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new UUIDv7; within one process each is greater than the one before.

    The 12 bits behind the milliseconds count up, so that deliveries of one millisecond keep their order.
    """
    global _last
    with _lock:
        # Milliseconds and counter as one number: when the counter overflows it borrows from the next millisecond.
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << _COUNTER_BITS)
        stamp = _last
    millis, count = stamp >> _COUNTER_BITS, stamp & 0xFFF
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | tail)


def uuid7_floor(seconds: float) -> UUID:
    """The smallest UUIDv7 of that moment (seconds since 1970): the edge of a time partition."""
    return UUID(int=int(seconds * 1000) << 80)
