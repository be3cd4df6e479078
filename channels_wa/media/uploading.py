"""Bringing a file of ours to Meta, for one number; messages that wait for it leave at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from channels_wa.adapters import adapter_of
from channels_wa.adapters.base import OutboundFile, ProviderError, Sender
from channels_wa.adapters.cloud_api.graph import wait_for
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.media import storing
from channels_wa.media.models import Media, MediaUpload
from channels_wa.media.names import name_to_save
from channels_wa.media.uploads import LIVES, UPLOAD, hold_still, living
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from ops import clock
from ops.failpoint import failpoint
from ops.salon import current_salon_id
from ops.sealing import CannotOpen
from ops.storage import Missing
from ops.timers.actions import NewTimer, set_many

log = logging.getLogger(__name__)

TIMEOUT_S = 900.0
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
# A number that is stopped may be connected again any time.
WHILE_STOPPED = timedelta(minutes=15)
MOST_TRIES = 12


def upload(public_id: UUID, number_id: int) -> None:
    """Hand a file to Meta unless it has it; inside the salon and outside of a transaction.

    Done twice it costs a second upload and nothing else.
    """
    media = Media.objects.ready().filter(public_id=public_id).first()
    number = own_numbers().filter(pk=number_id).first()
    if media is None or number is None:
        return
    if not living(number_id, [public_id]):
        try:
            meta_media_id = _hand_over(media, number)
        except ProviderError as error:
            _failed(media, number_id, error)
            return
        except (CannotOpen, Missing):
            log.exception("a kept file cannot be read")
            _note(media, number_id, error="unreadable")
        else:
            failpoint("media.after_upload")
            _note(media, number_id, meta_media_id=meta_media_id)
    _let_messages_go(public_id, number_id)


def _hand_over(media: Media, number: Number) -> str:
    pieces = storing.reading(media)
    try:
        token = token_of(number) if number.sealed_token else ""
    except CannotOpen:
        raise ProviderError("the number's token cannot be opened", error_class=ErrorClass.ACCOUNT_STOP) from None
    name = name_to_save(media.name, kind=media.kind, mime_type=media.mime_type, at=f"{media.created_at:%Y-%m-%d}")
    file = OutboundFile(name, media.mime_type, media.size or 0, _async(pieces))
    sender = Sender(number.phone_number_id, token)
    return wait_for(adapter_of(number.adapter).upload_media(sender, file), TIMEOUT_S)


async def _async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


def _note(media: Media, number_id: int, *, meta_media_id: str = "", error: str = "") -> None:
    MediaUpload.objects.update_or_create(
        media_id=media.pk,
        number_id=number_id,
        defaults={
            "meta_media_id": meta_media_id,
            "expires_at": clock.now() + LIVES if meta_media_id else None,
            "error": error[:1000],
            "tries": 0,
        },
    )


def _failed(media: Media, number_id: int, error: ProviderError) -> None:
    log.info("a file could not be handed over: %s", type(error).__name__, extra={"resource_id": str(media.public_id)})
    row, _made = MediaUpload.objects.get_or_create(media_id=media.pk, number_id=number_id)
    if error.error_class is ErrorClass.ACCOUNT_STOP:
        _again(media, number_id, WHILE_STOPPED)
    elif error.is_transient and row.tries + 1 < MOST_TRIES:
        MediaUpload.objects.filter(pk=row.pk).update(tries=row.tries + 1)
        _again(media, number_id, min(FIRST_WAIT * 2**row.tries, LONGEST_WAIT))
    else:
        _note(media, number_id, error=str(error) or "refused")
        _let_messages_go(media.public_id, number_id)


def _again(media: Media, number_id: int, wait: timedelta) -> None:
    set_many(current_salon_id(), [NewTimer(UPLOAD, f"{media.public_id}:{number_id}", clock.now() + wait)])


def _let_messages_go(public_id: UUID, number_id: int) -> None:
    """What waits for this file is judged again now: sent, or refused for what Meta said of the file."""
    from channels_wa.outbox.actions import bring_forward  # late: the outbox asks this package's check

    with transaction.atomic(), connection.cursor() as cursor:
        hold_still([(public_id, number_id)], alone=True)
        cursor.execute(
            "SELECT id FROM message WHERE status = 'queued' AND direction = 'out' AND number_id = %s "
            "AND strpos(payload::text, %s) > 0",
            [number_id, str(public_id)],
        )
        bring_forward([pk for (pk,) in cursor.fetchall()])
