"""The files of this world: on disk, with an id, until they expire (WHATSAPP.md §3)."""

import hashlib
import hmac
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from sandbox.asgi import JSON
from sandbox.clock import Clock
from sandbox.media.kinds import HEAD

UPLOAD_KEPT_S = 30 * 24 * 3600.0
WEBHOOK_KEPT_S = 7 * 24 * 3600.0
URL_KEPT_S = 300
FILES_MAX = 5000
BYTES_MAX = 1024 * 1024 * 1024
PIECE = 64 * 1024


@dataclass(slots=True)
class Medium:
    """A file that Meta holds for a number."""

    id: str
    phone_number_id: str
    waba_id: str
    mime_type: str  # as declared, which may be a lie
    sha256: str
    size: int
    expires_at: float
    filename: str = ""

    def as_saved(self) -> JSON:
        """What is kept over a restart."""
        return asdict(self)


class Draft:
    """A file that is being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._file: BinaryIO = path.open("wb")

    def write(self, piece: bytes) -> None:
        """Add to its end."""
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def pad(self, size: int) -> None:
        """Zeros up to `size`, without taking their room on disk."""
        missing = size - self.size
        while missing > 0:
            piece = b"\x00" * min(PIECE, missing)
            self._hash.update(piece)
            missing -= len(piece)
        if size > self.size:
            self._file.truncate(size)
            self.size = size

    @property
    def sha256(self) -> str:
        """Of all that was written, in hexadecimal."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()

    def drop(self) -> None:
        """It is not wanted after all."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class MediaStore:
    """Files by id. The oldest go when there are too many."""

    def __init__(self, clock: Clock, state_file: Path | None) -> None:
        self._clock = clock
        self._wanted = state_file.with_name(f"{state_file.stem}-media") if state_file else None
        self._folder: Path | None = None
        self._media: dict[str, Medium] = {}
        self._bytes = 0
        self._secret = secrets.token_bytes(16)

    @property
    def folder(self) -> Path:
        """Where the files are; made when the first comes."""
        if self._folder is None:
            if self._wanted is None:
                self._folder = Path(tempfile.mkdtemp(prefix="sandbox-media-"))
            else:
                self._wanted.mkdir(parents=True, exist_ok=True)
                self._folder = self._wanted
        return self._folder

    def draft(self) -> Draft:
        """A new file; `keep` or `Draft.drop` it."""
        return Draft(self.folder / secrets.token_hex(12))

    def keep(
        self, draft: Draft, *, owner: tuple[str, str], mime_type: str, kept_s: float, filename: str = ""
    ) -> Medium:
        """Give a finished draft an id; `owner` is the number's id and its account's."""
        draft.close()
        media_id = str(secrets.randbelow(9 * 10**15) + 10**15)
        expires_at = self._clock.now() + kept_s
        medium = Medium(media_id, *owner, mime_type, draft.sha256, draft.size, expires_at, filename)
        draft.path.replace(self.folder / media_id)
        self._add(medium)
        return medium

    def _add(self, medium: Medium) -> None:
        self._media[medium.id] = medium
        self._bytes += medium.size
        while len(self._media) > FILES_MAX or (self._bytes > BYTES_MAX and len(self._media) > 1):
            self.delete(next(iter(self._media)))

    def get(self, media_id: str) -> Medium | None:
        """A file that has not expired."""
        found = self._media.get(media_id)
        return found if found is not None and found.expires_at > self._clock.now() else None

    def path(self, medium: Medium) -> Path:
        """Its place on disk."""
        return self.folder / medium.id

    def head(self, medium: Medium) -> bytes:
        """Its first bytes."""
        with self.path(medium).open("rb") as file:
            return file.read(HEAD)

    def delete(self, media_id: str) -> None:
        """Forget a file."""
        medium = self._media.pop(media_id, None)
        if medium is not None:
            self._bytes -= medium.size
            self.path(medium).unlink(missing_ok=True)

    def url(self, medium: Medium, base: str) -> str:
        """An address that is good for five minutes."""
        until = int(self._clock.now()) + URL_KEPT_S
        return f"{base}/whatsapp_business/attachments/?mid={medium.id}&ext={until}&hash={self._mark(medium.id, until)}"

    def of_url(self, media_id: str, until: str, mark: str) -> Medium | None:
        """The file that such an address leads to; None when it is forged, over or gone."""
        if not until.isdecimal() or not hmac.compare_digest(mark.encode(), self._mark(media_id, int(until)).encode()):
            return None
        return self.get(media_id) if int(until) >= self._clock.now() else None

    def _mark(self, media_id: str, until: int) -> str:
        return hmac.new(self._secret, f"{media_id}.{until}".encode(), hashlib.sha256).hexdigest()[:40]

    def as_saved(self) -> list[JSON]:
        """All of them, for the saved state."""
        return [medium.as_saved() for medium in self._media.values()]

    def restore(self, saved: Iterable[JSON]) -> None:
        """Take back what was saved and is still on disk."""
        for entry in saved:
            medium = Medium(**entry)
            if self.path(medium).is_file():
                self._add(medium)

    def forget(self) -> None:
        """Delete every file."""
        for media_id in list(self._media):
            self.delete(media_id)

    def close(self) -> None:
        """Leave nothing behind that nobody would find again."""
        if self._folder is not None and self._wanted is None:
            shutil.rmtree(self._folder, ignore_errors=True)
