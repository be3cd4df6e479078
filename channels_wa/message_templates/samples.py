"""The file that stands in a header as its sample: handed to Meta before the template that shows it."""

from collections.abc import Sequence

from channels_wa.adapters.base import OutboundFile
from channels_wa.adapters.cloud_api import templates
from channels_wa.adapters.cloud_api.graph import GraphClient
from channels_wa.media.models import Media, State
from channels_wa.message_templates.drafts import Draft
from channels_wa.message_templates.shape import JSON


class NoSample(RuntimeError):
    """The file is not here (any more)."""


def with_sample(client: GraphClient, draft: Draft) -> list[JSON]:
    """The draft's components with a handle of its file. Raises NoSample, GraphError."""
    if not draft.shape.has_media or draft.header_media is None:
        return draft.components
    media = Media.objects.filter(public_id=draft.header_media, state=State.READY).first()
    if media is None:
        raise NoSample
    return _with_handle(draft.components, templates.upload_sample(client, _opened(media)))


def _opened(media: Media) -> OutboundFile:
    raise NoSample


def _with_handle(components: Sequence[JSON], handle: str) -> list[JSON]:
    return [
        {**one, "example": {"header_handle": [handle]}} if one.get("type") == "HEADER" else one for one in components
    ]
