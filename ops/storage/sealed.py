"""Sealed files that can be read from any place: each 64 KiB is sealed by itself, bound to its file, place and end.

The scheme is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): AES-GCM with the number of the piece and a mark of the
last one as nonce. A file's key is used for one writing only, so no nonce comes twice; pieces cannot be swapped, left
out or moved to another file.
"""

from collections.abc import Callable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ops.sealing import CannotOpen

PIECE: Final = 64 * 1024
TAG: Final = 16
KEY_BYTES: Final = 32

Read = Callable[[int], Iterator[bytes]]
"""The sealed bytes from a place on."""


def new_key() -> bytes:
    """The key of one writing of one file."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


class Sealer:
    """Seals what it is given in pieces of one size; the last is only known at the end."""

    def __init__(self, key: bytes, part: str, write: Callable[[bytes], None]) -> None:
        self._cipher, self._write = _cipher(key, part), write
        self._held, self._number = bytearray(), 0

    def add(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._held += data
        while len(self._held) > PIECE:
            self._seal(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]

    def finish(self) -> None:
        """There are no more."""
        self._seal(bytes(self._held), is_last=True)
        self._held.clear()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        self._write(self._cipher.encrypt(_nonce(self._number, is_last), data, None))
        self._number += 1


def opened(key: bytes, part: str, size: int, read: Read, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` up to and without `end` of a file of `size` bytes. Raises CannotOpen."""
    end = size if end is None else min(end, size)
    if start >= end:
        return
    cipher, last = _cipher(key, part), max(size - 1, 0) // PIECE
    number = start // PIECE
    sealed = _regrouped(read(number * (PIECE + TAG)), PIECE + TAG)
    while number * PIECE < end:
        try:
            data = cipher.decrypt(_nonce(number, number == last), next(sealed, b""), None)
        except (InvalidTag, ValueError):
            raise CannotOpen("the file was changed or is not whole") from None
        first = number * PIECE
        yield data[max(start - first, 0) : end - first]
        number += 1


def _cipher(key: bytes, part: str) -> AESGCM:
    # A file and its small picture share a key; each has a cipher of its own.
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"cadeira/media/" + part.encode()).derive(key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _regrouped(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
