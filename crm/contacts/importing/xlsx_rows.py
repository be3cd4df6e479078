"""Rows of an XLSX file, read as they stream by. No macro, no formula, no entity of it is ever looked at."""

import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import IO, Any

from django.utils.translation import gettext as _

from crm.contacts.importing.limits import (
    LARGEST_SHEET,
    LARGEST_TEXTS,
    LONGEST_CELL,
    LONGEST_RECORD,
    MOST_COLUMNS,
    MOST_MEMBERS,
    SMALL,
    Unreadable,
)
from crm.contacts.importing.rows import FileRow
from crm.contacts.importing.xlsx_parts import BROKEN, LARGEST_DIRECTORY, bomb, broken, directory_size, fed, parser_of

_DATES = frozenset({14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58})
# Brackets never hold brackets: a row of opening ones is looked at once, not once for each.
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]')
# The longest that Excel writes.
_LONGEST_FORMAT = 255
_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]*\Z")
# A cell's place in the sheet takes about as much; what a shared text has beyond it was written once and is read often.
_OWN = 64


@dataclass(slots=True)
class Book:
    """A workbook that was found sound; its sheets by name, in their order."""

    archive: zipfile.ZipFile
    sheets: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    date_styles: set[int] = field(default_factory=set)
    is_1904: bool = False


def open_book(file: IO[bytes], *, most_texts: int | None = None) -> Book:
    """The workbook, with all texts that its cells share or only the first of them. Raises Unreadable."""
    try:
        if directory_size(file) > LARGEST_DIRECTORY:
            raise Unreadable(bomb())
        archive = zipfile.ZipFile(file)
        if len(archive.infolist()) > MOST_MEMBERS:
            raise Unreadable(bomb())
        members = archive.NameToInfo
        if "xl/workbook.xml" not in members:
            raise Unreadable(_no_book(members))
        book = Book(archive)
        _read_workbook(book)
        if "xl/styles.xml" in members:
            _read_styles(book)
        if "xl/sharedStrings.xml" in members:
            _read_texts(book, most_texts)
    except BROKEN as error:
        raise Unreadable(broken()) from error
    return book


def rows(book: Book, sheet: int) -> Iterator[FileRow]:
    """Every row of a sheet that is there, with the number it has. Raises Unreadable."""
    if not book.sheets:
        raise Unreadable(_("There is no sheet in this file."))
    reader = _Sheet(book)
    path = book.sheets[sheet if 0 <= sheet < len(book.sheets) else 0][1]
    try:
        for _piece in fed(book.archive, path, LARGEST_SHEET, reader.parser):
            yield from reader.take()
        yield from reader.take()
    except BROKEN as error:
        raise Unreadable(broken()) from error


def _no_book(members: dict[str, Any]) -> str:
    if "xl/workbook.bin" in members:
        return _("This is an Excel file of the binary kind (.xlsb). Save it as .xlsx or as CSV.")
    if "content.xml" in members:
        return _("This is a file of LibreOffice (.ods). Save it as .xlsx or as CSV.")
    return _("This is a ZIP file and no Excel file. Bring a list as CSV or XLSX.")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _whole(text: str, otherwise: int) -> int:
    """A number of eight digits at most, as all are that a sheet needs."""
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def _parse(book: Book, path: str, most: int, parser: Any, is_enough: Callable[[], bool] = lambda: False) -> None:
    for _piece in fed(book.archive, path, most, parser):
        if is_enough():
            return


def _read_workbook(book: Book) -> None:
    named: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def start(name: str, given: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "sheet" and given.get("state", "visible") == "visible":
            link = next((value for key, value in given.items() if _local(key) == "id" and " " in key), "")
            named.append((given.get("name", "")[:100], link))
        elif kind == "workbookPr":
            book.is_1904 = given.get("date1904") in ("1", "true")

    def start_link(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[given.get("Id", "")] = given.get("Target", "")

    _parse(book, "xl/workbook.xml", SMALL, parser_of(start))
    if "xl/_rels/workbook.xml.rels" in book.archive.NameToInfo:
        _parse(book, "xl/_rels/workbook.xml.rels", SMALL, parser_of(start_link))
    for number, (name, link) in enumerate(named[:MOST_MEMBERS], start=1):
        target = targets.get(link, f"worksheets/sheet{number}.xml")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if path in book.archive.NameToInfo:
            book.sheets.append((name, path))


def _read_styles(book: Book) -> None:
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside = [False]

    def start(name: str, given: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "numFmt":
            formats[_whole(given.get("numFmtId", ""), 0)] = given.get("formatCode", "")[:_LONGEST_FORMAT]
        elif kind == "cellXfs":
            inside[0] = True
        elif kind == "xf" and inside[0]:
            styles.append(_whole(given.get("numFmtId", ""), 0))

    def end(name: str) -> None:
        if _local(name) == "cellXfs":
            inside[0] = False

    _parse(book, "xl/styles.xml", 4 * SMALL, parser_of(start, end))
    dates = {code for code in set(styles) if code in _DATES or _is_date(formats.get(code, ""))}
    book.date_styles.update(number for number, code in enumerate(styles) if code in dates)


def _is_date(code: str) -> bool:
    words = _NOT_FORMAT.sub("", code).lower()
    return "d" in words and ("y" in words or "m" in words)


def _read_texts(book: Book, most: int | None) -> None:
    held: list[str] = []
    state = {"text": False, "phonetic": False}

    def start(name: str, _given: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "t":
            state["text"] = not state["phonetic"]
        elif kind == "rPh":
            state["phonetic"] = True
        elif kind == "si":
            held.clear()

    def end(name: str) -> None:
        kind = _local(name)
        if kind == "t":
            state["text"] = False
        elif kind == "rPh":
            state["phonetic"] = False
        elif kind == "si":
            book.texts.append("".join(held)[: LONGEST_CELL + 1])

    def text(words: str) -> None:
        if state["text"] and len(held) <= LONGEST_CELL:
            held.append(words)

    parser = parser_of(start, end, text)
    _parse(book, "xl/sharedStrings.xml", LARGEST_TEXTS, parser, lambda: most is not None and len(book.texts) >= most)


class _Sheet:
    """Takes the events of a sheet's XML and makes rows of them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.parser = parser_of(self._start, self._end, self._text)
        self._rows: list[FileRow] = []
        self._number, self._column = 0, -1
        self._cells: list[str] = []
        self._problem = ""
        self._type, self._style, self._is_value = "", 0, False
        self._words: list[str] = []
        # Characters of the cell, of the row, and of all rows in texts that were written once.
        self._length = self._size = self._repeated = 0

    def take(self) -> list[FileRow]:
        """The rows since the last time."""
        found, self._rows = self._rows, []
        return found

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "c":
            self._begin_cell(given)
        elif kind in ("v", "t"):
            self._is_value = True
        elif kind == "row":
            self._number = max(_whole(given.get("r", ""), 0), self._number + 1)
            self._cells, self._problem, self._column, self._size = [], "", -1, 0

    def _begin_cell(self, given: dict[str, str]) -> None:
        found = _COLUMN.match(given.get("r", ""))
        column = _number_of(found[1]) if found else self._column + 1
        self._column = max(column, self._column + 1)
        self._type, self._words, self._length = given.get("t", "n"), [], 0
        self._style = _whole(given.get("s", ""), 0)

    def _text(self, words: str) -> None:
        if self._is_value and self._length <= LONGEST_CELL:
            self._words.append(words)
            self._length += len(words)

    def _end(self, name: str) -> None:
        kind = _local(name)
        if kind in ("v", "t"):
            self._is_value = False
        elif kind == "c":
            self._end_cell()
        elif kind == "row":
            self._rows.append(FileRow(self._number, self._cells, self._problem))

    def _end_cell(self) -> None:
        if not self._words:
            return
        text = self._shown("".join(self._words))
        if not text:
            return
        if self._column >= MOST_COLUMNS:
            self._problem = self._problem or _("This row has %(count)d columns; a file may have %(most)d.") % {
                "count": self._column + 1,
                "most": MOST_COLUMNS,
            }
            return
        self._size += len(text)
        if self._size > LONGEST_RECORD:
            self._cells, self._problem = self._cells[:1], _("This line is too long.")
            return
        if len(text) > LONGEST_CELL:
            self._problem = _("A cell of this row has more than %(most)d characters.") % {"most": LONGEST_CELL}
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells.append(text[:LONGEST_CELL])

    def _shown(self, words: str) -> str:
        if self._type == "s":
            number = _whole(words.strip(), -1)
            text = self.book.texts[number] if 0 <= number < len(self.book.texts) else ""
            self._repeated += max(len(text) - _OWN, 0)
            if self._repeated > LARGEST_TEXTS:
                raise Unreadable(bomb())
            return text
        if self._type == "b":
            return "true" if words.strip() == "1" else "false"
        if self._type in ("str", "inlineStr", "e", "d"):
            return words.partition("T")[0] if self._type == "d" else words
        return _number(words.strip(), self._style in self.book.date_styles, self.book.is_1904)


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str, is_date: bool, is_1904: bool) -> str:
    """A number as people wrote it: a phone has no exponent, a day is a day."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    first = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
    if is_date and 0 < value < (date.max - first).days + 1:
        return (first + timedelta(days=int(value))).isoformat()
    if value == int(value) and abs(value) < 1e16:
        return str(int(value))
    return text
