"""A zip that is made piece by piece, with a manifest of what is in it: memory is that of one piece."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, NamedTuple, cast

from tenants.privacy.exporting import signing

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


class File(NamedTuple):
    """Something beside rows that goes into an export."""

    name: str
    pieces: Iterator[bytes]


class Archive:
    """Writes files one after the other; `write` gets the bytes of the zip."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._zip = zipfile.ZipFile(cast(IO[bytes], _Sink(write)), "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        self._files: list[dict[str, Any]] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> int:
        """One file; how many bytes it has."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as entry:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
        self._files.append({"name": name, "bytes": size, "sha256": digest.hexdigest()})
        return size

    def finish(self, about: dict[str, Any]) -> None:
        """The manifest and its signature; nothing can be added any more."""
        manifest = json.dumps({**about, "files": self._files}, indent=2, ensure_ascii=False).encode()
        self._zip.writestr(MANIFEST, manifest)
        self._zip.writestr(SIGNATURE, json.dumps(signing.sign(manifest), indent=2))
        self._zip.close()


class Wrong(Exception):
    """The file is not as it was made; the text says what is wrong."""


def verify(file: IO[bytes]) -> dict[str, Any]:
    """The manifest of an export whose every byte is as we made it. Raises Wrong."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = archive.read(MANIFEST)
            if not signing.is_ours(manifest, json.loads(archive.read(SIGNATURE))):
                raise Wrong("the manifest was not signed by this installation")
            said: dict[str, Any] = json.loads(manifest)
            names = {one["name"] for one in said["files"]}
            if beside := set(archive.namelist()) - names - {MANIFEST, SIGNATURE}:
                raise Wrong(f"files that no manifest names: {', '.join(sorted(beside))}")
            for one in said["files"]:
                digest = hashlib.sha256()
                with archive.open(one["name"]) as entry:
                    while piece := entry.read(64 * 1024):
                        digest.update(piece)
                if digest.hexdigest() != one["sha256"]:
                    raise Wrong(f"{one['name']} was changed")
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Wrong(f"this is no whole export: {error}") from None
    return said


class _Sink:
    """Takes what the archive writes and hands it on; nobody can go back in it."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write, self._at = write, 0

    def write(self, data: Any) -> int:
        """The next bytes."""
        piece = bytes(data)
        self._write(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How many there were."""
        return self._at

    def flush(self) -> None:
        """They are on their way already."""
