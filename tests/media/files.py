"""Files of every kind, made by hand as small as they can be, and their wicked relatives."""

import io
import struct
import zipfile
import zlib

from PIL import Image


def jpeg(width: int = 80, height: int = 60) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 80)).save(made, "JPEG")
    return made.getvalue()


def png(width: int = 80, height: int = 60) -> bytes:
    made = io.BytesIO()
    Image.new("RGBA", (width, height), (20, 120, 80, 128)).save(made, "PNG")
    return made.getvalue()


def webp(width: int = 512, height: int = 512) -> bytes:
    made = io.BytesIO()
    Image.new("RGBA", (width, height), (20, 120, 80, 128)).save(made, "WEBP")
    return made.getvalue()


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """Says that it has 2.5 thousand million pixels, in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def archive(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, data in (files or {"a.txt": b"hello"}).items():
            out.writestr(name, data)
    return made.getvalue()


def docx() -> bytes:
    return archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})


def ogg(packet: bytes = b"\xf8\xff\xfe") -> bytes:
    """A page with OpusHead, and one more."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    return b"".join(_page(number, data) for number, data in enumerate((head, b"OpusTags" + b"\0" * 8, packet)))


def _page(number: int, data: bytes) -> bytes:
    return b"OggS\0\0" + struct.pack("<qIII", 0, 1, number, 0) + bytes([1, len(data)]) + data


def mp4() -> bytes:
    ftyp = b"isom\0\0\2\0isommp42"
    return struct.pack(">I", 8 + len(ftyp)) + b"ftyp" + ftyp + struct.pack(">I", 16) + b"mdat" + b"\0" * 8


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SVG_WITH_PREFIX = b'<x:svg xmlns:x="http://www.w3.org/2000/svg"/>'
PROGRAM = b"MZ\x90\0" + b"\0" * 60
