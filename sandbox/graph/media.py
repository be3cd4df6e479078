"""Uploading media, asking for their address, taking them away (WHATSAPP.md §3)."""

from sandbox.asgi import Call
from sandbox.graph.access import may_use
from sandbox.graph.errors import GraphError
from sandbox.media.kinds import KIND_OF, LARGEST, MOST, STATIC_STICKER_MAX, bare, is_animated
from sandbox.media.store import UPLOAD_KEPT_S, Medium
from sandbox.multipart import BadForm, Form, read_form
from sandbox.world import World

FORM_ROOM = 64 * 1024  # what a form may have around its file


def _check(form: Form) -> str:
    """The declared type; raises GraphError for what Meta does not take."""
    if form.fields.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    if form.file is None:
        raise GraphError(100, "The parameter file is required.")
    mime_type = form.fields.get("type") or form.file_type
    kind = KIND_OF.get(bare(mime_type))
    if kind is None:
        accepted = ", ".join(KIND_OF)
        raise GraphError(
            100,
            f"Param file must be a file with one of the following types: {accepted}. Received file of type "
            f"'{mime_type or 'application/octet-stream'}'.",
        )
    if not form.file.size:
        raise GraphError(100, "Param file must not be empty.")
    if form.file.size > MOST[kind]:
        raise GraphError(
            100, f"Param file is too large: {kind} may have {MOST[kind]} bytes, this has {form.file.size}."
        )
    return mime_type


def _check_sticker(form: Form, mime_type: str) -> None:
    if bare(mime_type) != "image/webp" or form.file is None:
        return
    with form.file.path.open("rb") as file:
        animated = is_animated(file.read(32))
    if not animated and form.file.size > STATIC_STICKER_MAX:
        raise GraphError(100, f"Param file is too large: a static sticker may have {STATIC_STICKER_MAX} bytes.")


async def post_media(world: World, call: Call, phone_number_id: str) -> None:
    """POST /{phone_number_id}/media: keep a file for thirty days."""
    number = world.numbers.get(phone_number_id)
    try:
        form = await read_form(call.pieces(LARGEST + FORM_ROOM), call.header(b"content-type"), world.media.draft)
    except BadForm as problem:
        raise GraphError(100, f"The request body cannot be read: {problem}.") from None
    try:
        mime_type = _check(form)
        assert form.file is not None  # noqa: S101 - _check has seen to it
        form.file.close()
        _check_sticker(form, mime_type)
    except GraphError:
        if form.file is not None:
            form.file.drop()
        raise
    owner = (phone_number_id, number.waba_id)
    medium = world.media.keep(
        form.file, owner=owner, mime_type=mime_type, kept_s=UPLOAD_KEPT_S, filename=form.file_name
    )
    world.changed = True
    await call.answer_json({"id": medium.id})


def _own(world: World, call: Call, media_id: str) -> Medium:
    """The medium, if the caller may see it."""
    medium = world.media.get(media_id)
    asked = call.query().get("phone_number_id")
    if medium is None or (asked and asked != medium.phone_number_id):
        raise GraphError.no_such(media_id, call.method)
    may_use(world, call, medium.waba_id, media_id)
    return medium


async def get_medium(world: World, call: Call, media_id: str) -> None:
    """GET /{media_id}: an address for five minutes."""
    medium = _own(world, call, media_id)
    await call.answer_json(
        {
            "messaging_product": "whatsapp",
            "url": world.media.url(medium, call.base),
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": medium.size,
            "id": medium.id,
        }
    )


async def delete_medium(world: World, call: Call, media_id: str) -> None:
    """DELETE /{media_id}."""
    world.media.delete(_own(world, call, media_id).id)
    world.changed = True
    await call.answer_json({"success": True})
