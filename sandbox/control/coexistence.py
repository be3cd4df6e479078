"""What the salon does on its own phone, in the WhatsApp Business app."""

from sandbox import coexistence
from sandbox.asgi import Call
from sandbox.control.numbers import known_number
from sandbox.inbound import kind_of, message_of
from sandbox.wishes import BadField, flag, objects, text_field, whole, wish_of
from sandbox.world import World

THREADS_MAX, MESSAGES_MAX = 10_000, 200


async def post_echo(world: World, call: Call) -> None:
    """The salon writes to `to` from its phone; otherwise as POST /_sandbox/inbound, edits and revokes too."""
    wish = await wish_of(call)
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    to = text_field(wish, "to", required=True, longest=160).lstrip("+")
    about = {name: value for name, value in wish.items() if name not in ("to", "phone_number_id")}
    message = message_of(about, "", "")
    content = {name: value for name, value in message.items() if name not in ("id", "timestamp")}
    await call.answer_json({"wamid": coexistence.echo(world, number, to, content), "type": kind_of(about)})


async def post_history(world: World, call: Call) -> None:
    """Old talks in three phases and in chunks; or the owner declines."""
    wish = await wish_of(call)
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    if flag(wish, "declined", False):
        coexistence.decline_history(world, number)
        return await call.answer_json({"told": 1})
    threads = whole(wish, "threads", 4, 0, THREADS_MAX) or 0
    messages = whole(wish, "messages", 6, 1, MESSAGES_MAX) or 1
    chunk = whole(wish, "chunk", 100, 1, THREADS_MAX) or 1
    told = coexistence.history(world, number, threads=threads, messages=messages, chunk=chunk)
    return await call.answer_json({"told": told})


async def post_contacts(world: World, call: Call) -> None:
    """The owner adds, changes or removes contacts in the app."""
    wish = await wish_of(call)
    number = known_number(world, text_field(wish, "phone_number_id", required=True))
    entries = objects(wish, "contacts", THREADS_MAX)
    for place, entry in enumerate(entries):
        if not isinstance(entry.get("phone_number"), str):
            raise BadField(f"contacts[{place}].phone_number", "is required")
        if entry.get("action", "add") not in ("add", "remove"):
            raise BadField(f"contacts[{place}].action", "must be add or remove")
    coexistence.contacts(world, number, entries)
    await call.answer_json({"told": len(entries)})
