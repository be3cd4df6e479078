"""The file that stands in a header as its sample: handed to Meta before the template that shows it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from channels_wa.adapters.base import OutboundFile
from channels_wa.adapters.cloud_api import templates
from channels_wa.adapters.cloud_api.graph import GraphClient
from channels_wa.media import storing
from channels_wa.media.models import Media
from channels_wa.media.names import name_to_save
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.shape import JSON
from ops.sealing import CannotOpen
from ops.storage import Missing


class NoSample(RuntimeError):
    """The file is not here (any more)."""


def with_sample(client: GraphClient, draft: Draft) -> list[JSON]:
    """The draft's components with a handle of its file. Raises NoSample, GraphError."""
    if not draft.shape.has_media or draft.header_media is None:
        return draft.components
    media = Media.objects.ready().filter(public_id=draft.header_media).first()
    if media is None:
        raise NoSample
    return _with_handle(draft.components, templates.upload_sample(client, _opened(media)))


def _opened(media: Media) -> OutboundFile:
    try:
        pieces = storing.reading(media)
    except (CannotOpen, Missing):
        raise NoSample from None
    name = name_to_save(media.name, kind=media.kind, mime_type=media.mime_type, at="")
    return OutboundFile(name, media.mime_type, media.size or 0, _async(pieces))


async def _async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


def _with_handle(components: Sequence[JSON], handle: str) -> list[JSON]:
    return [
        {**one, "example": {"header_handle": [handle]}} if one.get("type") == "HEADER" else one for one in components
    ]
