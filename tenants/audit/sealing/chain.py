"""What a sealed row's hash is made of.

    digest       = SHA-256(salt, before, after)
    actor_digest = SHA-256(actor_salt, actor_name, ip)
    hash         = SHA-256(the hash before it, everything else of the row, and the two digests for these)

So `before` and `after` may be taken away when a guest is erased, name and address when somebody of the team deletes
their account: the salt goes with them, which leaves nothing that could be guessed from the digest, and the chain still
holds. Rows of before there was an `actor_digest` have name and address in the hash itself, and keep them.
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
# Where name and address stand among the columns.
_NAME, _IP = 6, 9


class Sealed(NamedTuple):
    """A row with its place in the chain."""

    id: int
    position: int
    hash: bytes
    salt: bytes
    digest: bytes
    actor_salt: bytes
    actor_digest: bytes


def beginning(salon_id: int) -> bytes:
    """What the first row of a salon follows."""
    return hashlib.sha256(f"audit log of salon {salon_id}".encode()).digest()


def seal(row: tuple[Any, ...], *, position: int, after: bytes) -> Sealed:
    """The seal of a row (COLUMNS) that follows the hash `after`."""
    salt, actor_salt = os.urandom(SALT_BYTES), os.urandom(SALT_BYTES)
    digest, actor_digest = digest_of(salt, row), actor_digest_of(actor_salt, row)
    made = hash_of(row, position=position, after=after, digest=digest, actor_digest=actor_digest)
    return Sealed(row[0], position, made, salt, digest, actor_salt, actor_digest)


def digest_of(salt: bytes, row: tuple[Any, ...]) -> bytes:
    """What stands for the values of a row (COLUMNS)."""
    return hashlib.sha256(salt + json.dumps(row[-_TOLD:]).encode()).digest()


def actor_digest_of(salt: bytes, row: tuple[Any, ...]) -> bytes:
    """What stands for the name and address of who did it."""
    return hashlib.sha256(salt + json.dumps([row[_NAME], row[_IP]]).encode()).digest()


def names_nobody(row: tuple[Any, ...]) -> bool:
    """Whether name and address are gone."""
    return not row[_NAME] and not row[_IP]


def hash_of(row: tuple[Any, ...], *, position: int, after: bytes, digest: bytes, actor_digest: bytes | None) -> bytes:
    """The hash of a row (COLUMNS) at a place."""
    parts = [position, *row[:-_TOLD], digest.hex()]
    if actor_digest is not None:
        # One further: the position stands in front.
        del parts[_IP + 1], parts[_NAME + 1]
        parts.append(actor_digest.hex())
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(after + told.encode("utf-8", "surrogatepass")).digest()
