"""Meta's resumable upload, by which the samples of template headers come (a session, then bytes, then a handle)."""

import secrets

from sandbox.asgi import BodyTooLarge, Call, Gone
from sandbox.graph.errors import GraphError
from sandbox.media.kinds import LARGEST
from sandbox.media.sessions import Session
from sandbox.media.store import UPLOAD_KEPT_S
from sandbox.world import World

SAMPLE_KEPT_S = 12 * UPLOAD_KEPT_S
_TYPES = ("image/jpeg", "image/jpg", "image/png", "video/mp4", "application/pdf")


async def post_uploads(world: World, call: Call, app_id: str) -> None:
    """POST /{app_id}/uploads: begin."""
    query = call.query()
    await call.body()
    length, mime_type = query.get("file_length", ""), query.get("file_type", "")
    if not length.isdecimal() or not 0 < int(length) <= LARGEST:
        raise GraphError(100, f"file_length must be a whole number from 1 to {LARGEST}.")
    if mime_type not in _TYPES:
        raise GraphError(100, f"file_type must be one of {', '.join(_TYPES)}.")
    session = Session(int(length), mime_type, query.get("file_name", ""), world.media.draft())
    session_id = world.uploads.begin(session)
    await call.answer_json({"id": f"{session_id}?sig=ARZ{secrets.token_urlsafe(8)}"})


def _offset(call: Call) -> int:
    written = call.header(b"file_offset").decode("latin-1") or call.query().get("file_offset", "0")
    if not written.isdecimal():
        raise GraphError(100, "file_offset must be a whole number.")
    return int(written)


async def post_upload(world: World, call: Call, session_id: str) -> None:
    """POST /upload:…: the bytes, from where the last call ended; the handle once they are all there."""
    session = world.uploads.get(session_id)
    if session is None:
        raise GraphError.no_such(session_id, "POST")
    if _offset(call) != session.draft.size:
        raise GraphError(100, f"file_offset must be {session.draft.size}.")
    try:
        async for piece in call.pieces(session.length - session.draft.size):
            session.draft.write(piece)
    except BodyTooLarge:
        world.uploads.end(session_id)
        session.draft.drop()
        raise GraphError(100, f"More bytes came than the {session.length} that were announced.") from None
    except Gone:
        return None  # what came stays; GET tells where to go on
    if session.draft.size < session.length:
        return await call.answer_json({"id": session_id, "file_offset": session.draft.size})
    world.uploads.end(session_id)
    owner = ("", "")  # no number's: a sample belongs to its template
    medium = world.media.keep(
        session.draft, owner=owner, mime_type=session.mime_type, kept_s=SAMPLE_KEPT_S, filename=session.filename
    )
    world.changed = True
    return await call.answer_json({"h": f"4:{session.mime_type.replace('/', '.')}:h:{medium.id}:ARb"})


async def get_upload(world: World, call: Call, session_id: str) -> None:
    """GET /upload:…: how far it is."""
    session = world.uploads.get(session_id)
    if session is None:
        raise GraphError.no_such(session_id, "GET")
    await call.answer_json({"id": session_id, "file_offset": session.draft.size})
