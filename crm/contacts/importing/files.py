"""A list's rows, whatever kind of file they lie in."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from crm.contacts.importing import csv_rows, xlsx_rows
from crm.contacts.importing.encoding import lines_of
from crm.contacts.importing.limits import MOST_BLANK, MOST_COLUMNS, MOST_ROWS, Unreadable
from crm.contacts.importing.options import Options
from crm.contacts.importing.rows import FileRow
from crm.contacts.importing.taking import SealedFile, reading
from crm.contacts.models import ContactImport

SAMPLE = 50
_BUFFER = 256 * 1024
_TEXTS_OF_A_LOOK = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """The beginning of a file: its first rows that hold something, how many columns they have, and its sheets."""

    rows: list[FileRow]
    columns: int
    sheets: list[str]


def rows_of(one: ContactImport, options: Options) -> Iterator[FileRow]:
    """All rows that hold something, the header among them. Raises Unreadable."""
    return _bounded(_rows(one, options))


def look_at(one: ContactImport, options: Options) -> Look:
    """The first rows. Raises Unreadable for a file that holds none, or is no list."""
    sheets: list[str] = []
    if one.kind == "xlsx":
        book = xlsx_rows.open_book(_buffered(one), most_texts=_TEXTS_OF_A_LOOK)
        sheets = [name for name, _path in book.sheets]
        found = list(islice(_filled(xlsx_rows.rows(book, options.sheet)), SAMPLE))
    else:
        found = list(islice(rows_of(one, options), SAMPLE))
    if not found:
        raise Unreadable(_("There are no rows in this file. It needs at least one with a phone number."))
    if found[0].problem and len(found[0].cells) > MOST_COLUMNS:
        raise Unreadable(
            _("The file has more than %(most)d columns. Leave only those that say something of a contact.")
            % {"most": MOST_COLUMNS}
        )
    if found[0].problem:
        raise Unreadable(_("The first row cannot be read: %(problem)s") % {"problem": found[0].problem})
    return Look(found, _width(found), sheets)


def _width(found: list[FileRow]) -> int:
    """As many columns as most rows have; one with a stray separator in it makes no column more."""
    widths = Counter(len(row.cells) for row in found if not row.problem)
    usual = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    return min(max(len(found[0].cells), usual), MOST_COLUMNS)


def first_delimiter(one: ContactImport, encoding: str) -> str:
    """What stands between the cells of a CSV file, by its first lines."""
    return csv_rows.delimiter_of(list(islice(lines_of(reading(one), encoding), SAMPLE)))


def _rows(one: ContactImport, options: Options) -> Iterator[FileRow]:
    if one.kind == "xlsx":
        return xlsx_rows.rows(xlsx_rows.open_book(_buffered(one)), options.sheet)
    lines = lines_of(reading(one), options.encoding)
    return csv_rows.rows(lines, delimiter=options.delimiter, encoding=options.encoding)


def _buffered(one: ContactImport) -> io.BufferedReader:
    return io.BufferedReader(SealedFile(one), _BUFFER)


def _filled(rows: Iterator[FileRow]) -> Iterator[FileRow]:
    """Those that hold something. After so many of nothing in a row there comes no more that people wrote."""
    blank = 0
    for row in rows:
        blank = blank + 1 if row.is_blank else 0
        if blank >= MOST_BLANK:
            return
        if not blank:
            yield row


def _bounded(rows: Iterator[FileRow]) -> Iterator[FileRow]:
    for count, row in enumerate(_filled(rows)):
        if count > MOST_ROWS:
            raise Unreadable(
                _("The file has more than %(most)d rows. Split it into several files.") % {"most": MOST_ROWS}
            )
        yield row
