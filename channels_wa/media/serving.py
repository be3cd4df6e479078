"""A kept file as an answer: ranges, no guessing of types, and nothing that runs."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from channels_wa.media import storing
from channels_wa.media.judging import MOVING, SOUND
from channels_wa.media.models import Media
from channels_wa.media.names import name_to_save
from channels_wa.media.queries import DRAWN

# What a browser draws or plays and cannot run. Everything else is saved, never opened, by it.
SHOWN = DRAWN | SOUND | MOVING
# Opened by itself the file is a document in a box without scripts, forms, frames, or our cookies.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
AT_ONCE = 256 * 1024
KEEP_S = 3600
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\s*")


class Part(NamedTuple):
    """From `start` up to and without `end`; whether it was asked for as a range."""

    start: int
    end: int
    is_range: bool = True


def answer(request: HttpRequest, media: Media, *, by_link: bool = False) -> HttpResponseBase:
    """The file, or the part of it that was asked for. Raises CannotOpen, Missing."""
    size, tag = media.size or 0, f'"{media.sha256[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        return _with_headers(request, HttpResponse(status=304), media, tag, by_link=by_link)
    part = _part(request, size, tag)
    if part is None:
        refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _with_headers(request, refused, media, tag, by_link=by_link)
    response = _body(request, media, part)
    if part.is_range:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    response["Content-Length"] = str(part.end - part.start)
    return _with_headers(request, response, media, tag, by_link=by_link)


def answer_small(request: HttpRequest, media: Media, *, by_link: bool = False) -> HttpResponseBase:
    """The small picture. Raises CannotOpen, Missing."""
    tag = f'"{media.sha256[:31]}s"'
    if tag in request.headers.get("If-None-Match", ""):
        return _with_headers(request, HttpResponse(status=304), media, tag, by_link=by_link)
    response = HttpResponse(b"" if request.method == "HEAD" else storing.small_bytes(media))
    _with_headers(request, response, media, tag, by_link=by_link)
    response["Content-Type"], response["Content-Disposition"] = "image/webp", "inline"
    return response


def _body(request: HttpRequest, media: Media, part: Part) -> HttpResponse | StreamingHttpResponse:
    if request.method == "HEAD":
        return HttpResponse()
    pieces = storing.reading(media, start=part.start, end=part.end)
    if part.end - part.start <= AT_ONCE:
        return HttpResponse(b"".join(pieces))
    return StreamingHttpResponse(_streamed(pieces))


async def _streamed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    # An iterator of another kind would be read whole before the first byte leaves.
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece


def _part(request: HttpRequest, size: int, tag: str) -> Part | None:
    """The part that a Range header names; all of it without one, None where it lies outside (RFC 9110 §14)."""
    given = request.headers.get("Range", "")
    found = _RANGE.fullmatch(given)
    if found is None or not any(found.groups()) or request.headers.get("If-Range", tag) != tag:
        return Part(0, size, is_range=False)
    first, last = found.groups()
    if not first:
        return Part(max(size - int(last), 0), size) if int(last) else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return Part(0, size, is_range=False)
    return Part(start, end) if start < size else None


def _with_headers(
    request: HttpRequest, response: HttpResponseBase, media: Media, tag: str, *, by_link: bool
) -> HttpResponseBase:
    shown = media.mime_type in SHOWN
    name = name_to_save(media.name, kind=media.kind, mime_type=media.mime_type, at=f"{media.created_at:%Y-%m-%d}")
    saved = not shown or "download" in request.GET
    response["Content-Type"] = media.mime_type if shown or media.mime_type == "application/pdf" else _UNOPENED
    response["Content-Disposition"] = content_disposition_header(saved, name) or "attachment"
    response["Accept-Ranges"], response["ETag"] = "bytes", tag
    response["X-Content-Type-Options"], response["Content-Security-Policy"] = "nosniff", POLICY
    response["Cache-Control"] = f"private, max-age={KEEP_S}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if by_link else "same-origin"
    # Packed, a part of it would be a part of something else.
    request.META["HTTP_ACCEPT_ENCODING"] = "identity"
    return response


_UNOPENED = "application/octet-stream"
