"""What a file is, by its first bytes. What it says of itself is only compared."""

import re

HEAD = 8 * 1024
HTML, SVG, XML = "text/html", "image/svg+xml", "text/xml"
PROGRAM = "application/x-program"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
TEXT = "text/plain"
WEBM = "video/webm"
UNKNOWN = "application/octet-stream"

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x1a\x45\xdf\xa3", WEBM),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"#!", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_BRANDS = (
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"3g", "video/3gpp"),
    (b"qt", "video/quicktime"),
    (b"hei", "image/heic"),
    (b"hev", "image/heic"),
    (b"mif1", "image/heic"),
    (b"msf1", "image/heic"),
    (b"avi", "image/avif"),
)
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype\s+(?:html|svg)|!--|html|head|body|script|iframe|svg|meta|a|b|"
    r"div|img|object|embed|form|style|link|title|table|p|h1|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def sniffed(head: bytes) -> str:
    """The MIME type that the first bytes show; `application/octet-stream` where they show nothing."""
    for signature, mime_type in _SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return next((mime_type for brand, mime_type in _BRANDS if head[8:12].startswith(brand)), "video/mp4")
    if head[:4] == b"OggS":
        return "audio/ogg" if b"OpusHead" in head[:512] or b"vorbis" in head[:512] else "video/ogg"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return "audio/mpeg"
    return _text(head)


def _text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        words = head.decode("utf-16", "replace")
    elif _CONTROLS.search(head):
        return UNKNOWN
    else:
        words = head.decode("utf-8-sig", "replace")
    found = _MARKUP.match(words)
    if found:
        return SVG if "svg" in found[1].lower() else HTML
    if not words.lstrip().startswith(("<?xml", "<")):
        return TEXT
    # Under whatever prefix: a browser knows both by their namespaces.
    return SVG if "www.w3.org/2000/svg" in words else HTML if "www.w3.org/1999/xhtml" in words else XML
