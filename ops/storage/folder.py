"""A folder of this machine."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ops.storage.base import PIECE, Missing, Writer, check_key


class Folder:
    """Objects as files below one folder; being written they have another name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def writing(self, key: str) -> Iterator[Writer]:
        """Beside its place first, then moved there in one step."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                beside.chmod(0o600)
                yield _Whole(file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """From the file."""
        try:
            with self._path(key).open("rb") as file:
                file.seek(start)
                left = length
                while left is None or left > 0:
                    piece = file.read(PIECE if left is None else min(PIECE, left))
                    if not piece:
                        return
                    left = None if left is None else left - len(piece)
                    yield piece
        except FileNotFoundError:
            raise Missing(key) from None

    def size(self, key: str) -> int:
        """Of the file."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise Missing(key) from None

    def delete(self, key: str) -> None:
        """The file; folders stay."""
        self._path(key).unlink(missing_ok=True)

    def listed(self, prefix: str) -> Iterator[str]:
        """Files below a folder of this one; what is still being written too."""
        top = (self._root / prefix).resolve()
        if not top.is_relative_to(self._root.resolve()) or top == self._root.resolve():
            raise ValueError("no part of this storage")
        for path in sorted(top.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(self._root.resolve()))

    def create(self, key: str, data: bytes) -> bool:
        """A link to what was written beside it: the second one finds the place taken."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                beside.chmod(0o600)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)
            _sync_folder(path.parent)
        except FileExistsError:
            return False
        finally:
            beside.unlink(missing_ok=True)
        return True

    def names(self, folder: str, after: str = "") -> Iterator[str]:
        """Files below the folder; what is being written has a dot before its name."""
        root = self._root / folder
        found = (path.relative_to(self._root).as_posix() for path in root.rglob("*") if path.is_file())
        yield from sorted(name for name in found if name > after and not name.rpartition("/")[2].startswith("."))

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)


def _sync_folder(folder: Path) -> None:
    """The name of a file is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Whole:
    """Only what a Writer has: nobody seeks in what is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        self._file.write(piece)
