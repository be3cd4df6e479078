"""GET /phone and what it needs: its files, and the live stream of one guest's talk."""

import asyncio
import html
import json
from functools import cache
from pathlib import Path

from sandbox import download
from sandbox.asgi import Call
from sandbox.phone.chats import pair
from sandbox.phone.words import language_of, words
from sandbox.statuses import Sent
from sandbox.world import World

STATIC = Path(__file__).resolve().parent.parent / "static"
HEARTBEAT_S = 15.0
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https: http:; "
    b"media-src 'self' https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8", ".svg": b"image/svg+xml"}
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)


@cache
def _file(name: str) -> bytes | None:
    path = STATIC / name
    return path.read_bytes() if path.parent == STATIC and path.suffix in _TYPES and path.is_file() else None


@cache
def _page(language: str) -> bytes:
    text = (STATIC / "phone.html").read_text(encoding="utf-8")
    said = words(language)
    for name, value in said.items():
        text = text.replace("{{ " + name + " }}", html.escape(value))
    # In a data block only "<" could end it early.
    data = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    return text.replace("{{ words_json }}", data).replace("{{ language }}", language).encode()


async def _events(world: World, call: Call) -> None:
    """Server-sent events of a talk: its history, then what happens. Each connection starts with the whole history."""
    query = call.query()
    phone_number_id, guest = query.get("pnid", ""), query.get("guest", "").strip().lstrip("+ ")
    if not phone_number_id or not guest:
        return await call.answer_json({"error": "pnid and guest are required"}, 400)
    talk = pair(phone_number_id, guest)
    watcher = world.chats.watch(talk)
    tasks = [asyncio.create_task(_gone(call)), asyncio.create_task(_closing(world))]
    try:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *_ALWAYS]
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        await _emit(call, "history", {"messages": world.chats.history(phone_number_id, guest)})
        _mark_read(world, phone_number_id, guest)
        while not any(task.done() for task in tasks):
            following = asyncio.create_task(watcher.get())
            await asyncio.wait([following, *tasks], timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                await _emit(call, *following.result())
            else:
                following.cancel()
                await call.send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
        await call.send({"type": "http.response.body", "body": b""})
    finally:
        world.chats.unwatch(talk, watcher)
        for task in tasks:
            task.cancel()


async def _gone(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


async def _closing(world: World) -> None:
    await world.closing.wait()


async def _emit(call: Call, event: str, data: object) -> None:
    line = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
    await call.send({"type": "http.response.body", "body": line, "more_body": True})


def _mark_read(world: World, phone_number_id: str, guest: str) -> None:
    number = world.numbers.get(phone_number_id)
    for row in world.chats.take_unread(phone_number_id, guest):
        world.statuses.read(Sent(row, number, is_user_id=not guest.isdecimal()))


async def handle(world: World, call: Call) -> None:
    """Answer a request of a browser."""
    path = call.path
    if call.method not in ("GET", "HEAD"):
        return await call.answer_json({"error": "no such address"}, 404)
    if path == "/":
        return await call.answer(302, b"", b"text/plain", [(b"location", b"/phone")])
    if path.rstrip("/") == "/phone":
        body = _page(language_of(call.header(b"accept-language").decode("latin-1")))
        headers = [(b"content-security-policy", POLICY), (b"vary", b"accept-language"), *_ALWAYS]
        return await call.answer(200, body, b"text/html; charset=utf-8", headers)
    if path == "/phone/events":
        return await _events(world, call)
    if path.startswith("/phone/media/"):
        return await download.shown(world, call, world.media.get(path.removeprefix("/phone/media/")))
    name = path.removeprefix("/static/")
    if path.startswith("/static/") and (found := _file(name)) is not None:
        return await call.answer(200, found, _TYPES[Path(name).suffix], _ALWAYS)
    return await call.answer_json({"error": "no such address"}, 404)
