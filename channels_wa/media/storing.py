"""From a file in the storage to its row, and back to its bytes."""

from collections.abc import Iterable, Iterator

from channels_wa.media.intake import FILE, SMALL, Taken, put_small
from channels_wa.media.keys import file_key, seal_file_key
from channels_wa.media.measuring import duration_ms
from channels_wa.media.models import Kind, Media
from channels_wa.media.pictures import Picture
from ops.salon import current_salon_id
from ops.storage import salon_of, storage
from ops.storage.sealed import PIECE, TAG, opened

# What `put` sets.
COLUMNS = [
    "mime_type", "size", "sha256", "width", "height", "duration_ms", "is_animated", "state", "storage_key", "thumb_key",
    "thumb_width", "thumb_height", "sealed_key", "source_url", "name", "kind",
]  # fmt: skip


def put(media: Media, taken: Taken, mime_type: str, picture: Picture | None) -> None:
    """Set on the instance what was taken; the caller saves it."""
    media.mime_type, media.size, media.sha256 = mime_type, taken.look.size, taken.look.sha256
    media.storage_key = taken.storage_key
    if media.kind in (Kind.AUDIO, Kind.VIDEO):
        media.duration_ms = duration_ms(mime_type, taken.look)
    if picture is not None:
        media.width, media.height, media.is_animated = picture.width, picture.height, picture.is_animated
        media.thumb_key = put_small(current_salon_id() or 0, taken.key, picture.made)
        media.thumb_width, media.thumb_height = picture.made_width, picture.made_height
    seal_file_key(media, taken.key)


def pieces_of(taken: Taken) -> Iterator[bytes]:
    """What was just taken, read back."""
    return opened(taken.key, FILE, taken.look.size, lambda at: storage().read(taken.storage_key, at))


def reading(media: Media, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a kept file; its key is taken before the first of them. Raises CannotOpen, Missing."""
    key, storage_key = file_key(media), _own(media.storage_key)
    return opened(key, FILE, media.size or 0, lambda at: storage().read(storage_key, at), start=start, end=end)


def small_bytes(media: Media) -> bytes:
    """The small picture, which is small. Raises CannotOpen, Missing."""
    key, storage_key = file_key(media), _own(media.thumb_key)
    sealed_size = storage().size(storage_key)
    return b"".join(opened(key, SMALL, _plain_size(sealed_size), lambda at: storage().read(storage_key, at)))


def throw_away(storage_keys: Iterable[str]) -> None:
    """Delete from the storage what no row knows (any more)."""
    for storage_key in storage_keys:
        if storage_key:
            storage().delete(_own(storage_key))


def _own(storage_key: str) -> str:
    # A row that names another salon's object is a fault, and nothing is read for it.
    if salon_of(storage_key) != current_salon_id():
        raise PermissionError("this object belongs to another salon")
    return storage_key


def _plain_size(sealed_size: int) -> int:
    pieces = -(-sealed_size // (PIECE + TAG))
    return sealed_size - pieces * TAG
