"""`/_sandbox/stripe`: how this Stripe tells what happened, so that duplicates and any order can be tried."""

import json

from sandbox.asgi import Call
from sandbox.stripe.book import as_shown
from sandbox.wishes import BadField, flag, text_field, whole, wish_of
from sandbox.world import World

COPIES_MAX = 10


async def post_stripe(world: World, call: Call) -> None:
    """`copies`, `shuffle`, `silent`; `let_go` tells what was held back; `tell` one event again; `sign` a body."""
    wish = await wish_of(call)
    events, book = world.stripe.events, world.stripe.book
    events.copies = whole(wish, "copies", events.copies, 1, COPIES_MAX) or 1
    events.shuffled = flag(wish, "shuffle", events.shuffled)
    events.silent = flag(wish, "silent", events.silent)
    if flag(wish, "forget", False):
        book.forget()
        world.changed = True
    if pk := text_field(wish, "tell"):
        found = book.find("event", pk)
        if found is None:
            raise BadField("tell", "no such event")
        events.tell(found)
    if flag(wish, "let_go", False):
        events.let_go()
    answer: dict[str, object] = {"copies": events.copies, "shuffle": events.shuffled, "silent": events.silent}
    if body := text_field(wish, "sign", longest=1_000_000):
        secret = text_field(wish, "secret", longest=200)
        at = whole(wish, "at", None, 0, 10**11)
        answer["signature"] = events.signature(body.encode(), at=at, secret=secret if "secret" in wish else None)
    await call.answer_json(answer)


async def get_stripe(world: World, call: Call) -> None:
    """Everything that happened, oldest first, and how many objects there are of each kind."""
    book = world.stripe.book
    world.stripe.look()
    kinds = {kind: len(rows) for kind, rows in book.kinds.items()}
    await call.answer_json(
        {"kinds": kinds, "events": json.loads(json.dumps([as_shown(one) for one in book.all("event")]))}
    )
