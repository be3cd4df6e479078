"""The file of a guest's message: brought along, uploaded before, a named sample, or made up (WHATSAPP.md §3, §6)."""

import asyncio
import base64
import binascii
from typing import NamedTuple

from sandbox.asgi import JSON
from sandbox.media.kinds import LARGEST
from sandbox.media.samples import NAMES, OF_KIND, sample
from sandbox.media.store import WEBHOOK_KEPT_S, Draft, Medium
from sandbox.numbers import Number
from sandbox.wishes import BadField, flag, text_field, whole
from sandbox.world import World

SIZE_MAX = 2 * LARGEST
FIELDS = {"data", "fixture", "media", "mime_type", "filename", "size", "voice", "animated", "sha256"}


class Brought(NamedTuple):
    """What a guest sends, before Meta has it."""

    draft: Draft
    mime_type: str
    filename: str


def _decoded(wish: JSON) -> bytes:
    written = wish["data"]
    try:
        if not isinstance(written, str):
            raise ValueError
        return base64.b64decode(written.partition(",")[2] if written.startswith("data:") else written, validate=True)
    except (ValueError, binascii.Error):
        raise BadField("data", "must be base64") from None


def _brought(world: World, kind: str, wish: JSON) -> Brought:
    name = text_field(wish, "fixture") or OF_KIND[kind]
    found = sample(name)
    if found is None:
        raise BadField("fixture", f"must be one of {', '.join(NAMES)}")
    size = whole(wish, "size", None, 0, SIZE_MAX)
    content = _decoded(wish) if "data" in wish else found.content
    mime_type = text_field(wish, "mime_type") or found.mime_type
    filename = text_field(wish, "filename") or found.filename
    draft = world.media.draft()
    draft.write(content if size is None else content[:size])
    if size is not None:
        draft.pad(size)
    return Brought(draft, mime_type, filename)


def _uploaded(world: World, number: Number, wish: JSON) -> Medium:
    medium = world.media.get(text_field(wish, "media", required=True))
    if medium is None or medium.phone_number_id != number.phone_number_id:
        raise BadField("media", "is not a file that was uploaded for this number")
    if "mime_type" in wish:
        medium.mime_type = text_field(wish, "mime_type", required=True)
    return medium


async def attach(world: World, number: Number, kind: str, wish: JSON) -> Medium:
    """Keep the file that a wish speaks of, for seven days. Raises BadField."""
    if "media" in wish:
        return _uploaded(world, number, wish)
    brought = await asyncio.to_thread(_brought, world, kind, wish)  # 100 MB take a moment to add up
    owner = (number.phone_number_id, number.waba_id)
    return world.media.keep(
        brought.draft, owner=owner, mime_type=brought.mime_type, kept_s=WEBHOOK_KEPT_S, filename=brought.filename
    )


def told(world: World, kind: str, medium: Medium, wish: JSON, base: str) -> JSON:
    """The media object of a webhook. Its hash is in base64 there, in hexadecimal where Graph tells it."""
    digest = text_field(wish, "sha256") or base64.b64encode(bytes.fromhex(medium.sha256)).decode()
    media: JSON = {"id": medium.id, "mime_type": medium.mime_type, "sha256": digest}
    media["url"] = world.media.url(medium, base)
    if kind == "audio":
        media["voice"] = flag(wish, "voice", medium.mime_type.startswith("audio/ogg"))
    if kind == "sticker":
        media["animated"] = flag(wish, "animated", False)
    if kind == "document":
        media["filename"] = text_field(wish, "filename") or medium.filename
    if "caption" in wish:
        media["caption"] = text_field(wish, "caption", longest=1024)
    return media
