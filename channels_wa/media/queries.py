"""Files of messages, for those who show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.urls import reverse

from channels_wa.media.models import Kind, Media, State
from channels_wa.media.reasons import words_of

# What a browser plays or draws by itself; WhatsApp carries little else.
DRAWN = frozenset({"image/jpeg", "image/png", "image/webp"})
PLAYED = frozenset({"video/mp4", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac"})
PICTURE_EDGE, STICKER_EDGE = 320, 160


@dataclass(frozen=True, slots=True)
class MediaView:
    """One file as a page shows it."""

    public_id: UUID
    kind: str
    state: str
    reason: str
    mime_type: str
    name: str
    size: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    is_voice: bool
    is_animated: bool
    has_thumb: bool
    thumb_width: int | None
    thumb_height: int | None

    @property
    def is_ready(self) -> bool:
        """Whether it can be seen."""
        return self.state == State.READY

    @property
    def is_waiting(self) -> bool:
        """Whether it will come."""
        return self.state == State.WAITING

    @property
    def is_image(self) -> bool:
        """Whether the browser draws it."""
        return self.kind in (Kind.IMAGE, Kind.STICKER) and self.mime_type in DRAWN

    @property
    def is_sticker(self) -> bool:
        """Whether it is drawn without a frame."""
        return self.kind == Kind.STICKER

    @property
    def is_audio(self) -> bool:
        """Whether the browser plays it without a picture."""
        return self.kind == Kind.AUDIO and self.mime_type in PLAYED

    @property
    def is_video(self) -> bool:
        """Whether the browser plays it."""
        return self.kind == Kind.VIDEO and self.mime_type in PLAYED

    @property
    def url(self) -> str:
        """Where members of the salon get it."""
        return reverse("media:file", args=[self.public_id])

    @property
    def thumb_url(self) -> str:
        """A small picture of it, or itself where there is none."""
        return f"{self.url}?size=small" if self.has_thumb else self.url

    @property
    def kind_words(self) -> str:
        """What kind of file it is, in the reader's language."""
        return str(Kind(self.kind).label) if self.kind in Kind.values else self.kind

    @property
    def reason_words(self) -> str:
        """Why it cannot be seen, in the reader's language."""
        return words_of(self.reason)

    @property
    def alt(self) -> str:
        """What it is, for those who do not see it."""
        return f"{self.kind_words} {self.name}".strip()

    @property
    def shown_width(self) -> int:
        """Width of the picture in a bubble, in CSS pixels; known before it is there, so that nothing jumps."""
        return round((self.thumb_width or 0) * self._shrunk)

    @property
    def shown_height(self) -> int:
        """Its height."""
        return round((self.thumb_height or 0) * self._shrunk)

    @property
    def _shrunk(self) -> float:
        edge = STICKER_EDGE if self.is_sticker else PICTURE_EDGE
        return min(edge / max(self.thumb_width or 1, self.thumb_height or 1), 1)

    @property
    def ending(self) -> str:
        """The kind of document in a few letters."""
        ending = self.name.rpartition(".")[2] if "." in self.name else self.mime_type.rpartition("/")[2]
        return ending[:5].upper()


_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_COLUMNS = (
    "m.public_id, m.kind, m.state, m.reason, m.mime_type, m.name, m.size, m.width, m.height, m.duration_ms, "
    "m.is_voice, m.is_animated, m.thumb_key <> '', m.thumb_width, m.thumb_height"
)
# Ours name their file in the payload, a template in what is shown of its header; what is written there is compared as
# a text, since it may be anything.
_NAMED = "COALESCE(o.payload ->> 'media', o.payload #>> '{shown,header,file}')"
_OF_MESSAGES = f"""
    SELECT m.message_id, {_COLUMNS} FROM media m WHERE m.message_id = ANY(%(ids)s)
    UNION ALL
    SELECT o.id, {_COLUMNS} FROM message o JOIN media m
        ON m.public_id = CASE WHEN {_NAMED} ~ '{_UUID}' THEN ({_NAMED})::uuid END
    WHERE o.id = ANY(%(ids)s) AND o.direction = 'out'
"""


def of_messages(ids: Iterable[int]) -> dict[int, MediaView]:
    """The files of messages by the messages' ids, in or out; one query. Inside the salon."""
    wanted = list(ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OF_MESSAGES, {"ids": wanted})
        return {row[0]: MediaView(*row[1:]) for row in cursor.fetchall()}


def view_of(media: Media) -> MediaView:
    """One file as a page shows it."""
    return MediaView(
        media.public_id, media.kind, media.state, media.reason, media.mime_type, media.name, media.size, media.width,
        media.height, media.duration_ms, media.is_voice, media.is_animated, bool(media.thumb_key), media.thumb_width,
        media.thumb_height,
    )  # fmt: skip


def stored_mb() -> int:
    """How much lies in the salon's store, begun megabytes counted whole."""
    total = Media.objects.ready().aggregate(bytes=Sum("size"))["bytes"] or 0
    return -(-int(total) // 1_000_000)
