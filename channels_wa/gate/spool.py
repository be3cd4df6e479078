"""Where deliveries wait on disk while the database cannot be reached.

A record is `magic, length, CRC-32` and then the delivery. A file belongs to the process that holds its lock; it appends
to one file at a time, and whoever can take the lock of a file (its owner, or anybody once the owner is dead) moves it
into the table and removes it. Everything here blocks: the keeper calls it from one thread of its own.
"""

import fcntl
import logging
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from channels_wa.gate.delivery import SealedDelivery
from ops.ids import uuid7

_MAGIC = b"cad1"
_HEAD = struct.Struct(">4sII")
_BODY = struct.Struct(">16sqB")
_ROTATE_BYTES = 32 << 20
# Below this the disk is left to the database, which may need it to come back.
_FREE_BYTES = 64 << 20

logger = logging.getLogger(__name__)


class SpoolFull(OSError):
    """Too little disk is left."""


class SpoolFile:
    """One file of the spool; its lock is held as long as this object is open."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.is_damaged = False
        self.size = os.fstat(fd).st_size
        self._fd = fd

    @classmethod
    def new(cls, folder: Path) -> "SpoolFile":
        """A fresh file. It gets its real name only once it is locked, so that no one takes it for a leftover."""
        draft = folder / f"{uuid7()}.new"
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        path = draft.rename(draft.with_suffix(".spool"))
        sync_folder(folder)
        return cls(path, fd)

    @classmethod
    def leftover(cls, path: Path) -> "SpoolFile | None":
        """The file of a process that is gone; None while somebody holds it."""
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        if os.fstat(fd).st_nlink == 0:  # its owner moved it into the table while we opened it
            os.close(fd)
            return None
        return cls(path, fd)

    def append(self, records: bytes) -> None:
        """Write and wait for the disk. A part that could not be written is cut off again. Raises OSError."""
        try:
            written = 0
            while written < len(records):
                written += os.write(self._fd, memoryview(records)[written:])
            os.fsync(self._fd)
        except OSError:
            os.ftruncate(self._fd, self.size)
            raise
        self.size += len(records)

    def deliveries(self) -> Iterator[SealedDelivery]:
        """What was kept, in order. A torn end is passed over: it was never acknowledged."""
        with os.fdopen(os.dup(self._fd), "rb") as stream:
            stream.seek(0)
            while head := stream.read(_HEAD.size):
                start = stream.tell() - len(head)
                if (delivery := _read_record(head, stream)) is not None:
                    yield delivery
                elif not self._find_next(stream, start + 1):
                    return

    def remove(self) -> None:
        """Take it off the disk, after its rows were committed. A file damaged in its middle is kept for a person."""
        if self.is_damaged:
            logger.error("spool file is damaged and kept", extra={"path": str(self.path)})
            self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink()
        sync_folder(self.path.parent)
        self.close()

    def close(self) -> None:
        """Let the lock go."""
        os.close(self._fd)

    def _find_next(self, stream: BinaryIO, start: int) -> bool:
        """Go to the next whole record behind a bad place, if there is one."""
        stream.seek(start)
        rest = stream.read()
        at = rest.find(_MAGIC)
        while at >= 0:
            if _record_at(rest, at) is not None:
                self.is_damaged = True
                stream.seek(start + at)
                return True
            at = rest.find(_MAGIC, at + 1)
        logger.warning("spool file ends in a torn record", extra={"path": str(self.path), "bytes": len(rest) + 1})
        return False


class Spool:
    """The folder of spool files, as one process uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: SpoolFile | None = None
        self._waiting: list[SpoolFile] = []
        self.holds_something = any(folder.glob("*.spool"))
        """Whether files wait to be moved into the table."""

    def append(self, deliveries: Sequence[SealedDelivery]) -> None:
        """Keep these; when it returns they survive a power cut. Raises OSError."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder.parent)
        disk = os.statvfs(self._folder)
        if disk.f_bavail * disk.f_frsize < _FREE_BYTES:
            raise SpoolFull("too little disk is left for the spool")
        current = self._current
        if current is None:
            current = self._current = SpoolFile.new(self._folder)
        self.holds_something = True
        try:
            current.append(b"".join(map(_record, deliveries)))
        except OSError:
            # After a failed fsync nobody knows what the disk holds: never append behind it.
            self._retire()
            raise
        if current.size >= _ROTATE_BYTES:
            self._retire()

    def take(self) -> list[SpoolFile]:
        """Files to be moved into the table now: our own, and those of processes that are gone."""
        self._retire()
        self.holds_something = False
        ours = {file.path for file in self._waiting}
        for path in sorted(self._folder.glob("*.spool")):
            if path not in ours and (file := SpoolFile.leftover(path)):
                self._waiting.append(file)
        return list(self._waiting)

    def done(self, file: SpoolFile) -> None:
        """Remove a file whose deliveries are in the table."""
        file.remove()
        self._waiting.remove(file)

    def close(self) -> None:
        """Let go of every file; what is in them waits for the next process."""
        self._retire()
        while self._waiting:
            self._waiting.pop().close()

    def _retire(self) -> None:
        if self._current is not None:
            self._waiting.append(self._current)
            self._current = None


def sync_folder(folder: Path) -> None:
    """Wait until a new or removed name in the folder is on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _record(delivery: SealedDelivery) -> bytes:
    head = _BODY.pack(delivery.id, delivery.received_us, len(delivery.signature))
    body = b"".join((head, delivery.signature, delivery.raw))
    return _HEAD.pack(_MAGIC, len(body), zlib.crc32(body)) + body


def _read_record(head: bytes, stream: BinaryIO) -> SealedDelivery | None:
    if len(head) < _HEAD.size:
        return None
    magic, length, checksum = _HEAD.unpack(head)
    return _delivery(stream.read(length), length, checksum) if magic == _MAGIC else None


def _record_at(data: bytes, at: int) -> SealedDelivery | None:
    if at + _HEAD.size > len(data):
        return None
    _, length, checksum = _HEAD.unpack_from(data, at)
    start = at + _HEAD.size
    return _delivery(data[start : start + length], length, checksum)


def _delivery(body: bytes, length: int, checksum: int) -> SealedDelivery | None:
    if len(body) != length or length < _BODY.size or zlib.crc32(body) != checksum:
        return None
    identifier, received_us, signed = _BODY.unpack_from(body)
    raw_at = _BODY.size + signed
    return SealedDelivery(identifier, received_us, body[_BODY.size : raw_at], body[raw_at:])
