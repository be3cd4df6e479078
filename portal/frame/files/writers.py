"""Pages of rows as the bytes of a file, one piece for each page."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, cast
from xml.sax.saxutils import escape

from portal.frame.files.cells import safe, safe_text

Page = Sequence[Sequence[str]]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_OFFICE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
    '<sheets><sheet name="Cadeira" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def as_csv(pages: Iterable[Page], *, delimiter: str = ",") -> Iterator[bytes]:
    """CSV in UTF-8 with its mark, without which Excel guesses wrong."""
    mark = "\ufeff"
    for page in pages:
        made = io.StringIO()
        made.write(mark)
        mark = ""
        csv.writer(made, delimiter=delimiter, lineterminator="\r\n").writerows(
            [safe(cell) for cell in row] for row in page
        )
        yield made.getvalue().encode()


def as_xlsx(pages: Iterable[Page]) -> Iterator[bytes]:
    """A workbook of one sheet whose cells are all text."""
    out = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for page in pages:
                sheet.write("".join(map(_row, page)).encode())
                yield out.take()
            sheet.write(b"</sheetData></worksheet>")
    yield out.take()


def _row(cells: Sequence[str]) -> str:
    # A missing cell has to say its column; an empty one is shorter.
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(safe_text(text))}</t></is></c>'


class _Pipe:
    """Takes what the archive writes until it is taken on; nobody can go back in it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        """The next bytes."""
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """All since the last time."""
        taken, self._held = b"".join(self._held), []
        return taken


WRITERS: dict[str, tuple[str, str, Callable[[Iterable[Page]], Iterator[bytes]]]] = {
    "csv": ("csv", "text/csv; charset=utf-8", as_csv),
    "csv-semicolon": ("csv", "text/csv; charset=utf-8", lambda pages: as_csv(pages, delimiter=";")),
    "xlsx": ("xlsx", XLSX_TYPE, as_xlsx),
}
