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
    taken, length = [line], len(line)
    while length <= LONGEST_RECORD and len(taken) <= MOST_LINES_OF_A_RECORD:
        text = "".join(taken)
        try:
            found = next(csv.reader(taken, delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            if "end of data" not in str(error) and len(taken) == 1:
                # A quote within a cell that has none around it, as people write them.
                return text, next(csv.reader(taken, delimiter=delimiter), []), ""
            if "end of data" not in str(error):
                # What seemed to close it opens the cell of another line.
                break
            if not ahead.take_until_quote(taken):
                break
            length = sum(map(len, taken))
            continue
        return text, found, ""
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

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.next()
        if line is None:
            raise StopIteration
        return line

    def next(self) -> str | None:
        """The next one; None at the end."""
        if self._back:
            return self._back.pop()
        return next(self._lines, None)

    def take_until_quote(self, taken: list[str]) -> bool:
        """Add lines up to the next that could close a quote; whether there was one."""
        while len(taken) <= MOST_LINES_OF_A_RECORD and (line := self.next()) is not None:
            taken.append(line)
            if '"' in line:
                return True
        return False

    def give_back(self, lines: list[str]) -> None:
        """They come again, in their order."""
        self._back.extend(reversed(lines))
