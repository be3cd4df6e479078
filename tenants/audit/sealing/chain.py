"""What a sealed row's hash is made of.

    digest = SHA-256(salt, before, after)
    hash   = SHA-256(the hash before it, everything of the row but `before` and `after`, and the digest for these)

So `before` and `after` may be taken away when a guest is erased: the salt goes with them, which leaves nothing that
could be guessed from the digest, and the chain still holds.
"""

import hashlib
import json
import os
from typing import Any, NamedTuple

SALT_BYTES = 16
# As PostgreSQL writes them, so that the same row always reads the same.
COLUMNS = """
    id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), action, subject, actor_kind, actor, actor_name,
    operator, reason, coalesce(host(ip), ''), trace_id, before::text, after::text
"""
_TOLD = 2


class Sealed(NamedTuple):
    """A row with its place in the chain."""

    id: int
    position: int
    hash: bytes
    salt: bytes
    digest: bytes


def beginning(salon_id: int) -> bytes:
    """What the first row of a salon follows."""
    return hashlib.sha256(f"audit log of salon {salon_id}".encode()).digest()


def seal(row: tuple[Any, ...], *, position: int, after: bytes) -> Sealed:
    """The seal of a row (COLUMNS) that follows the hash `after`."""
    salt = os.urandom(SALT_BYTES)
    digest = digest_of(salt, row[-2], row[-1])
    return Sealed(row[0], position, hash_of(row, position=position, after=after, digest=digest), salt, digest)


def digest_of(salt: bytes, before: str | None, after: str | None) -> bytes:
    """What stands for the values of a row."""
    return hashlib.sha256(salt + json.dumps([before, after]).encode()).digest()


def hash_of(row: tuple[Any, ...], *, position: int, after: bytes, digest: bytes) -> bytes:
    """The hash of a row (COLUMNS) at a place."""
    told = json.dumps([position, *row[:-_TOLD], digest.hex()], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(after + told.encode("utf-8", "surrogatepass")).digest()
