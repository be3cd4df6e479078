"""What WhatsApp carries as what, and how large it may be (WHATSAPP.md §3). The one place for these numbers."""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024

OFFICE = "application/vnd.openxmlformats-officedocument."
IMAGE_TYPES = frozenset({"image/jpeg", "image/png"})
VIDEO_TYPES = frozenset({"video/mp4", "video/3gpp"})
AUDIO_TYPES = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
STICKER_TYPES = frozenset({"image/webp"})
DOCUMENT_TYPES = frozenset(
    {
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{OFFICE}wordprocessingml.document",
        f"{OFFICE}spreadsheetml.sheet",
        f"{OFFICE}presentationml.presentation",
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """One kind: what Meta takes from us, and how many bytes of it, in or out."""

    types: frozenset[str]
    most_bytes: int


LIMITS = {
    "image": Limits(IMAGE_TYPES, 5 * MB),
    "video": Limits(VIDEO_TYPES, 16 * MB),
    "audio": Limits(AUDIO_TYPES, 16 * MB),
    "document": Limits(DOCUMENT_TYPES, 100 * MB),
    # 500 KB when it moves.
    "sticker": Limits(STICKER_TYPES, 100 * KB),
}
ANIMATED_STICKER_BYTES = 500 * KB
# What guests send us has passed WhatsApp's own limits, which were higher at times; more than this it never carries.
MOST_BYTES_IN = 100 * MB
MOST_PIXELS = 50_000_000

# One word for each type: what senders write, by what we call it.
SAME_AS = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/x-aac": "audio/aac",
    "audio/aacp": "audio/aac",
    "video/3gp": "video/3gpp",
    "application/x-pdf": "application/pdf",
}


def plain_type(declared: str) -> str:
    """A MIME type without parameters, by its usual name: `audio/ogg; codecs=opus` is audio/ogg."""
    bare = declared.partition(";")[0].strip().lower()
    return SAME_AS.get(bare, bare)[:120]


def most_bytes(kind: str, *, is_animated: bool = False) -> int:
    """How large a file of this kind may be to be sent."""
    return ANIMATED_STICKER_BYTES if kind == "sticker" and is_animated else LIMITS[kind].most_bytes
