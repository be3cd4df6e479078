"""POST /{phone_number_id}/messages: check, limit, accept, answer, then tell the statuses."""

import asyncio
import json
import time
from dataclasses import replace

from sandbox import wamid
from sandbox.asgi import JSON, Call, loads
from sandbox.faults import ENDINGS, Fault
from sandbox.graph.access import require_token
from sandbox.graph.attached import check_media
from sandbox.graph.errors import GraphError
from sandbox.graph.rules import Recipient, check_message, check_read_mark
from sandbox.ledger import Mark, Row
from sandbox.message_templates.sending import filled, sendable
from sandbox.numbers import Number
from sandbox.phone.chats import pair
from sandbox.statuses import Sent
from sandbox.world import World

HANG_MS, SLOW_MS = 120_000, 1_000
HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"


def _read(raw: bytes) -> JSON:
    try:
        message = loads(raw)
    except (ValueError, RecursionError):
        raise GraphError(100, "The request body is not valid JSON.") from None
    if not isinstance(message, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return message


def _check_account(world: World, number: Number, *, is_template: bool) -> None:
    if not number.registered:
        raise GraphError(133010, "The phone number is not registered with the Cloud API.")
    account = world.accounts.find(number.waba_id)
    if account is not None and (code := account.refusal(world.clock.now(), is_template=is_template)):
        raise GraphError(code, "The account is restricted or disabled.")


def _limit(world: World, number: Number, recipient: Recipient, *, is_template: bool) -> bool:
    """Refuse what Meta would refuse at this moment; whether the guest's window is open."""
    _check_account(world, number, is_template=is_template)
    now = world.clock.now()
    talk = pair(number.phone_number_id, recipient.key)
    if recipient.key == number.digits:
        raise GraphError(131021)
    mode = "strict" if number.strict_window and world.window_mode != "off" else world.window_mode
    is_open = world.windows.is_open(talk, now, mode="strict" if is_template else mode)
    if not is_template and not is_open:
        raise GraphError(131047, "More than 24 hours have passed since the recipient last wrote to the sender.")
    if not number.takes_one(now):
        raise GraphError(130429, f"More than {number.throughput_mps} messages per second were sent from this number.")
    if not world.pair_rate.takes_one(talk, now):
        raise GraphError(131056, "Too many messages were sent from this number to the same recipient in a short time.")
    if is_template and not is_open and not world.accounts.portfolio(number.waba_id).reaches(recipient.key, now):
        # Meta documents no code of its own for the limit of a portfolio.
        raise GraphError(131048, "The portfolio has reached its messaging limit of the last 24 hours.")
    return is_open


def _accept(world: World, number: Number, recipient: Recipient, message: JSON, *, raw: bytes, path: str) -> Row:
    """Write it into the ledger: from here on it is sent, whatever the caller gets to hear."""
    row = Row(
        seq=world.ledger.next_seq(),
        at=world.clock.now(),
        path=path,
        body=raw,
        wamid=wamid.outgoing(recipient.key),
        callback_data=message.get("biz_opaque_callback_data"),
        phone_number_id=number.phone_number_id,
        recipient=recipient.key,
        order=time.monotonic_ns(),
    )
    world.ledger.add(row)
    world.chats.arrived(row)
    return row


def _answer(sent: Sent, recipient: Recipient, *, with_id: bool = True) -> bytes:
    contact = {"input": recipient.written}
    if sent.other_id:
        contact["user_id"] = sent.other_id
    if recipient.kind != "group":
        contact["user_id" if recipient.kind == "user_id" else "wa_id"] = recipient.key
    message: JSON = {"id": sent.row.wamid} if with_id else {}
    if sent.category is not None:
        message["message_status"] = "accepted"
    return json.dumps({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}).encode()


def _category(world: World, number: Number, message: JSON) -> str:
    """The category of the template that is sent; raises for one that Meta would refuse."""
    content = message["template"]
    if world.numbers.registered_as(number.phone_number_id) is None:
        return "UTILITY"  # nobody registered this number, so nothing is known of its templates
    world.templates.greet(number.waba_id)
    found = world.templates.find(number.waba_id, content["name"], content["language"]["code"])
    template = sendable(found, content)
    filled(template, content)
    return template.category


def _fate(world: World, number: Number, key: str, category: str | None) -> GraphError | None:
    """Why an accepted message does not arrive, as webhooks will tell."""
    if code := world.guests.failure_code(key):
        return GraphError(code)
    if category == "MARKETING":
        if world.guests.has_stopped(number.waba_id, key):
            return GraphError(131050, "The user has stopped marketing messages of this business.")
        if not world.guests.takes_marketing(key, world.clock.now()):
            return GraphError(131049)
    return None


async def _hang(call: Call, ms: int) -> None:
    """Say nothing until the caller gives up, or `ms` have passed."""
    try:
        async with asyncio.timeout(ms / 1000):
            while (await call.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        await call.answer(504, b"", b"text/plain")


async def _end(call: Call, fault: Fault, sent: Sent, recipient: Recipient) -> None:
    """Answer an accepted message the way a fault asks for."""
    if fault.kind == "timeout_after_accept":
        await _hang(call, fault.ms or HANG_MS)
    elif fault.kind == "500_after_accept":
        # With an error code that is "transient" elsewhere: only the 5xx tells that it may have been accepted.
        await call.answer(500, GraphError(fault.code or 131000).body())
    elif fault.kind == "html":
        await call.answer(fault.code or 200, HTML, b"text/html; charset=utf-8")
    else:
        await call.answer(200, _answer(sent, recipient, with_id=False))


async def _mark_read(world: World, call: Call, message: JSON, raw: bytes, number: Number) -> None:
    marked, typing = check_read_mark(message)
    world.ledger.mark(Mark(world.clock.now(), call.path, raw, marked, number.phone_number_id))
    world.chats.marked_read(marked, typing=typing)
    await call.answer(200, b'{"success":true}')


async def post(world: World, call: Call, phone_number_id: str) -> None:
    """Handle the request; raises GraphError for what Meta would refuse."""
    token = require_token(call)
    raw = await call.body()
    message = _read(raw)
    number = world.numbers.get(phone_number_id)
    if problem := world.tokens.problem(token, number.waba_id):
        raise GraphError(190) if problem == 190 else GraphError.no_such(phone_number_id, "POST")
    if "status" in message:
        return await _mark_read(world, call, message, raw, number)
    recipient = check_message(message)
    ending = world.faults.take(ENDINGS, recipient.key) if world.faults else None
    if ending is not None and ending.kind in ("error", "token_expired"):
        raise GraphError(190 if ending.kind == "token_expired" else ending.code or 131000)
    category = _category(world, number, message) if message.get("type") == "template" else None
    failure = check_media(world, number, message)
    is_open = _limit(world, number, recipient, is_template=category is not None)
    row = _accept(world, number, recipient, message, raw=raw, path=call.path)
    sent = Sent(
        row,
        number,
        is_user_id=recipient.kind == "user_id",
        category=category,
        is_free=is_open and category == "UTILITY",
        failure=failure or _fate(world, number, recipient.key, category),
        other_id=world.guests.user_id(number.waba_id, recipient.key),
    )
    if world.faults or ending is not None:
        return await _finish_with_faults(world, call, sent, recipient, ending)
    await call.answer(200, _answer(sent, recipient))
    world.statuses.follow(sent, _steps(world, sent))
    return None


def _steps(world: World, sent: Sent) -> list[str]:
    """What happens to the message now; the guest reads it at once while the phone is open."""
    if sent.failure is not None:
        return ["failed"]
    return ["sent", "delivered", "read"] if world.chats.is_open(sent.talk) else ["sent", "delivered"]


async def _finish_with_faults(world: World, call: Call, sent: Sent, recipient: Recipient, ending: Fault | None) -> None:
    take, key = world.faults.take, recipient.key
    if (fails := take(("failed_status",), key)) is not None:
        sent = replace(sent, failure=GraphError(fails.code or 131026))
    twice = take(("duplicate_status",), key) is not None
    backwards = take(("shuffle_status",), key) is not None
    early = take(("status_before_answer",), key) is not None
    slow = take(("slow",), key)

    def follow() -> None:
        steps = _steps(world, sent)[1 if early else 0 :]
        world.statuses.follow(sent, steps[::-1] if backwards else steps, twice=twice)

    if early:
        await world.statuses.tell_sent_first(sent, twice=twice)
    hangs = ending is not None and ending.kind == "timeout_after_accept"
    if hangs:
        follow()  # the caller never hears an answer, so the statuses do not wait for one
    if slow is not None:
        await asyncio.sleep((slow.ms or SLOW_MS) / 1000)
    if ending is not None:
        await _end(call, ending, sent, recipient)
    else:
        await call.answer(200, _answer(sent, recipient))
    if not hangs:
        follow()
