"""Message ids shaped like Meta's: "wamid." and base64 of a small binary record with the phone in it."""

import base64
import itertools
import secrets

_OUT = b"\x15\x02\x00\x11\x18\x12"
_IN = b"\x15\x02\x00\x12\x18\x12"
# Random per process, so that ids made before a restart never come again.
_process = secrets.token_hex(5).upper().encode()
_counter = itertools.count(1)


def _make(party: str, direction: bytes) -> str:
    who = party.encode()[:64]
    record = b"\x1d\x18" + bytes((len(who),)) + who + direction + _process + b"%08X" % next(_counter) + b"\x00"
    return "wamid." + base64.b64encode(record).decode()


def outgoing(recipient: str) -> str:
    """A fresh id for a message of the business."""
    return _make(recipient, _OUT)


def incoming(sender: str) -> str:
    """A fresh id for a message of a guest."""
    return _make(sender, _IN)
