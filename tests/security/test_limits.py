"""TN-009: how much, how deep and how long; what is above is refused before it is kept, and nginx agrees."""

import re
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from channels_wa.media.kinds import MOST_BYTES_IN
from config.asgi import UPLOADS
from crm.contacts.importing.limits import MOST_BYTES
from ops import untrusted
from ops.bodies import MB, with_limits
from ops.up.programs import web
from tenants.access.sockets import SalonConsumer
from tests.world import Browser

ROOT = Path(__file__).resolve().parents[2]
NGINX = (ROOT / "docker" / "nginx.conf").read_text()
ENTRYPOINT = (ROOT / "docker" / "entrypoint").read_text()
LIMITS = {r"/files/": 4000}


def ask(path: str, parts: list[bytes], *, declared: int | None = None) -> tuple[int, bytes, int]:
    """What an application that reads everything and answers 200 behind the limits is answered for, and what it read."""
    read = sent = 0
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": parts[sent - 1], "more_body": sent < len(parts)}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    async def reader(_scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        nonlocal read
        while True:
            message = await receive()
            read += len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    limited = with_limits(reader, most=1000, larger=LIMITS)
    async_to_sync(limited)({"type": "http", "path": path, "headers": headers}, receive, send)
    assert len(told) == 2
    return told[0]["status"], told[1]["body"], read


def test_a_body_within_the_limit_passes() -> None:
    assert ask("/", [b"a" * 600, b"a" * 400]) == (200, b"ok", 1000)
    assert ask("/files/", [b"a" * 2000, b"a" * 2000])[0] == 200


def test_a_declared_size_is_refused_before_a_byte_is_read() -> None:
    assert ask("/", [b"a"], declared=1001)[0::2] == (413, 0)
    assert ask("/files/", [b"a"], declared=4001)[0] == 413


def test_a_body_that_lied_is_cut_off_where_it_goes_above() -> None:
    """Without a length, or with a false one, no more is read than the limit."""
    for declared in (None, 10):
        status, _said, read = ask("/", [b"a" * 900] * 50, declared=declared)
        assert (status, read) == (413, 900)


def test_the_api_is_told_in_its_form() -> None:
    assert b"urn:cadeira:problem:too_large" in ask("/api/v1/contacts/", [b"a"], declared=2000)[1]


@pytest.mark.parametrize("path", ["/media/upload/", "/api/v1/media/", "/api/v1/media", "/contacts/imports/"])
def test_files_pass_the_product_and_nginx_alike(path: str) -> None:
    largest = max(MOST_BYTES_IN, *MOST_BYTES.values())
    [here] = [limit for pattern, limit in UPLOADS.items() if re.fullmatch(pattern, path)]
    found = re.search(r"location ~ (\S+) \{\s+proxy_pass http://web;\s+client_max_body_size (\d+)m;", NGINX)
    assert found and re.search(found[1], path) and int(found[2]) * MB == here
    assert largest < here < largest + 2 * MB


def test_frames_of_sockets_are_small() -> None:
    assert "--ws-max-size 65536" in ENTRYPOINT
    arguments = web({"PORT": "1"}, ROOT / ".state").arguments
    assert arguments[arguments.index("--ws-max-size") + 1] == "65536"


@pytest.mark.parametrize("said", ["[", "{}", '"a"', "[" * 60_000, "\0", '{"kind": []}'])
def test_nothing_that_is_said_to_a_socket_breaks_it(said: str) -> None:
    socket = SalonConsumer()
    async_to_sync(socket.websocket_receive)({"type": "websocket.receive", "text": said})
    async_to_sync(socket.websocket_receive)({"type": "websocket.receive", "bytes": b"\xff"})


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 5_000, "NaN", "[1e999]", "9" * 30, '"\\u0000"', '"\\ud800"', '{"\\u0000": 1}', b"\xff",
     "[" * 66 + "]" * 66, "[1", "", " " * (untrusted.LONGEST + 1)],
    ids=range(13),
)  # fmt: skip
def test_json_that_was_typed_is_refused_in_one_way(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        untrusted.loads(text)


def test_json_that_was_typed_is_read() -> None:
    assert untrusted.loads('{"é": [1, 2.5, null, true, "👍"]}') == {"é": [1, 2.5, None, True, "👍"]}


@pytest.mark.parametrize("bomb", ["[" * 50_000, '{"a":' * 20_000, "²", '"\\ud800"'])
def test_a_bomb_where_json_is_typed_is_a_refusal(alice: Browser, bomb: str) -> None:
    """The undo of a day, and what a form says that it showed."""
    assert alice.post("/settings/bookings/holidays/", {"seen": bomb, "back": bomb}).status_code < 500
    assert alice.get("/contacts/", {"filter": bomb, "before": bomb}).status_code < 500


def test_what_no_address_takes_is_405_or_404_and_never_500(salons: Any, alice: Browser) -> None:
    for path in ("/", "/inbox/", "/contacts/", "/api/v1/contacts/", "/book/", "/api/schema/"):
        for method in ("TRACE", "CONNECT", "PROPFIND", "FOO"):
            for client in (alice, Client(headers={"host": "aurora.cadeira.localhost:8000"})):
                assert client.generic(method, path).status_code in (302, 401, 403, 404, 405), (method, path)
