"""In what a text file is written: looked at while it passes, so that an accent at the end counts as well."""

import codecs
import io
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from crm.contacts.importing.limits import LONGEST_RECORD, Unreadable

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1",
    "mac-roman": "Mac",
}
HEAD = 64 * 1024
_BAD = re.compile("[\udc80-\udcff]")
_GOOD = re.compile("[^\x00-\x7f\udc80-\udcff]")
# What Windows-1252 leaves undefined.
_NOT_WINDOWS = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "EXE"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"BEGIN:VCARD", "vCard"),
)
_MARKUP = re.compile(rb"\s*(<\?xml|<!doctype|<html|<svg)", re.IGNORECASE)


def kind_of(head: bytes) -> str:
    """What the first bytes are beyond doubt: PDF, ZIP …; empty for what may be text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "HTML" if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)) else ""


class Sight:
    """Fed with all of a text file in order; says its encoding at the end."""

    def __init__(self) -> None:
        self.head = b""
        self.lines = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._good = self._bad = self._size = self._nuls = 0
        self._undefined = False

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self._size += len(piece)
        self.lines += piece.count(b"\n") or piece.count(b"\r")
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        if b"\0" in piece:
            self._nuls += piece.count(b"\0")
        text = self._decoder.decode(piece)
        if not text.isascii():
            self._bad += len(_BAD.findall(text))
            self._good += len(_GOOD.findall(text))
            if not self._undefined:
                self._undefined = any(byte in piece for byte in _NOT_WINDOWS)

    @property
    def encoding(self) -> str:
        """A key of ENCODINGS, or utf-16-le and utf-16-be where there is no mark."""
        head = self.head
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if self._nuls > self._size // 4:
            return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
        # A few lines of another encoding among many of UTF-8 are refused one by one, not the file.
        if self._bad == 0 or self._good >= self._bad:
            return "utf-8"
        return "latin-1" if self._undefined and self._good == 0 and self._is_latin() else "cp1252"

    @property
    def is_binary(self) -> bool:
        """Whether it is no text in any encoding."""
        return self._nuls > 8 and not self.encoding.startswith("utf-16")

    def _is_latin(self) -> bool:
        # Windows' own quotes and dashes stand where ISO-8859-1 has control characters.
        return not re.search(rb"[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]", self.head)


def lines_of(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The lines of a text, each with its end, whatever ends them; a line that is far too long comes cut."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(errors), translate=True)
    held: list[str] = []
    length = 0
    for text in _texts(pieces, decoder):
        parts = text.split("\n")
        for part in parts[:-1]:
            yield "".join([*held, part, "\n"])
            held, length = [], 0
        rest = parts[-1]
        # What is beyond the limit is left out: whoever reads the line sees that it is too long.
        if rest and length <= LONGEST_RECORD:
            held.append(rest)
            length += len(rest)
    if held:
        yield "".join(held)


def _texts(pieces: Iterable[bytes], decoder: io.IncrementalNewlineDecoder) -> Iterator[str]:
    try:
        for piece in pieces:
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeError as error:
        # UTF-16 was chosen for a file that has no mark of it.
        raise Unreadable(_("The file is not in this encoding. Choose another one.")) from error


def wrong_bytes(text: str, encoding: str) -> str:
    """Why a record cannot have been written in this encoding; empty where it can."""
    if text.isascii():
        return ""
    if _BAD.search(text):
        return _(
            "Some characters are not in %(encoding)s as the rest of the file is. Save this line in the same encoding."
        ) % {"encoding": ENCODINGS.get(encoding, encoding)}
    if encoding.startswith("utf-16"):
        return _("Some characters cannot be read.") if "\ufffd" in text else ""
    if encoding in ("cp1252", "latin-1") and _is_mojibake(text, encoding):
        return _(
            "This line is in UTF-8 while the rest of the file is in %(encoding)s. Save the whole file in one encoding."
        ) % {"encoding": ENCODINGS[encoding]}
    return ""


def _is_mojibake(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True
