"""What every store offers."""

import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

PIECE = 64 * 1024
_KEY = re.compile(r"([1-9][0-9]{0,17})/[0-9a-f]{2}/[0-9a-f]{48}")
# What is of no salon's: the erasure ledger and the shares of contacts' keys (ADR 34).
_OUTSIDE = re.compile(r"ledger/[0-9]{12}|vault/[1-9][0-9]{0,17}/[0-9]{1,18}")


class StorageError(Exception):
    """The store does not do what it was asked for; it may later."""


class Missing(Exception):
    """Nothing lies under this key."""


class Writer(Protocol):
    """Takes the bytes of one object, piece by piece."""

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        ...


class Storage(Protocol):
    """Objects by key. What is written is there whole or not at all."""

    def writing(self, key: str) -> AbstractContextManager[Writer]:
        """Write an object; it is there when the block ends well, and nothing of it if it does not."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Its bytes from `start`, at most `length`, in pieces. Raises Missing, at the latest with the first piece."""
        ...

    def size(self, key: str) -> int:
        """How many bytes it has. Raises Missing."""
        ...

    def delete(self, key: str) -> None:
        """Take it away; one that is not there is no error."""
        ...

    def listed(self, prefix: str) -> Iterator[str]:
        """The keys that begin so; `prefix` ends with a slash."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Write a small object unless there is one already, whoever else does so at this moment; whether we did."""
        ...

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """Keys in a folder that come behind `after`, in order."""
        ...


def new_key(salon_id: int) -> str:
    """A key nobody can guess, of a salon."""
    name = secrets.token_hex(24)
    return f"{int(salon_id)}/{name[:2]}/{name}"


def salon_of(key: str) -> int:
    """Whose object it is. Raises ValueError for what `new_key` never made."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError("no key of this storage")
    return int(found[1])


def check_key(key: str) -> str:
    """The key itself. Raises ValueError for what `new_key` never made, so that no path leads elsewhere."""
    if _OUTSIDE.fullmatch(key) is None:
        salon_of(key)
    return key
