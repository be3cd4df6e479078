"""AES-GCM for what may not lie readable in the database: deliveries, credentials, keys of salons.

Two boxes. `PlatformBox` takes its keys from SALON_KEYS, one derived key for each purpose; it seals with the newest and
opens with any, so a key is rotated by putting a new one in front. `Box` holds one key, that of a salon, which itself
lies in the database wrapped by a `PlatformBox`.
"""

import base64
import hmac
import json
import os
from collections.abc import Sequence
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BY_PLATFORM_KEY = b"\x01"
_BY_OWN_KEY = b"\x02"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """No key fits, the bytes were changed, or they were sealed for another place."""


def place(salon_id: int, table: str, column: str, row: object) -> bytes:
    """Additional data of one stored secret: copied to another salon, table, column or row it does not open."""
    return json.dumps([salon_id, table, column, str(row)], separators=(",", ":")).encode()


class Box:
    """Seals with one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError(f"A key has {_KEY_BYTES} bytes.")
        self._key, self._cipher = key, AESGCM(key)

    def seal(self, data: bytes, aad: bytes) -> bytes:
        """`data` so that only `open` with the same key and `aad` gives it back."""
        nonce = os.urandom(_NONCE_BYTES)
        return _BY_OWN_KEY + nonce + self._cipher.encrypt(nonce, data, aad)

    def open(self, blob: bytes, aad: bytes) -> bytes:
        """What was sealed. Raises CannotOpen."""
        blob = bytes(blob)
        if blob[:1] != _BY_OWN_KEY:
            raise CannotOpen("not sealed by a single key")
        return _decrypt(self._cipher, blob[1:], aad)

    def with_share(self, share: bytes, purpose: str) -> "Box":
        """A box that needs this key and the share: without either, nothing in it opens."""
        info = b"cadeira/" + purpose.encode()
        return Box(HKDF(SHA256(), _KEY_BYTES, salt=share, info=info).derive(self._key))

    def hashed(self, text: str, purpose: str) -> str:
        """The text as a keyed hash in hex: the same text gives the same one, and nobody without the key can try."""
        key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"cadeira/" + purpose.encode()).derive(self._key)
        return hmac.digest(key, text.encode(), "sha256").hex()


class PlatformBox:
    """Seals for one purpose with a key derived from the newest of SALON_KEYS; opens with any of them."""

    def __init__(self, purpose: str, keys: Sequence[str] | None = None) -> None:
        self._ciphers = [_derived(purpose, key) for key in (_configured_keys() if keys is None else keys)]
        if not self._ciphers:
            raise ValueError("SALON_KEYS is empty: nothing can be sealed.")
        key_id, self._newest = self._ciphers[0]
        self._head = _BY_PLATFORM_KEY + key_id

    def seal(self, data: bytes, aad: bytes) -> bytes:
        """`data` so that only `open` of this purpose with the same `aad` gives it back."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._head + nonce + self._newest.encrypt(nonce, data, aad)

    def open(self, blob: bytes, aad: bytes) -> bytes:
        """What was sealed. Raises CannotOpen."""
        blob = bytes(blob)
        if blob[:1] != _BY_PLATFORM_KEY:
            raise CannotOpen("not sealed by a platform key")
        key_id, rest = blob[1 : 1 + _KEY_ID_BYTES], blob[1 + _KEY_ID_BYTES :]
        for known_id, cipher in self._ciphers:
            if known_id == key_id:
                return _decrypt(cipher, rest, aad)
        raise CannotOpen("sealed by a key that is no longer in SALON_KEYS")

    def is_newest(self, blob: bytes) -> bool:
        """Whether the newest key sealed it; if not, seal it anew before the old key goes."""
        return bytes(blob).startswith(self._head)


def platform_seeds(purpose: str, keys: Sequence[str] | None = None) -> list[bytes]:
    """32 bytes for this purpose from each of SALON_KEYS, the newest first: sign by the first, accept any."""
    info = b"cadeira/seed/" + purpose.encode()
    return [
        HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(base64.b64decode(key, validate=True))
        for key in (_configured_keys() if keys is None else keys)
    ]


def platform_macs(purpose: str, data: bytes, keys: Sequence[str] | None = None) -> list[str]:
    """The MAC of the data under each of SALON_KEYS in hex, the newest first."""
    return [hmac.digest(seed, data, "sha256").hex() for seed in platform_seeds(purpose, keys)]


def new_salon_key() -> bytes:
    """A fresh key for one salon."""
    return AESGCM.generate_key(bit_length=_KEY_BYTES * 8)


def wrap_salon_key(key: bytes, *, salon_id: int, keys: Sequence[str] | None = None) -> bytes:
    """A salon's key as it may lie in the database, wrapped by the newest of SALON_KEYS."""
    return _salon_keys_box(_as_tuple(keys)).seal(key, _salon(salon_id))


def unwrap_salon_key(blob: bytes, *, salon_id: int, keys: Sequence[str] | None = None) -> Box:
    """The box of a salon, from its wrapped key. Raises CannotOpen."""
    return Box(_salon_keys_box(_as_tuple(keys)).open(blob, _salon(salon_id)))


def rewrap_salon_key(blob: bytes, *, salon_id: int, keys: Sequence[str] | None = None) -> bytes:
    """The same salon key under the newest of SALON_KEYS; `blob` itself if it is already."""
    box = _salon_keys_box(_as_tuple(keys))
    return blob if box.is_newest(blob) else box.seal(box.open(blob, _salon(salon_id)), _salon(salon_id))


@cache
def _salon_keys_box(keys: tuple[str, ...] | None) -> PlatformBox:
    return PlatformBox("salon key", keys)


def _as_tuple(keys: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if keys is None else tuple(keys)


def _salon(salon_id: int) -> bytes:
    return b"salon:%d" % salon_id


def _configured_keys() -> list[str]:
    from config.env import env  # late: tests of the boxes need no configuration

    return env.salon_keys


def _derived(purpose: str, key: str) -> tuple[bytes, AESGCM]:
    material = HKDF(SHA256(), _KEY_BYTES + _KEY_ID_BYTES, salt=None, info=b"cadeira/" + purpose.encode()).derive(
        base64.b64decode(key, validate=True)
    )
    return material[_KEY_BYTES:], AESGCM(material[:_KEY_BYTES])


def _decrypt(cipher: AESGCM, nonce_and_data: bytes, aad: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce_and_data[:_NONCE_BYTES], nonce_and_data[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce and a tag
        raise CannotOpen("the bytes were changed or belong to another place") from None
