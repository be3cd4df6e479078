"""Who made an export: Ed25519 over the manifest, which names each file's SHA-256.

A signature and not a MAC: whoever gets the file (a guest, an authority) can check it with the public key alone, and no
secret of the platform has to be shown for it. The key is derived from SALON_KEYS, so there is none to keep besides;
after a rotation files of before still verify by the older key.
"""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.sealing import platform_seeds

_PURPOSE = "export signature"


def sign(data: bytes) -> dict[str, str]:
    """The signature by the newest key, as it stands in the file."""
    key = _keys()[0]
    return {
        "algorithm": "Ed25519",
        "public_key": _shown(key.public_key()),
        "signature": base64.b64encode(key.sign(data)).decode(),
    }


def is_ours(data: bytes, said: dict[str, str]) -> bool:
    """Whether one of this installation's keys signed these bytes."""
    try:
        signature = base64.b64decode(said.get("signature", ""), validate=True)
    except ValueError:
        return False
    for key in _keys():
        try:
            key.public_key().verify(signature, data)
        except InvalidSignature:
            continue
        return True
    return False


def public_key() -> str:
    """The newest public key, in base64: for whoever wants to check a file without us."""
    return _shown(_keys()[0].public_key())


def _keys() -> list[Ed25519PrivateKey]:
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in platform_seeds(_PURPOSE)]


def _shown(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
