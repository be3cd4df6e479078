"""Which handler a control address belongs to."""

from collections.abc import Awaitable, Callable

from sandbox.asgi import BodyTooLarge, Call
from sandbox.control import basics, coexistence, numbers, settings, stripe, templates, webhooks
from sandbox.wishes import BadField
from sandbox.world import World

Handler = Callable[[World, Call], Awaitable[None]]
_HANDLERS: dict[str, dict[str, Handler]] = {
    "inbound": {"POST": basics.post_inbound},
    "media": {"POST": basics.post_media},
    "ledger": {"GET": basics.get_ledger},
    "faults": {"POST": basics.post_faults, "GET": basics.get_faults},
    "clock": {"POST": basics.post_clock},
    "numbers": {"POST": numbers.post_numbers, "GET": numbers.get_numbers, "DELETE": numbers.delete_numbers},
    "tokens": {"POST": numbers.post_tokens, "DELETE": numbers.delete_tokens},
    "codes": {"POST": numbers.post_codes},
    "webhook": {"POST": webhooks.post_webhook},
    "users": {"POST": webhooks.post_users},
    "echo": {"POST": coexistence.post_echo},
    "history": {"POST": coexistence.post_history},
    "contacts": {"POST": coexistence.post_contacts},
    "windows": {"POST": basics.post_windows},
    "settings": {"POST": settings.post_settings, "GET": settings.get_settings},
    "templates": {"POST": templates.post_templates, "GET": templates.get_templates},
    "stripe": {"POST": stripe.post_stripe, "GET": stripe.get_stripe},
    "verify": {"POST": basics.post_verify},
    "reset": {"POST": basics.post_reset},
    "health": {"GET": basics.get_health},
}


async def handle(world: World, call: Call) -> None:
    """Answer a request under /_sandbox/."""
    if call.header(b"sec-fetch-site") == b"cross-site":  # a page of somewhere else must not steer the world
        return await call.answer_json({"error": "cross-site requests are refused"}, 403)
    methods = _HANDLERS.get(call.path.removeprefix("/_sandbox/").rstrip("/"))
    if methods is None:
        return await call.answer_json({"error": "no such address"}, 404)
    handler = methods.get(call.method)
    if handler is None:
        return await call.answer_json({"error": f"use {' or '.join(methods)}"}, 405)
    try:
        await handler(world, call)
    except BadField as bad:
        await call.answer_json({"error": str(bad), "field": bad.field}, 400)
    except BodyTooLarge:
        await call.answer_json({"error": "body is too large", "field": "body"}, 413)
