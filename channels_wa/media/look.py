"""Looking at a file while it passes: its length, sum, first and last bytes, and what is hidden behind it."""

import hashlib
import re
import struct

from channels_wa.media.sniffing import HEAD

# Where a ZIP archive must have its end: 22 bytes and a comment of at most 64 KiB.
TAIL = 22 + 65_535
_END_OF_ZIP, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
# Nothing of this has a place in a picture, a voice or a video; a browser, a viewer or an unpacker that is led to
# believe otherwise would run or unpack it.
_HIDDEN = re.compile(
    rb"<script|<html|<!doctype|<svg|<iframe|<\?php|%PDF-1\.|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|cannot be run in DOS mode",
    re.IGNORECASE,
)
_OVERLAP = 32


class Look:
    """Fed with all of a file in order; keeps little of it."""

    def __init__(self) -> None:
        self.size = 0
        self.head = b""
        self.hides_something = False
        self._sum = hashlib.sha256()
        self._tail = bytearray()
        self._last = b""

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self.size += len(piece)
        self._sum.update(piece)
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        if not self.hides_something:
            self.hides_something = _HIDDEN.search(self._last + piece) is not None
            self._last = (self._last + piece)[-_OVERLAP:]
        self._tail += piece[-TAIL:]
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]

    @property
    def sha256(self) -> str:
        """Of all bytes so far, in hex."""
        return self._sum.hexdigest()

    @property
    def tail(self) -> bytes:
        """The last bytes."""
        return bytes(self._tail[-TAIL:])

    @property
    def ends_as_zip(self) -> bool:
        """Whether an unpacker would find an archive in it."""
        tail = self.tail
        place = tail.rfind(_END_OF_ZIP)
        while place >= 0:
            if self._is_end_of_zip(tail, place):
                return True
            place = tail.rfind(_END_OF_ZIP, 0, place)
        return False

    @staticmethod
    def _is_end_of_zip(tail: bytes, place: int) -> bool:
        if len(tail) - place < 22:
            return False
        entries, size, _offset, comment = struct.unpack_from("<HIIH", tail, place + 10)
        if entries == 0 or size < 46:
            # Four bytes by chance, or an archive of nothing.
            return False
        directory = place - size
        if directory < 0:
            return bool(comment == len(tail) - place - 22)
        return tail[directory : directory + 4] == _ZIP_ENTRY
