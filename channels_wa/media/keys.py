"""Keys of files: each file's own, sealed with its contact's, which is sealed with the salon's.

The contact's key is sealed with the salon's and the contact's share together (channels_wa.messages.raw). Who forgets a
contact takes the share away, which no backup has: every file of theirs is noise, in each copy that was ever made.
"""

from django.db import connection

from channels_wa.media.models import ContactKey, Media
from channels_wa.messages.raw import box_of_contact
from ops import clock
from ops.salon import current_salon_id
from ops.sealing import Box, CannotOpen, new_salon_key, place
from tenants.salons.keys import box_of

# The salon's own files: what was uploaded for nobody in particular.
NOBODY = 0
_BY_SHARE = b"\x03"


def seal_file_key(media: Media, key: bytes) -> None:
    """Put a file's key on the instance, sealed for its row and contact. Inside the salon."""
    media.sealed_key = _box(media.contact_id).seal(key, _place(media))


def file_key(media: Media) -> bytes:
    """A file's key. Raises CannotOpen, also where the contact was forgotten."""
    box = _known_box(media.contact_id or NOBODY)
    if box is None or not media.sealed_key:
        raise CannotOpen("the key of this file is gone")
    return box.open(bytes(media.sealed_key), _place(media))


def _box(contact_id: int | None) -> Box:
    """The contact's box, made at its first file."""
    owner, salon_id = contact_id or NOBODY, _salon()
    known = _known_box(owner)
    if known is not None:
        return known
    box = box_of_contact(salon_id, owner, to_seal=True)
    sealed = _BY_SHARE + box.seal(new_salon_key(), _key_place(salon_id, owner))
    with connection.cursor() as cursor:
        # Two at once: the first one's key stands, and both use it.
        cursor.execute(
            "INSERT INTO contact_key (contact_id, sealed_key, created_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [owner, sealed, clock.now()],
        )
    made = _known_box(owner)
    if made is None:
        raise CannotOpen("the contact's key was erased this very moment")
    return made


def _known_box(owner: int) -> Box | None:
    salon_id = _salon()
    sealed = ContactKey.objects.filter(pk=owner).values_list("sealed_key", flat=True).first()
    if sealed is None:
        return None
    blob, aad = bytes(sealed), _key_place(salon_id, owner)
    if blob[:1] != _BY_SHARE:  # from before there were shares
        return Box(box_of(salon_id).open(blob, aad))
    return Box(box_of_contact(salon_id, owner).open(blob[1:], aad))


def _place(media: Media) -> bytes:
    return place(_salon(), "media", "sealed_key", media.public_id)


def _key_place(salon_id: int, owner: int) -> bytes:
    return place(salon_id, "contact_key", "sealed_key", owner)


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("files belong to a salon; there is none here")
    return salon_id
