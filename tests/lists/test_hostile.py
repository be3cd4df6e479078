"""Files that are no lists, or bad ones: each is told what is wrong and what would be right (CR-001)."""

import codecs
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from crm.contacts.importing import limits
from crm.contacts.models import Contact, ContactImport
from ops.salon import inside
from tests.lists.conftest import Book, List
from tests.world import Salons

GOOD = "nome,telefone\nAna,11988881234\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file first|empty"),
        (b"   \n\n", "no rows"),
        (b"%PDF-1.7\n" + bytes(100), "This is a PDF file, whatever its name says. Bring a list as CSV or XLSX."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "This is a PNG file"),
        (b"\x00\x01\x02\xff" * 5000 + b"\xe9" * 40_000, "This is no text file"),
        (OLE, "old kind (.xls), or one with a password"),
        (zipped(a=b"x"), "ZIP file and no Excel file"),
        (zipped(xl__workbook_xml=b"<a>")[:-30], "damaged"),
        (zipped(content_xml=b"x"), "LibreOffice (.ods)"),
        (zipped(xl__workbook_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "damaged"),
        (b"a," * 1_000_000 + b"b\n", "more than 200 columns"),
        (b"x" * 3_000_000, "This line is too long"),
    ],
    ids=["empty", "blank", "pdf", "png", "noise", "xls", "zip", "broken", "ods", "entities", "columns", "line"],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_words(
    lists: List, salons: Salons, _storage: Path, content: bytes, words: str
) -> None:
    page = lists.bring(content, "list.csv")
    assert any(one in page for one in words.split("|")), page[page.index("<main") :][:3000]
    assert not [one for one in _storage.rglob("*") if one.is_file()]
    with inside(salons.aurora.pk):
        assert not ContactImport.objects.exists()


def test_a_file_beyond_the_limit_is_refused_while_it_comes(lists: List, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST_BYTES, "csv", limits.MB)
    assert "larger than 1 MB" in lists.bring(GOOD + "x,11988881234\n" * 100_000)


def test_a_zip_bomb_is_not_unpacked(lists: List, book: Book) -> None:
    """Both one that says how large it is, and one that lies."""
    bomb = book([["nome", "telefone"]], xl__worksheets__sheet1_xml=bytes(40 * limits.MB))
    assert len(bomb) < limits.MB
    assert "unpacks to far more" in lists.bring(bomb, "list.xlsx")
    liar = bytearray(book([["nome", "telefone"]], xl__worksheets__sheet1_xml=b"<worksheet>" + bytes(40 * limits.MB)))
    place = liar.rindex(b"xl/worksheets/sheet1.xml") - 46
    struct.pack_into("<I", liar, place + 24, 1000)
    assert zlib.crc32(b"") == 0
    assert "damaged" in lists.bring(bytes(liar), "list.xlsx")


@pytest.mark.parametrize(
    "content",
    [
        "nome;telefone\nJoão;11988881234\n".encode(),
        codecs.BOM_UTF8 + "nome;telefone\nJoão;11988881234\n".encode(),
        "nome;telefone\nJoão;11988881234\n".encode("utf-16"),
        "nome;telefone\r\nJoão;11988881234\r\n".encode("utf-16-le"),
        "nome;telefone\nJoão;11988881234\n".encode("cp1252"),
        "nome\ttelefone\rJoão\t11988881234\r".encode("latin-1"),
        "nome|telefone\n\n\nJoão|(11) 98888-1234".encode(),
        '"nome","telefone"\n"Jo\u00e3o","+55 11 98888-1234"\n'.encode(),
        "João;11988881234\n".encode(),
        "+5511988881234,João\n".encode("cp1252"),
        "x;y;z\n1;João;11 98888-1234\n2;Ana;11 97777-1234\n".encode("cp1252"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16-le", "cp1252", "latin-1", "bars", "quotes", "bare", "turned", "unnamed"],
)
def test_any_usual_text_is_read(lists: List, salons: Salons, content: bytes) -> None:
    page = lists.bring(content)
    assert "João" in page
    chosen = {}
    for number in range(page.count('name="column-')):
        part = page.split(f'name="column-{number}"')[1].split("</select>")[0]
        if '" selected' in part:
            chosen[number] = part.split('" selected')[0].rpartition('"')[2]
    assert "phone" in chosen.values()
    where = next((number for number in range(3) if "João" in page.split(f'name="column-{number}"')[0][-900:]), 0)
    lists.check({**chosen, **({} if "name" in chosen.values() else {where: "name"})})
    lists.run()
    with inside(salons.aurora.pk):
        assert Contact.objects.get(name="João").name == "João"


def test_bad_rows_are_refused_one_by_one(lists: List, salons: Salons) -> None:
    rows = [
        b"nome,telefone",
        "João Conceição Araújo,11988880001".encode(),
        "Jos\u00e9,11988880002".encode("latin-1"),
        b"NUL\0,11988880003",
        b'"never closed,11988880004',
        b"Bia,11988880005,one,too,many",
        b'"Ana\nMaria",11988880006',
        b"x" * 11_000 + b",11988880007",
        b'He said "hi",11988880008',
        b"Caio",
        b"Last,11988880009",
    ]
    lists.bring(b"\n".join(rows) + b"\n")
    lists.check({0: "name", 1: "phone"})
    lists.run()
    refused = {row: reason for row, (_field, reason) in lists.refusals.items()}
    assert "not in UTF-8" in refused[3]
    assert "NUL" in refused[4]
    assert "never closed" in refused[5]
    assert "5 cells, the first row has 2" in refused[6]
    assert "more than 10000 characters" in refused[8]
    assert "no phone number" in refused[10]
    assert len(refused) == 6
    with inside(salons.aurora.pk):
        names = set(Contact.objects.values_list("name", flat=True))
    assert names == {"João Conceição Araújo", "Ana Maria", 'He said "hi"', "Last"}


def test_a_line_of_utf_8_among_windows_lines(lists: List) -> None:
    text = ["nome,telefone", *(f"José {number},1198888{number:04d}" for number in range(9))]
    lists.bring(b"\n".join([*(line.encode("cp1252") for line in text), "João,11977770000".encode()]))
    lists.check({0: "name", 1: "phone"})
    assert "is in UTF-8 while the rest of the file is in Windows-1252" in lists.refusals[11][1]


def test_a_workbook_is_read_as_people_see_it(lists: List, salons: Salons, book: Book) -> None:
    main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    sheet = f"""<worksheet {main}><sheetData>
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>
        <c r="D1" t="inlineStr"><is><t>Nascimento</t></is></c></row>
      <row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4"><v>1.1988881234E10</v></c><c r="D4" s="1"><v>33197</v></c></row>
      <row r="5"><c r="B5" t="str"><f>1+1</f><v>x</v></c></row></sheetData></worksheet>""".encode()
    joao = "<si><r><t>Jo</t></r><r><t>ão</t></r></si>"
    texts = f"<sst {main}><si><t>Nome</t></si><si><t>Telefone</t></si>{joao}</sst>".encode()
    styles = f"<styleSheet {main}><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>".encode()
    members = {"xl__worksheets__sheet1_xml": sheet, "xl__sharedStrings_xml": texts, "xl__styles_xml": styles}
    lists.bring(book([["a"]], **members), "clientes.xlsx")
    lists.check({0: "name", 1: "phone", 3: "birthday"})
    lists.run()
    assert lists.counts()["refused"] == 1
    assert 5 in lists.refusals
    with inside(salons.aurora.pk):
        guest = Contact.objects.get()
    assert (guest.name, str(guest.birthday)) == ("João", "1990-11-20")


def test_an_export_as_a_workbook_is_read_back(lists: List, salons: Salons, book: Book) -> None:
    lists.bring(book([["Nome", "Telefone"], ["=1+1 & <b>", "+5511988881234"]]), "x.xlsx")
    lists.check({0: "name", 1: "phone"})
    lists.run()
    with inside(salons.aurora.pk):
        assert Contact.objects.get().name == "=1+1 & <b>"
