"""Sends files: to the product from the addresses that Graph and webhooks name, and to the phone page."""

import re
from pathlib import Path

from sandbox.asgi import Call, Gone
from sandbox.graph.access import is_good
from sandbox.media.kinds import KIND_OF, bare
from sandbox.media.store import PIECE, Medium
from sandbox.world import World

_RANGE = re.compile(rb"bytes=(\d*)-(\d*)")
# What a browser shows without running anything; all else is offered as a file.
_SHOWN = {mime_type for mime_type, kind in KIND_OF.items() if kind != "document"}
_CAREFUL = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cache-control", b"private, no-store"),
)


class BadRange(Exception):
    """A range outside of the file."""


def _asked(header: bytes, size: int) -> tuple[int, int] | None:
    """First and latest byte that were asked for; None for the whole. Raises BadRange."""
    found = _RANGE.fullmatch(header.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:  # the latest so many bytes
        first, latest = max(0, size - int(found[2])), size - 1
    else:
        first, latest = int(found[1]), min(int(found[2] or size), size - 1)
    if first > latest:
        raise BadRange
    return first, latest


async def _stream(
    call: Call, file_of: tuple[Path, int], headers: list[tuple[bytes, bytes]], *, cut: bool = False
) -> None:
    """Answer with a file, or the part that was asked for; `cut` breaks off in the middle."""
    path, size = file_of
    try:
        part = _asked(call.header(b"range"), size)
    except BadRange:
        return await call.answer(416, b"", b"text/plain", [(b"content-range", b"bytes */%d" % size)])
    first, latest = part or (0, size - 1)
    length = latest - first + 1
    about = [*headers, (b"content-length", b"%d" % length), (b"accept-ranges", b"bytes")]
    if part:
        about.append((b"content-range", b"bytes %d-%d/%d" % (first, latest, size)))
    await call.send({"type": "http.response.start", "status": 206 if part else 200, "headers": about})
    left = length // 2 if cut else length
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and call.method != "HEAD":
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            await call.send({"type": "http.response.body", "body": piece, "more_body": True})
    if cut:
        raise Gone  # without an end, so that the server closes the connection
    await call.send({"type": "http.response.body", "body": b""})
    return None


async def attachment(world: World, call: Call) -> None:
    """GET /whatsapp_business/attachments/: what an address of Graph leads to; needs the token, as Graph does."""
    query = call.query()
    medium = world.media.of_url(query.get("mid", ""), query.get("ext", ""), query.get("hash", ""))
    if not call.token:
        return await call.answer(401, b"", b"text/plain")
    if medium is None or call.method not in ("GET", "HEAD") or not is_good(world, call.token, medium.waba_id):
        return await call.answer(404, b"", b"text/plain")
    if world.faults and world.faults.take(("media_gone",)):
        return await call.answer(404, b"", b"text/plain")
    cut = bool(world.faults and world.faults.take(("media_cut",)))
    headers = [(b"content-type", medium.mime_type.encode("latin-1", "replace")), *_CAREFUL]
    return await _stream(call, (world.media.path(medium), medium.size), headers, cut=cut)


async def sample(world: World, call: Call) -> None:
    """GET /scontent/{id}: the sample of a template's header, which anybody may see."""
    medium = world.media.get(call.path.removeprefix("/scontent/"))
    await shown(world, call, medium if medium is not None and not medium.waba_id else None)


async def shown(world: World, call: Call, medium: Medium | None) -> None:
    """A file on the phone page, which is nobody's browser but the developer's: still nothing may run."""
    if medium is None:
        return await call.answer_json({"error": "no such file, or it has expired"}, 404)
    mime_type = bare(medium.mime_type)
    headers = [(b"content-type", mime_type.encode("latin-1", "replace")), *_CAREFUL]
    if mime_type not in _SHOWN:
        headers[0] = (b"content-type", b"application/octet-stream")
        headers.append((b"content-disposition", b"attachment"))
    return await _stream(call, (world.media.path(medium), medium.size), headers)
