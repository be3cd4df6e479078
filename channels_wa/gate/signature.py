"""Meta's signature: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the raw body under the app secret>`."""

import binascii
import hmac
from collections.abc import Sequence

HEADER = b"x-hub-signature-256"
_PREFIX = b"sha256="
_LENGTH = len(_PREFIX) + 64


def is_valid(raw: bytes, header: bytes | None, secrets: Sequence[bytes]) -> bool:
    """Whether one of the active secrets (newest first; two while one is being replaced) signed exactly these bytes."""
    if header is None or len(header) != _LENGTH or not header.startswith(_PREFIX):
        return False
    try:
        claimed = binascii.unhexlify(header[len(_PREFIX) :])
    except binascii.Error:
        return False
    return any(hmac.compare_digest(hmac.digest(secret, raw, "sha256"), claimed) for secret in secrets)


def usable(secrets: Sequence[str]) -> list[bytes]:
    """The secrets as bytes; an empty one would let anybody sign and is left out."""
    return [secret.encode() for secret in secrets if secret]
