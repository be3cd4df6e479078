"""The upload: straight into the storage, sealed, while it is looked at. Nothing of it lies readable anywhere."""

import contextlib
import io
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.utils.translation import gettext as _

from channels_wa.media.names import safe_name
from crm.contacts.importing.encoding import HEAD, Sight, kind_of
from crm.contacts.importing.limits import MB, MOST_BYTES, Unreadable
from crm.contacts.models import ContactImport
from ops.salon import current_salon_id
from ops.sealing import CannotOpen, place
from ops.storage import Writer, salon_of, storage
from ops.storage import new_key as new_storage_key
from ops.storage.sealed import Sealer, new_key, opened
from tenants.salons.keys import box_of

PART = "import"


@dataclass(slots=True)
class Uploaded:
    """A file in the storage of which no row knows yet."""

    storage_key: str
    key: bytes
    name: str
    kind: str
    size: int
    encoding: str
    lines: int

    def close(self) -> None:
        """As a file of a form has it; nothing is open."""


class Taker(FileUploadHandler):
    """Takes the form's `file`; stops the upload as soon as it cannot be a list, and says why in `problem`."""

    chunk_size = 64 * 1024

    def __init__(self) -> None:
        super().__init__()
        self.uploaded: Uploaded | None = None
        self.problem = ""
        self._block: AbstractContextManager[Writer] | None = None
        self._sealer: Sealer | None = None
        self._sight = Sight()
        self._size, self._kind = 0, ""
        self._key, self._storage_key = b"", ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """One file, under the name `file`."""
        super().new_file(*args, **kwargs)
        salon_id = current_salon_id()
        if self.field_name != "file" or self._sealer is not None or salon_id is None:
            raise SkipFile
        self._storage_key, self._key = new_storage_key(salon_id), new_key()
        self._block = storage().writing(self._storage_key)
        self._sealer = Sealer(self._key, PART, self._block.__enter__().write)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes."""
        assert self._sealer is not None  # noqa: S101 - there is a file
        try:
            self._look(raw_data)
        except Unreadable as refused:
            self.problem = str(refused)
            raise StopUpload(connection_reset=True) from refused
        self._sealer.add(raw_data)

    def _look(self, piece: bytes) -> None:
        if self._size == 0:
            self._kind = _kind(piece)
        self._size += len(piece)
        if self._size > MOST_BYTES[self._kind]:
            raise Unreadable(too_large(self._kind))
        if self._kind == "csv":
            self._sight.add(piece)
            if len(self._sight.head) >= HEAD and self._sight.is_binary:
                raise Unreadable(no_text())

    def file_complete(self, file_size: int) -> Any:
        """The form's value is this handler's file; None of one that is refused."""
        if self._sealer is None or self._block is None or self.problem:
            return None
        if not self._size:
            self.problem = _("The file is empty. It needs at least one row with a phone number.")
        elif self._kind == "csv" and self._sight.is_binary:
            self.problem = no_text()
        if self.problem:
            return None
        self._sealer.finish()
        self._block.__exit__(None, None, None)
        self._block = None
        encoding = self._sight.encoding if self._kind == "csv" else ""
        name = safe_name(self.file_name or "") or f"contacts.{self._kind}"
        self.uploaded = Uploaded(
            self._storage_key, self._key, name, self._kind, self._size, encoding, self._sight.lines
        )
        return self.uploaded

    def close(self) -> None:
        """Whatever was not finished leaves nothing; call it at the end, once."""
        if self._block is not None:
            block, self._block = self._block, None
            error = sys.exc_info()[1] or Unreadable("not finished")
            with contextlib.suppress(type(error)):
                block.__exit__(type(error), error, error.__traceback__)


def _kind(head: bytes) -> str:
    found = kind_of(head)
    if found == "ZIP":
        return "xlsx"
    if found == "XLS":
        raise Unreadable(
            _(
                "This is an Excel file of the old kind (.xls), or one with a password. "
                "Save it as .xlsx without a password, or as CSV."
            )
        )
    if found:
        raise Unreadable(
            _("This is a %(kind)s file, whatever its name says. Bring a list as CSV or XLSX.") % {"kind": found}
        )
    return "csv"


def too_large(kind: str) -> str:
    """The words for a file beyond the limit."""
    return _(
        "The file is larger than %(most)d MB, the most that a list in %(kind)s may have. Split it into several files."
    ) % {
        "most": MOST_BYTES[kind] // MB,
        "kind": kind.upper(),
    }


def no_text() -> str:
    """The words for what only calls itself CSV."""
    return _("This is no text file, whatever its name says. Bring a list as CSV or XLSX.")


def seal_key(one: ContactImport, key: bytes) -> None:
    """Put the file's key on the row, sealed for it."""
    one.sealed_key = box_of(_salon()).seal(key, _place(one))


def reading(one: ContactImport, start: int = 0) -> Iterator[bytes]:
    """The bytes of its file from a place on. Raises Unreadable where the file is gone."""
    try:
        if salon_of(one.storage_key) != _salon():
            raise PermissionError("this object belongs to another salon")
        key = box_of(_salon()).open(bytes(one.sealed_key), _place(one))
    except (ValueError, CannotOpen) as gone:
        raise Unreadable(file_is_gone()) from gone
    return opened(key, PART, one.bytes, lambda at: storage().read(one.storage_key, at), start=start)


def file_is_gone() -> str:
    """The words for a list whose file was thrown away."""
    return _("The file is not kept any more. Upload it again.")


class SealedFile(io.RawIOBase):
    """The file as something that can be read from any place, as archives want it; little of it is in memory."""

    def __init__(self, one: ContactImport) -> None:
        self._one, self._at = one, 0
        self._pieces: Iterator[bytes] = iter(())
        self._held, self._held_at = b"", 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._one.bytes}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        """Where one is."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        inside = self._at - self._held_at
        if not 0 <= inside < len(self._held):
            follows = self._held and self._at == self._held_at + len(self._held)
            if not follows:
                self._pieces = reading(self._one, self._at)
            self._held, self._held_at, inside = next(self._pieces, b""), self._at, 0
        piece = self._held[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _place(one: ContactImport) -> bytes:
    return place(_salon(), "contact_import", "sealed_key", one.public_id)


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("lists belong to a salon; there is none here")
    return salon_id
