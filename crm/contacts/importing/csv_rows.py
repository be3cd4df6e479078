"""Rows of a CSV file. A record that cannot be read is one row refused; those after it are read all the same."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from crm.contacts.importing.encoding import wrong_bytes
from crm.contacts.importing.limits import LONGEST_CELL, LONGEST_RECORD, MOST_COLUMNS, MOST_LINES_OF_A_RECORD
from crm.contacts.importing.rows import FileRow

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 60
# Cells may be longer than the module's own limit; ours is asked afterwards.
csv.field_size_limit(LONGEST_RECORD * 2)


def rows(lines: Iterable[str], *, delimiter: str, encoding: str) -> Iterator[FileRow]:
    """Every record, blank ones too, so that numbers are those a spreadsheet shows."""
    ahead = _Lines(lines)
    for number, line in enumerate(ahead, start=1):
        if '"' not in line and len(line) <= LONGEST_RECORD:
            text, cells, problem = line, line.rstrip("\n").split(delimiter), ""
        else:
            text, cells, problem = _quoted(line, ahead, delimiter)
        if not problem:
            problem = wrong_bytes(text, encoding) or _too_much(text, cells)
        yield FileRow(number, [_shown(cell) for cell in cells[: MOST_COLUMNS + 1]] if problem else cells, problem)


def _quoted(line: str, ahead: "_Lines", delimiter: str) -> tuple[str, list[str], str]:
    """A record with quotes in it, which may go on over lines."""
    taken, here = [line], ahead.place

    def record() -> Iterator[str]:
        # As many as the reader asks for, each looked at once.
        yield line
        length = len(line)
        while here >= ahead.failed_until and len(taken) < MOST_LINES_OF_A_RECORD and (more := ahead.next()) is not None:
            taken.append(more)
            length += len(more)
            if length > LONGEST_RECORD:
                return
            yield more

    if len(line) <= LONGEST_RECORD:
        try:
            found = next(csv.reader(record(), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "end of data" not in str(error) and len(taken) == 1:
                # A quote within a cell that has none around it, as people write them.
                return line, next(csv.reader(taken, delimiter=delimiter), []), ""
            # Or else what seemed to close it opens the cell of another line.
        else:
            return "".join(taken), found, ""
        # Of the lines before the one where this ended none is the beginning of a longer record: they are not tried.
        ahead.failed_until = max(ahead.failed_until, here + len(taken) - 1)
    # The quote is never closed: only its own line is lost, not all that come after it.
    ahead.give_back(taken[1:])
    if len(line) > LONGEST_RECORD:
        if (count := line.count(delimiter)) > MOST_COLUMNS:
            return "", line.split(delimiter, MOST_COLUMNS + 1), _too_many(count)
        return "", [line[:200]], _("This line is too long.")
    cells = line.rstrip("\n").split(delimiter)
    return line, cells, _("A quotation mark is opened here and never closed.")


def _too_much(text: str, cells: list[str]) -> str:
    if len(text) > LONGEST_RECORD:
        return _("This line is too long.")
    if len(cells) > MOST_COLUMNS:
        return _too_many(len(cells))
    if "\0" in text:
        return _("There is a NUL character in this row; take it out.")
    if len(text) > LONGEST_CELL and any(len(cell) > LONGEST_CELL for cell in cells):
        return _("A cell of this row has more than %(most)d characters.") % {"most": LONGEST_CELL}
    return ""


def _too_many(count: int) -> str:
    words = _("This row has more than %(count)d columns; a file may have %(most)d.")
    return words % {"count": count - 1, "most": MOST_COLUMNS}


def _shown(cell: str) -> str:
    """A cell of a row that is refused, as it can be kept and read."""
    text = cell if cell.isascii() else cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\0", "␀")[:LONGEST_CELL]


def delimiter_of(head: list[str]) -> str:
    """What stands between the cells: the mark that divides most lines into the same number of cells."""
    best, found = (0, 0), DELIMITERS[0]
    for one in DELIMITERS:
        counts = Counter(
            len(row.cells) for row in _first(rows(iter(head), delimiter=one, encoding="")) if not row.is_blank
        )
        if not counts:
            continue
        width, times = max(counts.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        score = (times if width > 1 else 0, width)
        if score > best:
            best, found = score, one
    return found


def _first(found: Iterator[FileRow]) -> Iterator[FileRow]:
    for row in found:
        if row.number > _SAMPLE:
            return
        yield row


class _Lines:
    """Lines that can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: list[str] = []
        # The number of the line that came last, and up to which a look for the end of a quote was in vain.
        self.place = self.failed_until = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.next()
        if line is None:
            raise StopIteration
        return line

    def next(self) -> str | None:
        """The next one; None at the end."""
        line = self._back.pop() if self._back else next(self._lines, None)
        self.place += line is not None
        return line

    def give_back(self, lines: list[str]) -> None:
        """They come again, in their order."""
        self._back.extend(reversed(lines))
        self.place -= len(lines)
