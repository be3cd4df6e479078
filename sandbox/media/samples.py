"""Files that a guest may send when the request brings none: good ones, and ones that a careful receiver refuses."""

import struct
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).resolve().parent / "samples"


class Sample(NamedTuple):
    """A file, and what Meta would say of it."""

    content: bytes
    mime_type: str
    filename: str


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, rows: int) -> bytes:
    """A plain PNG; fewer `rows` than its height make it a bomb that is small on the way."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = b"\x00" + b"\x7a\x3b\x69" * width
    pixels = zlib.compress(row * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _pdf() -> bytes:
    """One page with one line, with a correct table of places."""
    text = b"BT /F1 24 Tf 72 720 Td (Tabela de precos do salao) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return made + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(document.domain)</script></svg>'
_HTML = b"<!DOCTYPE html><html><body><script>alert(document.domain)</script></body></html>"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@cache
def sample(name: str) -> Sample | None:
    """A sample by its name; None for one that does not exist."""
    if name in _FILES:
        file_name, mime_type = _FILES[name]
        return Sample((_FOLDER / file_name).read_bytes(), mime_type, file_name)
    if name == "png":
        return Sample(_png(320, 240, 240), "image/png", "foto.png")
    if name == "pdf":
        return Sample(_pdf(), "application/pdf", "tabela.pdf")
    if name == "huge_image":
        return Sample(_png(50_000, 50_000, 1), "image/png", "grande.png")
    return _ODD.get(name)


_FILES = {
    "photo": ("photo.jpg", "image/jpeg"),
    "voice": ("voice.ogg", "audio/ogg; codecs=opus"),
    "video": ("video.mp4", "video/mp4"),
    "sticker": ("sticker.webp", "image/webp"),
}
_ODD = {
    "text": Sample("Olá! Este é um texto.\n".encode(), "text/plain", "recado.txt"),
    "svg": Sample(_SVG, "image/svg+xml", "desenho.svg"),
    "html": Sample(_HTML, "text/html", "pagina.html"),
    "lying_image": Sample(_HTML, "image/jpeg", "foto.jpg"),
    "polyglot": Sample(b"GIF89a/*" + b"\x00" * 16 + b"*/=1;" + _HTML, "image/png", "foto.png"),
    "traversal": Sample(_pdf(), "application/pdf", "../../etc/passwd.pdf"),
    "program": Sample(b"MZ" + b"\x90" * 62, _WORD, "contrato.docx"),
    "empty": Sample(b"", "image/jpeg", "vazio.jpg"),
}
NAMES = ("png", "pdf", "huge_image", *_FILES, *_ODD)
OF_KIND = {"image": "photo", "audio": "voice", "video": "video", "document": "pdf", "sticker": "sticker"}
