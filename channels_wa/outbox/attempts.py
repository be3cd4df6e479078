"""The word by which Meta's statuses name one attempt of ours: `v1.<attempt id>.<mac>` (biz_opaque_callback_data).

The mac is bound to the salon, so that no webhook of one salon can move a message of another.
"""

import base64
import hmac
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.env import env

_VERSION = "v1"
_MAC_BYTES = 12
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Attempt:
    """The n-th try of an outbox item."""

    item_id: int
    n: int

    def __str__(self) -> str:
        return f"{_base36(self.item_id)}-{self.n}"


def callback_data(salon_id: int, attempt: Attempt) -> str:
    """What is sent with the message and comes back with each of its statuses."""
    name = str(attempt)
    return f"{_VERSION}.{name}.{_mac(_keys(tuple(env.salon_keys))[0], salon_id, name)}"


def read(salon_id: int, data: str | None) -> Attempt | None:
    """The attempt that a status names, if we wrote that word for this salon; with any of SALON_KEYS."""
    if not data or len(data) > _LONGEST or not data.isascii():
        return None
    version, _, rest = data.partition(".")
    name, _, mac = rest.partition(".")
    if version != _VERSION:
        return None
    # Every key is tried, so that the time does not tell which one fits.
    fits = [hmac.compare_digest(mac, _mac(key, salon_id, name)) for key in _keys(tuple(env.salon_keys))]
    if not any(fits):
        return None
    item, _, n = name.partition("-")
    return Attempt(int(item, 36), int(n))


def _mac(key: bytes, salon_id: int, name: str) -> str:
    mac = hmac.digest(key, f"{_VERSION}:{salon_id}:{name}".encode(), "sha256")[:_MAC_BYTES]
    return base64.urlsafe_b64encode(mac).decode()


@cache
def _keys(salon_keys: tuple[str, ...]) -> list[bytes]:
    return [
        HKDF(SHA256(), 32, salt=None, info=b"cadeira/attempt mac").derive(base64.b64decode(key, validate=True))
        for key in salon_keys
    ]


def _base36(value: int) -> str:
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
