"""Fetching a guest's file from Meta: once, streamed, looked at, sealed."""

import contextlib
import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from channels_wa.adapters import adapter_of
from channels_wa.adapters.base import MediaGone, MediaRef, MediaTooLarge, ProviderError, Sender
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.adapters.streams import in_pieces
from channels_wa.media import pictures, storing, telling
from channels_wa.media.inbound import FETCH
from channels_wa.media.intake import Taken, taking
from channels_wa.media.judging import Refused, type_of
from channels_wa.media.kinds import MOST_BYTES_IN
from channels_wa.media.models import Kind, Media, State
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.queries import own_numbers_ever
from ops import clock
from ops.failpoint import failpoint
from ops.safe_http import BadAddress, Forbidden, check_address
from ops.salon import current_salon_id
from ops.sealing import CannotOpen
from ops.storage import StorageError
from ops.timers.actions import NewTimer, set_many

log = logging.getLogger(__name__)

# Media ids of webhooks live this long (WHATSAPP.md §3).
LIVES = timedelta(days=7)
# A number that is stopped may be connected again any time.
WHILE_STOPPED = timedelta(minutes=15)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
MOST_DAMAGED = 3
OUR_OWN = (OSError, StorageError)


def fetch(public_id: UUID) -> None:
    """Fetch one file that waits; what cannot be had now is tried again, what cannot be had at all says so.

    Called inside the salon and outside of a transaction. Safe to do twice: what is not waiting any more is left alone.
    """
    media = Media.objects.filter(public_id=public_id, state=State.WAITING).first()
    if media is None:
        return
    try:
        sender, adapter = _sender(media)
        _check_link(media)
        _keep(media, _stream(media, sender, adapter))
    except Refused as refused:
        telling.refuse(media, refused.reason)
    except MediaTooLarge:
        telling.refuse(media, "too_large")
    except MediaGone:
        telling.refuse(media, "expired", state=State.EXPIRED)
    except ProviderError as error:
        _later(media, error)
    except OUR_OWN:
        # The storage is away or full. Meta keeps the file longer than that should last.
        log.exception("a file could not be stored")
        _later(media, ProviderError("the storage", error_class=ErrorClass.TRANSIENT))


def _sender(media: Media) -> tuple[Sender, str]:
    number = own_numbers_ever().filter(pk=media.number_id or 0).first()
    if number is None or not number.is_connected:
        raise Refused("no_number")
    if not media.meta_media_id:
        raise Refused("no_id")
    try:
        token = token_of(number) if number.sealed_token else ""
    except CannotOpen:
        raise ProviderError("the number's token cannot be opened", error_class=ErrorClass.ACCOUNT_STOP) from None
    return Sender(number.phone_number_id, token), number.adapter


def _check_link(media: Media) -> None:
    """An address in a webhook is one from outside; that the webhook was signed does not make it harmless (I24)."""
    if not media.source_url:
        return
    try:
        check_address(media.source_url)
    except Forbidden:
        raise Refused("private_address") from None
    except BadAddress:
        raise Refused("bad_link") from None


def _stream(media: Media, sender: Sender, adapter: str) -> Taken:
    ref = MediaRef(media.meta_media_id, media.source_url)
    stream = adapter_of(adapter).fetch_media(sender, ref, most_bytes=MOST_BYTES_IN)
    with taking(current_salon_id() or 0, MOST_BYTES_IN) as intake:
        for piece in in_pieces(stream):
            intake.add(piece)
        taken = intake.finish()
    failpoint("media.after_stream")
    return taken


def _keep(media: Media, taken: Taken) -> None:
    try:
        if media.sha256 and media.sha256 != taken.look.sha256:
            storing.throw_away([taken.storage_key])
            _damaged(media)
            return
        mime_type = type_of(media.kind, media.declared_type, taken.look)
        picture = None
        if media.kind in (Kind.IMAGE, Kind.STICKER):
            picture = pictures.small_of(storing.pieces_of(taken), mime_type)
        storing.put(media, taken, mime_type, picture)
    except Refused as refused:
        storing.throw_away([taken.storage_key])
        telling.refuse(media, refused.reason)
        return
    except OUR_OWN:
        with contextlib.suppress(*OUR_OWN):
            storing.throw_away([taken.storage_key])
        raise
    with transaction.atomic():
        # Somebody else may have been quicker, or the contact been forgotten: then nothing of this is wanted.
        standing = Media.objects.select_for_update().filter(pk=media.pk, state=State.WAITING).exists()
        if standing:
            media.state, media.source_url = State.READY, ""
            media.save(update_fields=storing.COLUMNS)
            telling.changed([media])
    if not standing:
        storing.throw_away([media.storage_key, media.thumb_key])
    failpoint("media.after_keep")


def _damaged(media: Media) -> None:
    if media.tries + 1 >= MOST_DAMAGED:
        telling.refuse(media, "damaged")
    else:
        _again(media, FIRST_WAIT)


def _later(media: Media, error: ProviderError) -> None:
    if clock.now() >= media.created_at + LIVES:
        telling.refuse(media, "unreachable", state=State.EXPIRED)
        return
    stopped = error.error_class is ErrorClass.ACCOUNT_STOP
    log.info("a file could not be fetched: %s", type(error).__name__, extra={"resource_id": str(media.public_id)})
    _again(media, WHILE_STOPPED if stopped else min(FIRST_WAIT * 2 ** min(media.tries, 12), LONGEST_WAIT))


def _again(media: Media, wait: timedelta) -> None:
    with transaction.atomic():
        Media.objects.filter(pk=media.pk).update(tries=min(media.tries + 1, 1000))
        set_many(current_salon_id(), [NewTimer(FETCH, str(media.public_id), clock.now() + wait)])
