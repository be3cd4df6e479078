"""What an XLSX file is made of, unpacked and parsed in bounds: little of it can be made to fill a memory."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from crm.contacts.importing.limits import HIGHEST_RATIO, SMALL, Unreadable

PIECE = 64 * 1024
# What a parser would have to hold: tags that stand open, a tag or remark that does not end, names of tags.
_DEEPEST, _LONGEST_TOKEN, _MOST_NAMES = 32, 256 * 1024, 10_000
# Of an archive's list of members, of which each becomes an object before anybody can count them.
LARGEST_DIRECTORY = 2 * 1024 * 1024
_END, _END_64, _LOCATOR_64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"
# What an archive that is damaged, or made to do damage, raises.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    KeyError,
    RuntimeError,
    # Numbers beyond all bounds, names in no encoding.
    ValueError,
    OverflowError,
)


def broken() -> str:
    """The words for an archive that is damaged."""
    return _("The Excel file is damaged. Open it, save it again as .xlsx or as CSV, and upload that.")


def bomb() -> str:
    """The words for an archive that is small only while it is packed."""
    return _(
        "The Excel file unpacks to far more than a list of contacts can hold. "
        "Save the sheet alone as CSV and upload that."
    )


def directory_size(file: IO[bytes]) -> int:
    """How large the list of members is, as any of the records at the end say that may be believed."""
    end = file.seek(0, io.SEEK_END)
    start = max(end - 22 - 0xFFFF, 0)
    file.seek(start)
    tail = file.read(22 + 0xFFFF)
    is_last = tail[-22:-18] == _END and tail.endswith(b"\0\0")
    place = len(tail) - 22 if is_last else tail.rfind(_END)
    if place < 0 or len(tail) - place < 22:
        return 0
    sizes = [struct.unpack_from("<I", tail, place + 12)[0] % 0xFFFFFFFF]
    file.seek(max(start + place - 76, 0))
    before = file.read(76)
    if before[-20:-16] == _LOCATOR_64:
        file.seek(min(struct.unpack_from("<Q", before, len(before) - 12)[0], end))
        sizes += [struct.unpack_from("<Q", one, 40)[0] for one in (before, file.read(56)) if one[:4] == _END_64]
    return int(max(sizes))


def _pieces(archive: zipfile.ZipFile, path: str, most: int) -> Iterator[bytes]:
    """The bytes of a member, unpacked; never more than it says, nor than may be. Raises Unreadable."""
    member = archive.getinfo(path)
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > most or (member.file_size > SMALL and ratio > HIGHEST_RATIO):
        raise Unreadable(bomb())
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Nobody bounds how much of the others comes at once, and no program writes them.
        raise Unreadable(broken())
    with archive.open(member) as unpacked:
        while piece := unpacked.read(PIECE):
            yield piece


def fed(archive: zipfile.ZipFile, path: str, most: int, parser: Any) -> Iterator[None]:
    """Give the parser a member, piece by piece; it stops where the parser would hold more than a list needs."""
    given = at = 0
    for piece in _pieces(archive, path, most):
        parser.Parse(piece, False)
        given += len(piece)
        # -1 where it waits for more before it looks again.
        at = max(at, parser.CurrentByteIndex)
        if given - at > _LONGEST_TOKEN or len(parser.intern) > _MOST_NAMES:
            raise Unreadable(broken())
        yield
    parser.Parse(b"", True)


def parser_of(start: Any, end: Any = None, text: Any = None) -> Any:
    """A parser that calls these, and bears no more tags in tags than a list has."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def started(name: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable(broken())
        start(name, given)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser.buffer_text = True
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    # So that their names are counted.
    parser.StartNamespaceDeclHandler = lambda *_: None
    # Entities are how a small file becomes a large one, and how it reads those of others; a list needs none.
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: Any) -> None:
    raise Unreadable(broken())
