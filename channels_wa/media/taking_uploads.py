"""Files that people and programs upload: straight into the storage, as what they are."""

import contextlib
import sys
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import connection, transaction

from billing.quotas.gates import take
from channels_wa.media import pictures, remuxing, storing, sweeping, uploads
from channels_wa.media.intake import Intake, Taken, taking
from channels_wa.media.judging import Refused, type_of
from channels_wa.media.kinds import (
    ANIMATED_STICKER_BYTES,
    AUDIO_TYPES,
    DOCUMENT_TYPES,
    IMAGE_TYPES,
    LIMITS,
    MB,
    STICKER_TYPES,
    VIDEO_TYPES,
    most_bytes,
    plain_type,
)
from channels_wa.media.models import Kind, Media, State
from channels_wa.media.names import safe_name
from channels_wa.media.naming import public_id_of
from channels_wa.media.sniffing import OLE, UNKNOWN, WEBM, ZIP, sniffed
from ops import clock
from ops.salon import current_salon_id
from tenants.access.models import ApiKey
from tenants.audit import actions as audit
from tenants.members.models import Member

# Pictures that WhatsApp does not take and that become JPEG here.
CONVERTED = frozenset({"image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif"})
MOST_TO_CONVERT = 20 * MB
PICTURES = frozenset({Kind.IMAGE, Kind.STICKER})
PIECE = 64 * 1024


@dataclass(slots=True)
class Uploaded:
    """A file in the storage with what its sender said of it."""

    taken: Taken
    kind: str
    name: str
    declared_type: str
    is_voice: bool = False
    """Said by whoever recorded it; WhatsApp shows only Opus as a voice message."""

    def close(self) -> None:
        """As a file of a form has it; nothing is open."""


class Taker(FileUploadHandler):
    """Puts the form's `file` into the storage while it arrives; ends with Refused as soon as it cannot be sent."""

    chunk_size = PIECE

    def __init__(self, wanted_kind: str = "", *, voice: bool = False) -> None:
        super().__init__()
        self.uploaded: Uploaded | None = None
        self._wanted, self._voice = wanted_kind if wanted_kind in LIMITS else "", voice
        self._block: Any = None
        self._intake: Intake | None = None
        self._kind = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """One file, under the name `file`."""
        super().new_file(*args, **kwargs)
        salon_id = current_salon_id()
        if self.field_name != "file" or self._intake is not None or salon_id is None:
            raise SkipFile
        self._block = taking(salon_id, LIMITS["document"].most_bytes, self._decide)
        self._intake = self._block.__enter__()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing is kept in memory. Raises Refused."""
        assert self._intake is not None  # noqa: S101 - there is a file
        self._intake.add(raw_data)

    def file_complete(self, file_size: int) -> Any:
        """The form's value is this handler's file."""
        assert self._intake is not None  # noqa: S101 - there is a file
        taken = self._intake.finish()
        self._block.__exit__(None, None, None)
        self._block = None
        name, declared = safe_name(self.file_name or ""), plain_type(self.content_type or "")
        self.uploaded = Uploaded(taken, self._kind, name, declared, self._voice)
        return self.uploaded

    def close(self) -> None:
        """Whatever was not finished leaves nothing; call it at the end, once."""
        if self._block is not None:
            block, self._block = self._block, None
            error = sys.exc_info()[1] or Refused("interrupted")
            with contextlib.suppress(type(error)):
                block.__exit__(type(error), error, error.__traceback__)

    def _decide(self, head: bytes) -> int:
        self._kind = kind_of(sniffed(head), self._wanted, plain_type(self.content_type or ""))
        if self._kind == Kind.IMAGE and sniffed(head) in CONVERTED:
            return MOST_TO_CONVERT
        return ANIMATED_STICKER_BYTES if self._kind == Kind.STICKER else most_bytes(self._kind)


def kind_of(found: str, wanted: str, declared: str) -> str:
    """As what WhatsApp would take a file whose bytes show this type. Raises Refused for what it would not."""
    if found == WEBM and (wanted == Kind.AUDIO or declared.startswith("audio/")):
        return Kind.AUDIO
    if found in STICKER_TYPES and wanted == Kind.STICKER:
        return Kind.STICKER
    if found in IMAGE_TYPES | CONVERTED:
        return Kind.IMAGE
    if found in VIDEO_TYPES and (wanted == Kind.AUDIO or declared.startswith("audio/")):
        return Kind.AUDIO
    for kind, types in ((Kind.VIDEO, VIDEO_TYPES), (Kind.AUDIO, AUDIO_TYPES)):
        if found in types:
            return kind
    if found in DOCUMENT_TYPES | {ZIP, OLE}:
        return Kind.DOCUMENT
    raise Refused("not_sendable")


def keep(uploaded: Uploaded, *, by: Member | ApiKey, conversation: str = "") -> Media:
    """Make the row of an uploaded file, ready to be sent. Raises Refused; then nothing is left of the file."""
    media = Media(direction="out", kind=uploaded.kind, name=uploaded.name, declared_type=uploaded.declared_type)
    taken = uploaded.taken
    try:
        taken = _as_whatsapp_takes_it(media, taken)
        mime_type = _type(media.kind, uploaded.declared_type, taken)
        picture = pictures.small_of(storing.pieces_of(taken), mime_type) if media.kind in PICTURES else None
        media.contact_id, media.number_id = _conversation(conversation)
        media.is_voice = mime_type == "audio/ogg" and (uploaded.is_voice or media.is_voice)
        media.member_id = by.pk if isinstance(by, Member) else None
        storing.put(media, taken, mime_type, picture)
        if (media.size or 0) > most_bytes(media.kind, is_animated=media.is_animated):
            raise Refused("too_large")
        _write(media, by)
    except BaseException:
        storing.throw_away({uploaded.taken.storage_key, taken.storage_key, media.thumb_key})
        raise
    return media


def _as_whatsapp_takes_it(media: Media, taken: Taken) -> Taken:
    """Voices and pictures of kinds that only browsers know, made into those that WhatsApp knows."""
    found = sniffed(taken.look.head)
    if media.kind == Kind.AUDIO and found == WEBM:
        made = remuxing.ogg_of(b"".join(storing.pieces_of(taken)))
        media.is_voice, media.name, media.declared_type = True, "", "audio/ogg"
    elif media.kind == Kind.IMAGE and found in CONVERTED:
        if taken.look.hides_something or taken.look.ends_as_zip:
            raise Refused("polyglot")
        made = pictures.jpeg_of(storing.pieces_of(taken), found).made
        media.name = f"{media.name.rpartition('.')[0] or media.name}.jpg" if media.name else ""
        media.declared_type = "image/jpeg"
    else:
        return taken
    with taking(current_salon_id() or 0, LIMITS[media.kind].most_bytes) as intake:
        intake.add(made)
        replaced = intake.finish()
    storing.throw_away([taken.storage_key])
    return replaced


def _type(kind: str, declared: str, taken: Taken) -> str:
    # Browsers guess the type of a picture or sound by the name; what counts is what it is.
    guessed = kind != Kind.DOCUMENT or declared in (ZIP, UNKNOWN)
    mime_type = type_of(kind, "" if guessed else declared, taken.look)
    if mime_type not in LIMITS[kind].types:
        raise Refused("not_sendable")
    if mime_type == "audio/ogg" and not _is_mono_opus(taken.look.head):
        raise Refused("not_mono_opus")
    return mime_type


def _is_mono_opus(head: bytes) -> bool:
    start = head.find(b"OpusHead")
    return start >= 0 and head[start + 9 : start + 10] == b"\x01"


def _conversation(public_id: str) -> tuple[int | None, int | None]:
    """Contact and number of a conversation; by SQL, since its table belongs to a layer above."""
    found = public_id_of(public_id)
    if found is None:
        return None, None
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_id, number_id FROM conversation WHERE public_id = %s", [found])
        return cursor.fetchone() or (None, None)


@transaction.atomic
def _write(media: Media, by: Member | ApiKey) -> None:
    # In the transaction that adds it: two at once do not both take the last place.
    take("storage_mb", -(-(media.size or 0) // 1_000_000))
    media.state = State.READY
    media.save()
    sweeping.look_in_a_day(media)
    if media.number_id:
        # While the person still writes the words to it.
        uploads.ask_for([(media, media.number_id)], now=clock.now())
    after = {"kind": media.kind, "type": media.mime_type, "size": media.size}
    audit.record("media.uploaded", subject=media.public_id, by=by, after=after)
