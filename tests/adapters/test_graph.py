"""The client of the Graph API beside sending: errors are typed, tokens stay with Meta, nothing waits for ever."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from channels_wa.adapters.base import MediaGone, MediaTooLarge, OutboundFile
from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.adapters.outcome import ErrorClass
from channels_wa.adapters.streams import in_pieces

REFUSED = {
    "error": {
        "message": "(#132000) wrong", "code": 132000, "error_subcode": 2388040, "error_user_msg": "Falta um valor.",
        "error_data": {"details": "body: 2 expected"},
    }
}  # fmt: skip


@contextmanager
def answering(status: int, raw: bytes, **headers: str) -> Iterator[tuple[str, list[Any]]]:
    """A server that answers all alike, and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, dict(self.headers), body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = _answer

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_it_asks_with_the_token_below_the_version() -> None:
    with answering(200, b'{"id": "1"}') as (url, asked):
        client = GraphClient("secret", base_url=url)
        assert client.get("123/phone_numbers", {"fields": "a,b"}) == {"id": "1"}
        client.post("123", {"a": 1})
        client.delete("123")
    assert [(method, path) for method, path, _headers, _body in asked] == [
        ("GET", "/v26.0/123/phone_numbers?fields=a,b"), ("POST", "/v26.0/123"), ("DELETE", "/v26.0/123"),
    ]  # fmt: skip
    assert asked[0][2]["Authorization"] == "Bearer secret"
    assert json.loads(asked[1][3]) == {"a": 1}


def test_a_refusal_is_typed_and_has_metas_words() -> None:
    with answering(400, json.dumps(REFUSED).encode()) as (url, _), pytest.raises(GraphError) as refused:
        GraphClient("secret", base_url=url).get("123")
    error = refused.value
    assert (error.code, error.subcode, error.status, error.words) == (132000, 2388040, 400, "Falta um valor.")
    assert (error.error_class, error.is_transient) == (ErrorClass.CONTENT, False)


@pytest.mark.parametrize(
    ("status", "raw", "passes"),
    [(502, b"<html>", True), (200, b"<html>", True), (429, b"", True), (403, b"[]", False), (302, b"", True)],
)
def test_what_cannot_be_read_is_an_error_all_the_same(status: int, raw: bytes, passes: bool) -> None:
    with answering(status, raw, Location="http://127.0.0.1:1/") as (url, _), pytest.raises(GraphError) as refused:
        GraphClient("secret", base_url=url).get("123")
    assert refused.value.is_transient is passes


def test_i26_no_token_in_an_error() -> None:
    with pytest.raises(GraphError) as refused:
        GraphClient("secret", base_url="http://127.0.0.1:1").get("oauth/access_token", {"client_secret": "hush"})
    assert refused.value.error_class is ErrorClass.NOT_SENT
    assert not {"secret", "hush"} & set(repr(refused.value).replace("=", " ").split())
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://lookaside.fbsbx.com/whatsapp/?mid=1", True),
        ("https://mmg.whatsapp.net/a", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://evilfbsbx.com/a", False),
        ("https://fbsbx.com.evil.example/a", False),
        ("https://fbsbx.com@evil.example/a", False),
        ("http://127.0.0.1:8001/a", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
    ],
)
def test_i24_the_token_goes_to_meta_alone(address: str, allowed: bool) -> None:
    assert GraphClient("secret", base_url="https://graph.facebook.com").is_metas(address) is allowed


async def test_i24_a_file_from_elsewhere_is_not_asked_for() -> None:
    with answering(200, b"x") as (url, asked), pytest.raises(GraphError):
        [_ async for _ in GraphClient("secret", base_url="https://graph.facebook.com").download(url, most_bytes=9)]
    assert asked == []


async def test_a_redirect_is_not_followed() -> None:
    with answering(302, b"", Location="http://127.0.0.1:1/") as (url, asked), pytest.raises(GraphError):
        [_ async for _ in GraphClient("secret", base_url=url).download(f"{url}/a", most_bytes=9)]
    assert len(asked) == 1


async def test_a_file_that_is_gone_and_one_that_is_too_large() -> None:
    with answering(404, b"") as (url, _), pytest.raises(MediaGone):
        [_ async for _ in GraphClient("s", base_url=url).download(f"{url}/a", most_bytes=9)]
    with answering(200, b"x" * 10) as (url, _), pytest.raises(MediaTooLarge):
        [_ async for _ in GraphClient("s", base_url=url).download(f"{url}/a", most_bytes=9)]


def test_a_thread_reads_a_file_in_pieces() -> None:
    with answering(200, b"x" * 300_000) as (url, _):
        stream = GraphClient("s", base_url=url).download(f"{url}/a", most_bytes=300_000)
        pieces = list(in_pieces(stream))
    assert sum(map(len, pieces)) == 300_000
    assert max(map(len, pieces)) <= 64 * 1024


async def test_a_file_goes_up_with_its_length_and_a_harmless_name() -> None:
    async def pieces() -> Any:
        yield b"abc"
        yield b"def"

    file = OutboundFile('../a"b\r\n.txt', "text/plain", 6, pieces())
    with answering(200, b'{"id": "77"}') as (url, asked):
        client = GraphClient("s", base_url=url)
        assert await client.upload("1/media", {"messaging_product": "whatsapp"}, file) == {"id": "77"}
    [(_method, path, headers, body)] = asked
    assert path == "/v26.0/1/media"
    assert int(headers["Content-Length"]) == len(body)
    assert b"abcdef" in body and b'filename=".._a_b__.txt"' in body
