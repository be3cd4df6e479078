"""Which handler a Graph address belongs to."""

import re
from collections.abc import Awaitable, Callable

from sandbox.asgi import BodyTooLarge, Call
from sandbox.graph import account, messages
from sandbox.graph.errors import GraphError
from sandbox.world import World

_VERSIONED = re.compile(r"/v\d{1,3}\.\d{1,2}/(?P<rest>.+)")
_MESSAGES = re.compile(r"/v\d{1,3}\.\d{1,2}/(?P<phone_number_id>[^/]{1,40})/messages")

Handler = Callable[[World, Call, str], Awaitable[None]]
_OF_OBJECT: dict[tuple[str, str], Handler] = {
    ("GET", ""): account.get_object,
    ("GET", "phone_numbers"): account.get_phone_numbers,
    ("GET", "subscribed_apps"): account.get_subscribed_apps,
    ("POST", "subscribed_apps"): account.post_subscribed_apps,
    ("DELETE", "subscribed_apps"): account.delete_subscribed_apps,
}


def _require_token(call: Call) -> None:
    scheme, _, token = call.header(b"authorization").partition(b" ")
    if scheme.lower() == b"bearer" and token.strip():
        return
    if not call.query().get("access_token"):
        raise GraphError(190, "An access token is required to request this resource.")


async def _dispatch(world: World, call: Call) -> None:
    if call.method == "POST" and (match := _MESSAGES.fullmatch(call.path)):
        _require_token(call)
        return await messages.post(world, call, match["phone_number_id"])
    match = _VERSIONED.fullmatch(call.path)
    object_id, _, edge = match["rest"].rstrip("/").partition("/") if match else ("", "", "")
    if object_id == "oauth" and edge == "access_token" and call.method in ("GET", "POST"):
        return await account.get_access_token(world, call)
    _require_token(call)
    if world.faults and world.faults.take(("token_expired",)):
        raise GraphError(190)
    handler = _OF_OBJECT.get((call.method, edge)) if match else None
    if handler is None:
        # Loud on purpose: what is not stood in for must not look as if it worked.
        raise GraphError(100, f"The sandbox does not know {call.method} {call.path}.", status=501 if match else 404)
    return await handler(world, call, object_id)


async def handle(world: World, call: Call) -> None:
    """Answer a request under /v<NN>.<N>/."""
    try:
        await _dispatch(world, call)
    except GraphError as refusal:
        await call.answer(refusal.status, refusal.body())
    except BodyTooLarge:
        await call.answer(413, GraphError(100, "The request body is too large.").body())
