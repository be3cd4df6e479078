"""What happens in the world: a guest writes, faults, the clock, the ledger."""

import asyncio
import math
import secrets

from sandbox import inbound
from sandbox.asgi import Call, type_json
from sandbox.control.numbers import known_number
from sandbox.faults import COUNT_MAX, KINDS, Fault
from sandbox.ledger import as_json_chunks
from sandbox.media.kinds import LARGEST, MOST, bare
from sandbox.media.ogg import BadSound, from_webm
from sandbox.media.store import WEBHOOK_KEPT_S
from sandbox.phone.chats import pair
from sandbox.wishes import BadField, flag, text_field, whole, wish_of
from sandbox.world import World

INBOUND_MAX = 24 * 1024 * 1024  # a file of 16 MB in base64; larger ones come by POST /_sandbox/media
OFFSET_MAX_S = 100 * 365 * 24 * 3600
FAULT_MS_MAX = 600_000
USERS_MAX = 1_000_000


async def post_inbound(world: World, call: Call) -> None:
    """A guest writes."""
    wish = await wish_of(call, INBOUND_MAX)
    await call.answer_json({"wamid": await inbound.receive(world, wish, call.own_base)})


async def post_media(world: World, call: Call) -> None:
    """Keep the body as a file that a guest is about to send; the id goes into `media` of an inbound wish."""
    query = call.query()
    number = world.numbers.get(query.get("phone_number_id", "") or "0")
    mime_type = call.header(b"content-type").decode("latin-1") or "application/octet-stream"
    draft = world.media.draft()
    try:
        if bare(mime_type) == "audio/webm":  # what browsers record; a phone would have written Ogg at once
            draft.write(await asyncio.to_thread(from_webm, await call.body(MOST["audio"])))
            mime_type = "audio/ogg; codecs=opus"
        else:
            async for piece in call.pieces(LARGEST):
                draft.write(piece)
    except BadSound as bad:
        draft.drop()
        raise BadField("body", f"cannot be used: {bad}") from None
    except BaseException:
        draft.drop()
        raise
    owner = (number.phone_number_id, number.waba_id)
    filename = query.get("filename", "")[:240]
    medium = world.media.keep(draft, owner=owner, mime_type=mime_type, kept_s=WEBHOOK_KEPT_S, filename=filename)
    world.changed = True
    await call.answer_json({"media": medium.id, "sha256": medium.sha256, "size": medium.size})


async def get_ledger(world: World, call: Call) -> None:
    """Every accepted message request in order, unpaged: streamed, so that a long one does not hold up the rest."""
    query = call.query()
    if query.get("marks"):  # read marks are no messages, so they stand apart
        return await call.answer_json({"results": world.ledger.marks()})
    after = query.get("after_seq", "").strip() or "0"
    if not after.isdecimal() or len(after) > 18:
        raise BadField("after_seq", "must be a whole number")
    # In a query an unescaped + arrives as a space.
    to = query.get("to", "").strip().lstrip("+ ")
    rows = world.ledger.select(recipient=to or None, after_seq=int(after))
    await call.send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", type_json)]})
    for chunk in as_json_chunks(rows):
        await call.send({"type": "http.response.body", "body": chunk, "more_body": True})
    await call.send({"type": "http.response.body", "body": b""})
    return None


async def post_faults(world: World, call: Call) -> None:
    """The next requests suffer a fault."""
    wish = await wish_of(call)
    kind = text_field(wish, "fault", required=True)
    if kind not in KINDS:
        raise BadField("fault", f"must be one of {', '.join(KINDS)}")
    code = whole(wish, "code", None, 0, 9_999_999)
    if kind == "error" and code is None:
        raise BadField("code", "is required for this fault")
    if kind == "html" and code is not None and not 200 <= code <= 599:
        raise BadField("code", "is the HTTP status of the page, 200 to 599")
    count = whole(wish, "count", 1, 1, COUNT_MAX) or 1
    if kind == "token_expired" and "phone_number_id" in wish:  # of this account, until it has a new token
        number = known_number(world, text_field(wish, "phone_number_id", required=True))
        world.tokens.expire(number.waba_id)
        world.changed = True
        return await get_faults(world, call)
    to = text_field(wish, "to").lstrip("+") or None
    world.faults.add(Fault(kind, count, code, whole(wish, "ms", None, 1, FAULT_MS_MAX), to))
    return await get_faults(world, call)


async def get_faults(world: World, call: Call) -> None:
    """The faults that still wait for requests."""
    waiting = [
        {"fault": fault.kind, "count": fault.left, "code": fault.code, "ms": fault.ms, "to": fault.to}
        for fault in world.faults.waiting
    ]
    await call.answer_json({"waiting": waiting})


async def post_clock(world: World, call: Call) -> None:
    """Live `offset_s` seconds ahead of the machine."""
    offset = (await wish_of(call)).get("offset_s")
    if isinstance(offset, bool) or not isinstance(offset, (int, float)) or not math.isfinite(offset):
        raise BadField("offset_s", "must be a number of seconds")
    if abs(offset) > OFFSET_MAX_S:
        raise BadField("offset_s", f"must be at most {OFFSET_MAX_S} seconds either way")
    world.set_clock(float(offset))
    world.save()
    await call.answer_json({"offset_s": offset})


async def post_windows(world: World, call: Call) -> None:
    """These users wrote just now, without a webhook: for loads whose inbound side is seeded in the product."""
    wish = await wish_of(call)
    phone_number_id = text_field(wish, "phone_number_id", required=True, longest=40)
    users = wish.get("users")
    if not isinstance(users, list) or len(users) > USERS_MAX or not all(isinstance(user, str) for user in users):
        raise BadField("users", "must be a list of phone numbers or user ids")
    now = world.clock.now()
    for user in users:
        world.windows.opened(pair(phone_number_id, user.lstrip("+")), now)
    await call.answer_json({"opened": len(users)})


async def post_verify(world: World, call: Call) -> None:
    """Send Meta's GET challenge to the webhook address."""
    settings = world.settings
    if not settings.webhook_url:
        raise BadField("SANDBOX_WEBHOOK_URL", "is not set")
    status = await world.sender.verify(settings.webhook_url, settings.verify_token, secrets.token_hex(8))
    await call.answer_json({"verified": status == 200, "status": status})


async def post_reset(world: World, call: Call) -> None:
    """Forget what happened; `{"numbers": true}` forgets the registered numbers too."""
    world.reset(numbers_too=flag(await wish_of(call), "numbers", False))
    world.save()
    await call.answer_json({"reset": True})


async def get_health(world: World, call: Call) -> None:
    """Alive, and how much is remembered."""
    figures = {"ledger": len(world.ledger), "webhooks_waiting": world.sender.backlog, "offset_s": world.clock.offset_s}
    await call.answer_json({"status": "ok", **figures, "webhook_url": world.settings.webhook_url})
