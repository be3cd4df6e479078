"""Whether a webhook is Stripe's: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]`."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

TOLERANCE_S: Final = 300
_MOST: Final = 16


def is_signed(body: bytes, header: str, secrets: Iterable[str], *, now: float) -> bool:
    """By any of the secrets (an empty one signs nothing), not longer ago than TOLERANCE_S nor from the future.

    Every pair is compared, so that the time it takes tells nothing.
    """
    parts = [part.partition("=") for part in header.split(",", _MOST)[:_MOST]]
    stamps = [value.strip() for name, _, value in parts if name.strip() == "t"]
    given = [value.strip().encode() for name, _, value in parts if name.strip() == "v1"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdecimal() or len(stamps[0]) > 12:
        return False
    signed = stamps[0].encode() + b"." + body
    good = False
    for secret in secrets:
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        for one in given:
            good |= hmac.compare_digest(mac, one) and bool(secret)
    return good and abs(now - int(stamps[0])) <= TOLERANCE_S
