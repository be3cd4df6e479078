"""May a file be kept, and as what? By what its bytes are; a type that was only claimed opens nothing."""

from channels_wa.media.kinds import DOCUMENT_TYPES, IMAGE_TYPES, OFFICE, STICKER_TYPES, plain_type
from channels_wa.media.look import Look
from channels_wa.media.models import Kind
from channels_wa.media.sniffing import HTML, OLE, PROGRAM, SVG, TEXT, UNKNOWN, WEBM, XML, ZIP, sniffed


class Refused(Exception):
    """The file is not kept; `reason` is a word of `reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


MOVING = frozenset({"video/mp4", "video/3gpp", "audio/mp4", "video/quicktime"})
SOUND = frozenset({"audio/ogg", "audio/mpeg", "audio/aac", "audio/amr", "audio/mp4"})
TEXTS = frozenset({TEXT, "text/csv", "text/vcard", "text/x-vcard", "text/calendar", "application/json"})
OLE_TYPES = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
OFFICE_TYPES = frozenset(one for one in DOCUMENT_TYPES if one.startswith(OFFICE))
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# What the first bytes of a file show beyond doubt. Who claims one of these and is something else lies.
SHOWN = (
    IMAGE_TYPES | STICKER_TYPES | MOVING | SOUND | OLE_TYPES | OFFICE_TYPES
    | {"application/pdf", "image/gif", "audio/wav", ZIP, WEBM, "application/rtf"}
)  # fmt: skip
NOT_TAKEN = frozenset({HTML, SVG, "video/ogg"})
_OF_KIND = {
    Kind.IMAGE: IMAGE_TYPES | STICKER_TYPES,
    Kind.STICKER: STICKER_TYPES,
    Kind.AUDIO: SOUND,
    Kind.VIDEO: MOVING,
}
_OFFICE_PARTS = (
    (b"word/document.xml", f"{OFFICE}wordprocessingml.document"),
    (b"xl/workbook.xml", f"{OFFICE}spreadsheetml.sheet"),
    (b"ppt/presentation.xml", f"{OFFICE}presentationml.presentation"),
)
_PROGRAM_PARTS = (b"AndroidManifest.xml", b"META-INF/MANIFEST.MF")


def refuse_early(head: bytes) -> None:
    """What the first bytes already show. Raises Refused."""
    found = sniffed(head)
    if found == PROGRAM:
        raise Refused("program")
    if found in NOT_TAKEN:
        raise Refused("not_taken")


def type_of(kind: str, declared: str, look: Look) -> str:
    """The MIME type under which a whole file is kept as a message of this kind. Raises Refused."""
    if look.size == 0:
        raise Refused("empty")
    refuse_early(look.head)
    found = _found(look)
    if found == PROGRAM:
        raise Refused("program")
    claimed = plain_type(declared)
    if kind != Kind.DOCUMENT:
        found = _as_kind(kind, found)
    if not _agree(claimed, found):
        raise Refused("lying_type")
    if _hides(found, look):
        raise Refused("polyglot")
    return claimed if found in (OLE, TEXT, ZIP) and claimed in OLE_TYPES | TEXTS else found


def _found(look: Look) -> str:
    found = sniffed(look.head)
    if found != ZIP:
        return found
    names = look.head + look.tail
    if any(part in names for part in _PROGRAM_PARTS):
        return PROGRAM
    start = look.head.find(OPEN_DOCUMENT.encode())
    if 0 <= start < 100:
        end = next((place for place in range(start, start + 80) if look.head[place] <= 32 or look.head[place] > 126), 0)
        return look.head[start:end].partition(b"PK")[0].decode("ascii", "replace") or ZIP
    return next((mime_type for part, mime_type in _OFFICE_PARTS if part in names), ZIP)


def _as_kind(kind: str, found: str) -> str:
    # The container of MP4 is one for sound and pictures.
    if kind == Kind.AUDIO and found in MOVING:
        return "audio/mp4"
    if kind == Kind.VIDEO and found == "audio/mp4":
        return "video/mp4"
    if found not in _OF_KIND[Kind(kind)]:
        raise Refused("lying_type")
    return found


def _agree(claimed: str, found: str) -> bool:
    if not claimed or claimed in (found, UNKNOWN, "binary/octet-stream"):
        return True
    if found in MOVING:
        return claimed in MOVING
    if found == OLE:
        return claimed not in SHOWN - OLE_TYPES
    if found in (TEXT, XML):
        return claimed in TEXTS | {XML, "application/xml"} or (claimed.startswith("text/") and claimed not in NOT_TAKEN)
    if found == ZIP or found.startswith(OPEN_DOCUMENT):
        return claimed not in SHOWN - {ZIP}
    if found == UNKNOWN:
        return claimed not in SHOWN and not claimed.startswith("text/")
    # What we know for sure under a name that we do not know.
    return claimed not in SHOWN and claimed not in TEXTS


def _hides(found: str, look: Look) -> bool:
    if look.ends_as_zip and found not in OFFICE_TYPES | {ZIP, OLE, UNKNOWN} and not found.startswith(OPEN_DOCUMENT):
        return True
    is_media = found.startswith(("image/", "audio/", "video/"))
    return is_media and look.hides_something
