"""Which handler a Graph address belongs to."""

import re
from collections.abc import Awaitable, Callable

from sandbox import dialog
from sandbox.asgi import BodyTooLarge, Call
from sandbox.graph import account, media, messages, numbers, oauth, templates, uploads
from sandbox.graph.access import may_use, require_token
from sandbox.graph.errors import GraphError
from sandbox.world import World

_VERSIONED = re.compile(r"/v\d{1,3}\.\d{1,2}/(?P<rest>.+)")
_MESSAGES = re.compile(r"/v\d{1,3}\.\d{1,2}/(?P<phone_number_id>[^/]{1,40})/messages")

Handler = Callable[[World, Call, str], Awaitable[None]]
Table = dict[tuple[str, str], Handler]
_OF_NUMBER: Table = {
    ("GET", ""): numbers.get_number,
    ("POST", ""): numbers.post_number,
    ("POST", "media"): media.post_media,
    ("POST", "register"): numbers.post_register,
    ("POST", "deregister"): numbers.post_deregister,
    ("GET", "whatsapp_business_profile"): numbers.get_profile,
    ("POST", "whatsapp_business_profile"): numbers.post_profile,
    ("POST", "smb_app_data"): numbers.post_sync,
}
_OF_ACCOUNT: Table = {
    ("GET", ""): account.get_account,
    ("GET", "phone_numbers"): account.get_phone_numbers,
    ("GET", "subscribed_apps"): account.get_subscribed_apps,
    ("POST", "subscribed_apps"): account.post_subscribed_apps,
    ("DELETE", "subscribed_apps"): account.delete_subscribed_apps,
    ("GET", "message_templates"): templates.get_templates,
    ("POST", "message_templates"): templates.post_templates,
    ("DELETE", "message_templates"): templates.delete_templates,
}
_OF_MEDIUM: Table = {
    ("GET", ""): media.get_medium,
    ("DELETE", ""): media.delete_medium,
}
_OF_TEMPLATE: Table = {
    ("GET", ""): templates.get_template,
    ("POST", ""): templates.post_template,
}
_UPLOAD: dict[str, Handler] = {"POST": uploads.post_upload, "GET": uploads.get_upload}
_TABLES = (_OF_NUMBER, _OF_ACCOUNT, _OF_MEDIUM, _OF_TEMPLATE)


def _find(world: World, call: Call, object_id: str, edge: str) -> Handler:
    """The handler for what the id names; raises GraphError when the token may not touch it or nothing fits."""
    key = (call.method, edge)
    if (number := world.numbers.registered_as(object_id)) is not None:
        table, waba_id = _OF_NUMBER, number.waba_id
    elif world.numbers.of_waba(object_id):
        table, waba_id = _OF_ACCOUNT, object_id
    elif (template := world.templates.by_id(object_id)) is not None:
        table, waba_id = _OF_TEMPLATE, template.waba_id
    elif world.media.get(object_id) is not None:
        table, waba_id = _OF_MEDIUM, ""  # its handlers know whose it is
    elif key in _OF_NUMBER and edge:
        table, waba_id = _OF_NUMBER, ""  # a number that nobody registered may work, too
    else:
        table, waba_id = {}, ""
    handler = table.get(key)
    if handler is None:
        if any(key in known for known in _TABLES):
            raise GraphError.no_such(object_id, call.method)
        # Loud on purpose: what is not stood in for must not look as if it worked.
        raise GraphError(100, f"The sandbox does not know {call.method} {call.path}.", status=501)
    if waba_id:
        may_use(world, call, waba_id, object_id)
    return handler


async def _dispatch(world: World, call: Call) -> None:
    if call.method == "POST" and (match := _MESSAGES.fullmatch(call.path)):
        return await messages.post(world, call, match["phone_number_id"])
    match = _VERSIONED.fullmatch(call.path)
    if match is None:
        raise GraphError(100, f"The sandbox does not know {call.method} {call.path}.", status=404)
    object_id, _, edge = match["rest"].rstrip("/").partition("/")
    if object_id == "oauth" and edge == "access_token" and call.method in ("GET", "POST"):
        return await oauth.get_access_token(world, call)
    if object_id == "dialog" and edge == "oauth":
        return await dialog.handle(world, call)
    require_token(call)
    if object_id.startswith("upload:"):  # its id has a query of its own, which some clients send as part of the path
        return await _UPLOAD.get(call.method, uploads.get_upload)(world, call, object_id.partition("?")[0])
    if object_id == "debug_token" and call.method == "GET":
        return await oauth.get_debug_token(world, call)
    if edge == "uploads" and call.method == "POST":
        return await uploads.post_uploads(world, call, object_id)
    if world.faults and world.faults.take(("token_expired",)):
        raise GraphError(190)
    return await _find(world, call, object_id, edge)(world, call, object_id)


async def handle(world: World, call: Call) -> None:
    """Answer a request under /v<NN>.<N>/."""
    try:
        await _dispatch(world, call)
    except GraphError as refusal:
        await call.answer(refusal.status, refusal.body())
    except BodyTooLarge:
        await call.answer(413, GraphError(100, "The request body is too large.").body())
