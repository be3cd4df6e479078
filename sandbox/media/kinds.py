"""Which media Meta takes, how large they may be, and what their first bytes say they are (WHATSAPP.md §3)."""

KB, MB = 1024, 1024 * 1024
LARGEST = 100 * MB
_OFFICE = "application/vnd.openxmlformats-officedocument"

MOST: dict[str, int] = {
    "audio": 16 * MB,
    "document": LARGEST,
    "image": 5 * MB,
    "sticker": 500 * KB,  # animated; a static one may have 100 KB
    "video": 16 * MB,
}
TYPES: dict[str, tuple[str, ...]] = {
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "image": ("image/jpeg", "image/png"),
    "sticker": ("image/webp",),
    "video": ("video/mp4", "video/3gpp"),
    "document": (
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
    ),
}
KIND_OF = {mime_type: kind for kind, types in TYPES.items() for mime_type in types}
STATIC_STICKER_MAX = 100 * KB
HEAD = 64  # bytes that `sniffed` needs


def bare(mime_type: str) -> str:
    """A type without its parameters, in lower case."""
    return mime_type.split(";", maxsplit=1)[0].strip().lower()


def sniffed(head: bytes) -> str:
    """The type that the first bytes speak of; empty when they say nothing."""
    starts = {
        b"\xff\xd8\xff": "image/jpeg",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"%PDF-": "application/pdf",
        b"OggS": "audio/ogg",
        b"ID3": "audio/mpeg",
        b"\xff\xfb": "audio/mpeg",
        b"\xff\xf1": "audio/aac",
        b"#!AMR": "audio/amr",
        b"PK\x03\x04": "application/zip",
        b"\xd0\xcf\x11\xe0": "application/msword",
    }
    for start, mime_type in starts.items():
        if head.startswith(start):
            return mime_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return {b"M4A ": "audio/mp4", b"3gp4": "video/3gpp", b"3gp5": "video/3gpp"}.get(head[8:12], "video/mp4")
    return ""


def is_animated(head: bytes) -> bool:
    """Whether a WebP has the flag of an animation."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def fits(kind: str, mime_type: str, head: bytes) -> bool:
    """Whether a file can be shown as this kind. Documents are not looked into, as with Meta."""
    if bare(mime_type) not in TYPES[kind]:
        return False
    found = sniffed(head)
    if kind == "document":
        return True
    # One container, two names: M4A files often carry the brand of a video.
    same = {found, "audio/mp4"} if found == "video/mp4" else {found}
    return bare(mime_type) in same
