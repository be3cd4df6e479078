"""Small files that are made to cost much: each is refused in bounds, with words (CR-001)."""

import io
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from itertools import chain, repeat
from uuid import UUID, uuid4

import pytest

from crm.contacts.importing import columns, csv_rows, files, running, xlsx_parts, xlsx_rows
from crm.contacts.importing.limits import LARGEST_TEXTS, LONGEST_CELL, MB, Unreadable
from crm.contacts.importing.rows import FileRow
from tests.lists.conftest import Book, List

SHEET, TEXTS, STYLES = "xl__worksheets__sheet1_xml", "xl__sharedStrings_xml", "xl__styles_xml"


def read(body: bytes) -> list[FileRow]:
    return list(xlsx_rows.rows(xlsx_rows.open_book(io.BytesIO(body)), 0))


def sheet_of(cells: str) -> bytes:
    return f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>".encode()


def test_patterns_look_once_at_what_they_read(book: Book) -> None:
    codes = "".join(f"<numFmt numFmtId='{200 + n}' formatCode='{'[' * 400_000}'/>" for n in range(3))
    xfs = "<xf numFmtId='200'/>" * 20_000
    styles = f"<styleSheet>{codes}<cellXfs>{xfs}</cellXfs></styleSheet>".encode()
    # A format longer than one token may be is refused; one of Excel's length is read.
    began = time.perf_counter()
    with pytest.raises(Unreadable, match="damaged"):
        read(book([["a"]], **{STYLES: styles}))
    assert xlsx_rows._is_date('[$-416]d "de" mmmm')
    assert not xlsx_rows._is_date("[" * 100_000 + "Red]0")
    assert columns._EMAIL.match("ana@salao.com.br")
    assert not columns._EMAIL.match("a@" + "." * 9_990 + "@")
    assert not columns._EMAIL.match("a@" + "b." * 4_990 + "@")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_the_usual_packing_is_unpacked(book: Book, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([["a"]]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), compress_type=method if "sheet1" in name else zipfile.ZIP_STORED)
    with pytest.raises(Unreadable, match="damaged"):
        read(out.getvalue())


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet>" + b"<a>" * 100_000,
        b"<worksheet><a b='" + bytes(range(33, 38)) * 200_000 + b"'/></worksheet>",
        b"<worksheet><!--" + b"x" * MB + b"--></worksheet>",
        b"<worksheet>" + b"".join(b"<a%d/>" % number for number in range(50_000)) + b"</worksheet>",
        b"<worksheet>" + b"".join(b"<a xmlns:p%d='u'/>" % number for number in range(50_000)) + b"</worksheet>",
    ],
    ids=["deep", "attribute", "remark", "names", "prefixes"],
)
def test_a_parser_never_holds_much(book: Book, sheet: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read(book([["a"]], **{SHEET: sheet}))


def test_a_long_sheet_and_long_cells_are_read(book: Book) -> None:
    """The bounds are not those of a large file."""
    rows = [[f"Ana {number}", "x&<" * 3_000, "+5511988881234"] for number in range(60)]
    assert [row.cells for row in read(book(rows))] == rows


def test_members_are_counted_before_they_are_objects(book: Book) -> None:
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive, pytest.warns(UserWarning):
        for _ in range(5_001):
            archive.writestr("xl/workbook.xml", b"")
    with pytest.raises(Unreadable, match="unpacks"):
        read(many.getvalue())
    body = bytearray(book([["a"]]))
    assert 0 < xlsx_parts.directory_size(io.BytesIO(body)) < 1000
    end = body.rindex(b"PK\5\6")
    struct.pack_into("<I", body, end + 12, 40 * MB)
    with pytest.raises(Unreadable, match="unpacks"):
        read(bytes(body))
    # The record of large archives says it as well.
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 40 * MB, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    struct.pack_into("<I", body, end + 12, 0xFFFFFFFF)
    with pytest.raises(Unreadable, match="unpacks"):
        read(bytes(body[:end]) + record + locator + bytes(body[end:]))


def test_shared_texts_do_not_multiply(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = f"<sst><si><t>{'x' * LONGEST_CELL}</t></si><si><t>Ana</t></si></sst>".encode()
    cell = '<c t="s"><v>0</v></c>'
    row = f"<row>{cell * 190}</row>"
    sheet = f"<worksheet><sheetData>{row}<row>{cell.replace('0', '1')}</row></sheetData></worksheet>".encode()
    wide, usual = read(book([["a"]], **{SHEET: sheet, TEXTS: texts}))
    assert wide.problem == "This line is too long."
    assert len(wide.cells) == 1
    assert usual.cells == ["Ana"]
    monkeypatch.setattr(xlsx_rows, "LARGEST_TEXTS", LARGEST_TEXTS // 100)
    with pytest.raises(Unreadable, match="unpacks"):
        read(book([["a"]], **{SHEET: sheet, TEXTS: texts}))


def test_numbers_beyond_all_bounds_are_cells(book: Book) -> None:
    cells = ["nan", "1e999", "-inf", "2957004", "9" * 5000]
    nines = "9" * 5000
    sheet = sheet_of("".join(f'<c s="1"><v>{cell}</v></c>' for cell in cells) + f'<c s="{nines}"><v>1</v></c>')
    styles = b"<styleSheet><numFmt numFmtId='x'/><cellXfs><xf numFmtId='x'/><xf numFmtId='14'/></cellXfs></styleSheet>"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    workbook = (
        f'<workbook xmlns="{main}" xmlns:r="{links}"><workbookPr date1904="1"/>'
        '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ).encode()
    (row,) = read(book([["a"]], **{SHEET: sheet, STYLES: styles, "xl__workbook_xml": workbook}))
    assert row.cells == [*cells, "1"]
    (row,) = read(book([["a"]], **{SHEET: sheet_of(f'<c t="s"><v>{nines}</v></c><c><v>2</v></c>')}))
    assert row.cells == ["", "2"]


def test_an_archive_of_nonsense_is_damaged(lists: List, book: Book) -> None:
    body = bytearray(book([["a"]]))
    place = body.rindex(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<H", body, place + 8, 0x800)
    body[place + 46] = 0xFF
    assert "damaged" in lists.bring(bytes(body), "list.xlsx")
    assert lists.bring("nome,telefone\nAna,x\n")
    for after in ("9" * 19, "9" * 5000, "x", "1"):
        assert lists.browser.get(f"{lists.path}refused/?after={after}").status_code == 200


def test_quotes_that_open_and_never_close_are_looked_for_once() -> None:
    """Each line opens a cell and goes on with that of the line before, so that no look comes to an end."""
    lines = ['a","b' + "x" * 1000 + "\n"] * 4_000
    read_lines = 0

    def counted() -> Iterator[str]:
        nonlocal read_lines
        for line in lines:
            read_lines += 1
            yield line

    began = time.perf_counter()
    found = list(csv_rows.rows(counted(), delimiter=",", encoding="utf-8"))
    assert time.perf_counter() - began < 2
    assert [row.number for row in found] == list(range(1, 4_001))
    assert {row.problem for row in found} == {"A quotation mark is opened here and never closed."}
    assert read_lines == 4_000


def test_a_record_of_many_lines_behind_a_quote_that_is_not_closed_is_read() -> None:
    text = '"never closed,1\n"Ana\n\n""Mar"",\nia",2\n"x","y"\nlast,"3'
    found = list(csv_rows.rows(text.splitlines(keepends=True), delimiter=",", encoding="utf-8"))
    assert [row.cells for row in found[1:3]] == [['Ana\n\n"Mar",\nia', "2"], ["x", "y"]]
    assert [bool(row.problem) for row in found] == [True, False, False, True]


def test_after_ten_thousand_blank_rows_nothing_is_read() -> None:
    blank = FileRow(2, [""])
    few = [FileRow(1, ["a"]), *[blank] * 9_999, FileRow(3, ["b"])]
    assert len(list(files._filled(iter(few)))) == 2
    endless = chain([FileRow(1, ["a"])], repeat(blank))
    assert len(list(files._filled(endless))) == 1


def test_a_salon_has_one_list_at_a_time_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[tuple[int, UUID]] = []

    class Held:
        def __init__(self, args: tuple[int, UUID], **_: object) -> None:
            self.args = args

        def start(self) -> None:
            began.append(self.args)

    monkeypatch.setattr(threading, "Thread", Held)
    monkeypatch.setattr(running, "_busy", set())
    monkeypatch.setattr(running, "_free", threading.BoundedSemaphore(2))
    first, second, other = uuid4(), uuid4(), uuid4()
    for salon, one in ((1, first), (1, second), (2, other)):
        running._start(salon, one)
    assert began == [(1, first), (2, other)]
    monkeypatch.setattr(running, "_claim", lambda public_id: None)
    monkeypatch.setattr(running, "close_old_connections", lambda: None)
    running._work_and_leave(1, first)
    running._start(1, second)
    assert began[2:] == [(1, second)]
