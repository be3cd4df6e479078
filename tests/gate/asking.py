"""Ask an ASGI application without a server."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, NamedTuple

from channels_wa.gate.app import PATH

SECRET, OLDER_SECRET = "the newest secret", "the one before"


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    headers: dict[bytes, bytes]


def signed(raw: bytes, secret: str = SECRET) -> bytes:
    """The value of X-Hub-Signature-256."""
    return b"sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode()


async def ask(
    app: Any,
    method: str = "POST",
    path: str = PATH,
    *,
    chunks: Sequence[bytes] = (b"",),
    headers: Sequence[tuple[bytes, bytes]] = (),
    query: bytes = b"",
) -> Answer:
    """One request; the body arrives in these chunks."""
    left = list(chunks)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        chunk = left.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    if not sent:
        return Answer(0, b"", {})
    return Answer(sent[0]["status"], b"".join(part["body"] for part in sent[1:]), dict(sent[0]["headers"]))


async def deliver(app: Any, raw: bytes, signature: bytes | None = None) -> Answer:
    """Meta's POST."""
    return await ask(app, chunks=[raw], headers=[(b"x-hub-signature-256", signature or signed(raw))])
