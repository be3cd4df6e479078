"""Keeping files, forgetting them, and changing whose they are."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from channels_wa.media.keys import file_key, seal_file_key
from channels_wa.media.models import ContactKey, Media, MediaUpload, State
from ops import clock
from ops.runs import ids_of
from ops.salon import current_salon_id
from ops.sealing import CannotOpen
from ops.storage import salon_of, storage

_AT_ONCE = 500


def hold(public_ids: Sequence[UUID]) -> int:
    """Something names these files, a template's sample for one, so they stay; how many of them there are."""
    Media.objects.filter(public_id__in=public_ids, used_at=None).update(used_at=clock.now())
    return Media.objects.filter(public_id__in=public_ids).count()


@transaction.atomic
def throw_away(files: Sequence[Media]) -> None:
    """Delete files of which nothing needs to be known any more, rows and all."""
    _delete_objects(files)
    MediaUpload.objects.filter(media_id__in=[one.pk for one in files]).delete()
    Media.objects.filter(pk__in=[one.pk for one in files]).delete()


@transaction.atomic
def forget(contact_id: int) -> int:
    """Erase all files of a contact and the key that opened them; how many files. Their messages say so.

    The share of that key goes too (ops.vault), so that every copy of them is noise, those in backups too.
    """
    ContactKey.objects.filter(pk=contact_id).delete()
    return expire(list(Media.objects.select_for_update().filter(contact_id=contact_id).exclude(state=State.GONE)))


def expire(files: Sequence[Media]) -> int:
    """Delete the bytes of these; their rows and messages stay and say so. In a transaction; how many."""
    _delete_objects(files)
    MediaUpload.objects.filter(media_id__in=[one.pk for one in files]).delete()
    return Media.objects.filter(pk__in=[one.pk for one in files]).update(
        state=State.GONE, reason="erased", name="", sha256="", sealed_key=b"", storage_key="", thumb_key="",
        source_url="", meta_media_id="", size=None,
    )  # fmt: skip


@transaction.atomic
def move_to_contact(old: int, new: int) -> list[int]:
    """Two contacts are one person: the files of `old` are sealed for `new` from now on; their ids."""
    moved = _reseal(Media.objects.filter(contact_id=old), new)
    ContactKey.objects.filter(pk=old).delete()
    return moved


def _reseal(files: QuerySet[Media], new: int) -> list[int]:
    moved = []
    for media in files.select_for_update().iterator(_AT_ONCE):
        key = _key_if_any(media)
        media.contact_id = new
        if key is not None:
            seal_file_key(media, key)
        media.save(update_fields=["contact_id", "sealed_key"])
        moved.append(media.pk)
    return moved


Merge = TypeVar("Merge", bound="Merging")


class Merging(Protocol):
    """Who becomes part of whom (crm.contacts.merging)."""

    @property
    def kept(self) -> int:
        """The contact that stays."""

    @property
    def gone(self) -> int:
        """The one that is part of it from now on."""

    @property
    def log(self) -> Any:
        """What was moved, by table."""

    def took(self, table: str, ids: Iterable[int]) -> None:
        """These rows were moved."""


def follow_merge(merge: Merge) -> Merge:
    """Files go with their contact (CONTACT_MERGE_STEPS)."""
    merge.took("media", move_to_contact(merge.gone, merge.kept))
    return merge


def undo_merge(merge: Merging, _before: dict[str, Any]) -> None:
    """They are two again (CONTACT_UNMERGE_STEPS): the files that were moved are sealed for the other one."""
    ids = ids_of(merge.log.moved.get("media", []))
    _reseal(Media.objects.filter(contact_id=merge.kept, pk__in=ids), merge.gone)


def _key_if_any(media: Media) -> bytes | None:
    try:
        return file_key(media) if media.sealed_key else None
    except CannotOpen:
        return None  # it is noise already, and no reason to keep two contacts apart


def _delete_objects(files: Sequence[Media]) -> None:
    """After the commit; dying before that leaves what no key opens."""
    keys = [key for one in files for key in (one.storage_key, one.thumb_key) if key]
    if any(salon_of(key) != current_salon_id() for key in keys):
        raise PermissionError("an object of another salon")
    for key in keys:
        transaction.on_commit(partial(storage().delete, key))
