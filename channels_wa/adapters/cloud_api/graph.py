"""Meta's Graph API beside sending: templates, numbers, profiles, media. Sync for pages and jobs, async for streams.

The address is configuration, so it is trusted; where a media file lies is told from outside, so it is not. Tokens and
secrets stand in headers and parameters and are neither logged nor part of an error.
"""

import atexit
import json
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import aiohttp

from channels_wa.adapters.base import MediaGone, MediaTooLarge, OutboundFile, ProviderError
from channels_wa.adapters.cloud_api.session import CONNECT_TIMEOUT_S, SessionKeeper
from channels_wa.adapters.error_classes import class_of
from channels_wa.adapters.outcome import ErrorClass
from config.env import env
from ops import background, safe_http
from ops.safe_http import Limits

JSON = dict[str, Any]
T = TypeVar("T")

CALL_TIMEOUT_S = 10.0
# A file may take its time as long as bytes keep coming.
STREAM_TIMEOUT = aiohttp.ClientTimeout(total=900, connect=CONNECT_TIMEOUT_S, sock_read=30)
PIECE = 64 * 1024
LONGEST_ANSWER = 4 * 1024 * 1024
# Where Meta keeps files. The bearer token goes with the download, so nowhere else.
MEDIA_HOSTS = ("facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net")
_MISSING = frozenset({404, 410})

_sessions = SessionKeeper(CALL_TIMEOUT_S)


class GraphError(ProviderError):
    """What Meta answered instead, or (code None) why there was no answer."""

    def __init__(
        self, message: str, *, code: int | None = None, subcode: int | None = None, details: str = "",
        user_message: str = "", status: int | None = None, error_class: ErrorClass | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message, code=code, error_class=error_class or class_of(code or -1))
        self.subcode, self.details, self.user_message, self.status = subcode, details, user_message, status

    @property
    def words(self) -> str:
        """The most telling of Meta's sentences."""
        return self.user_message or self.details or str(self)


class GraphClient:
    """Calls with one token. `get`, `post`, `delete` block for at most ten seconds; call them from threads."""

    def __init__(self, token: str = "", *, base_url: str | None = None) -> None:
        self._token, self._base_url = token, base_url

    def get(self, path: str, params: Mapping[str, str] | None = None) -> JSON:
        """GET /{version}/{path}. Raises GraphError."""
        return wait_for(self.call("GET", path, params=params))

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, params: Mapping[str, str] | None = None
    ) -> JSON:
        """POST a JSON body. Raises GraphError."""
        return wait_for(self.call("POST", path, params=params, body=body or {}))

    def delete(self, path: str, params: Mapping[str, str] | None = None) -> JSON:
        """DELETE. Raises GraphError."""
        return wait_for(self.call("DELETE", path, params=params))

    async def call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> JSON:
        """One call on the running loop. Raises GraphError."""
        return await self._read(method, self.url(path), params=params, json=body)

    async def upload(self, path: str, fields: Mapping[str, str], file: OutboundFile) -> JSON:
        """POST a form with a file, in pieces. Raises GraphError."""
        boundary = secrets.token_hex(16)
        head, tail = _form_head(boundary, fields, file), f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            # Known beforehand: a form of unknown length would go as chunks, which not every server takes.
            "Content-Length": str(len(head) + file.size + len(tail)),
        }

        async def pieces() -> AsyncIterator[bytes]:
            yield head
            async for piece in file.chunks:
                yield piece
            yield tail

        return await self._read("POST", self.url(path), headers=headers, data=pieces(), timeout=STREAM_TIMEOUT)

    async def put(self, path: str, params: Mapping[str, str], file: OutboundFile) -> JSON:
        """POST a file's bytes as they are, the second step of a resumable upload. Raises GraphError."""
        headers = {
            # This one address of Meta's wants the other word for the same token.
            "Authorization": f"OAuth {self._token}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(file.size),
            "file_offset": "0",
        }
        url = self.url(path)
        return await self._read("POST", url, params=params, headers=headers, data=file.chunks, timeout=STREAM_TIMEOUT)

    async def download(self, url: str, *, most_bytes: int) -> AsyncIterator[bytes]:
        """A file that Meta keeps, in pieces. Raises MediaGone, MediaTooLarge, GraphError."""
        if not self.is_metas(url):
            raise GraphError("The address of the file is not one of Meta's.", error_class=ErrorClass.MEDIA)
        if not self._is_own(url):
            async for piece in self._download_from_outside(url, most_bytes):
                yield piece
            return
        try:
            async with _sessions.here().get(
                url, headers=self._headers(), allow_redirects=False, timeout=STREAM_TIMEOUT
            ) as answer:
                if answer.status in _MISSING:
                    raise MediaGone("The file is not there any more.", error_class=ErrorClass.MEDIA)
                if answer.status != 200:
                    raise _error(answer.status, await answer.content.read(LONGEST_ANSWER))
                async for piece in _capped(answer, most_bytes):
                    yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _no_answer(error) from None

    async def _download_from_outside(self, url: str, most_bytes: int) -> AsyncIterator[bytes]:
        # Told by a webhook or an answer: whatever its name resolves to today, no packet goes to an inner address.
        limits = Limits(most_bytes=most_bytes, total_s=900, connect_s=CONNECT_TIMEOUT_S, idle_s=30)
        try:
            async with safe_http.opened(url, headers=self._headers(), limits=limits) as answer:
                if answer.status in _MISSING:
                    raise MediaGone("The file is not there any more.", error_class=ErrorClass.MEDIA)
                if answer.status != 200:
                    raise _error(answer.status, b"")
                async for piece in answer.pieces():
                    yield piece
        except safe_http.TooLarge:
            raise MediaTooLarge from None
        except (safe_http.Forbidden, safe_http.BadAddress):
            raise GraphError("The address of the file leads elsewhere.", error_class=ErrorClass.MEDIA) from None
        except safe_http.Failed as error:
            raise GraphError(f"WhatsApp did not answer ({error}).", error_class=ErrorClass.TRANSIENT) from None

    def url(self, path: str) -> str:
        """The address of a path below the version."""
        return f"{self._base()}/{env.whatsapp_graph_version}/{quote(path.lstrip('/'), safe='/:')}"

    def is_metas(self, url: str) -> bool:
        """Whether the token may go there: to the Graph API's own host, or by https to where Meta keeps files."""
        parts = urlsplit(url)
        if self._is_own(url):
            return True
        host = (parts.hostname or "").rstrip(".").lower()
        return parts.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in MEDIA_HOSTS)

    def _is_own(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self._base())
        return (parts.scheme, parts.netloc) == (own.scheme, own.netloc)

    def _base(self) -> str:
        return (self._base_url or env.whatsapp_graph_url).rstrip("/")

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _read(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSON:
        try:
            # A redirect would carry the token to another host.
            async with _sessions.here().request(
                method, url, headers={**self._headers(), **(headers or {})}, allow_redirects=False, **more
            ) as answer:
                raw = await answer.content.read(LONGEST_ANSWER)
                while not answer.content.at_eof() and len(raw) < LONGEST_ANSWER:
                    raw += await answer.content.read(LONGEST_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _no_answer(error) from None
        body = _json(raw)
        if answer.status >= 400 or body is None or "error" in body:
            raise _error(answer.status, raw)
        return body


def wait_for(work: Coroutine[Any, Any, T], timeout_s: float = CALL_TIMEOUT_S + 2) -> T:
    """Run it on the process's background loop and wait. For threads only: a loop that waits for itself never ends."""
    future = background.start(work)
    try:
        return future.result(timeout_s)
    except TimeoutError:
        future.cancel()
        raise GraphError("WhatsApp did not answer in time.", error_class=ErrorClass.TRANSIENT) from None


async def close_here() -> None:
    """End the running loop's session; for loops that end before the process does."""
    await _sessions.close()


@atexit.register
def _close_at_the_end() -> None:
    if _sessions.is_used:
        with suppress(Exception):
            background.start(_sessions.close()).result(1)


async def _capped(answer: aiohttp.ClientResponse, most_bytes: int) -> AsyncIterator[bytes]:
    if (answer.content_length or 0) > most_bytes:
        raise MediaTooLarge
    seen = 0
    async for piece in answer.content.iter_chunked(PIECE):
        seen += len(piece)
        # What it said about its length may be a lie.
        if seen > most_bytes:
            raise MediaTooLarge
        yield piece


def _form_head(boundary: str, fields: Mapping[str, str], file: OutboundFile) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    name = "".join("_" if one in '"\\\r\n/' or ord(one) < 32 else one for one in file.name) or "file"
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {file.mime_type}\r\n\r\n"
    )
    return "".join(parts).encode("utf-8", "replace")


def _no_answer(error: BaseException) -> GraphError:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return GraphError("WhatsApp could not be reached.", error_class=ErrorClass.NOT_SENT)
    # Only the kind: an address in the text may carry a secret.
    return GraphError(f"WhatsApp did not answer ({type(error).__name__}).", error_class=ErrorClass.TRANSIENT)


def _error(status: int, raw: bytes) -> GraphError:
    body = _json(raw) or {}
    error = body.get("error")
    if not isinstance(error, dict):
        passes = status >= 500 or status == 429 or status < 400
        kind = ErrorClass.SLOW_NUMBER if status == 429 else ErrorClass.TRANSIENT if passes else ErrorClass.CONTENT
        return GraphError(f"WhatsApp answered HTTP {status} without a reason.", status=status, error_class=kind)
    code, data = _whole(error.get("code")), error.get("error_data")
    known = class_of(code) if code is not None else ErrorClass.CONTENT
    passes = status >= 500 or status == 429 or error.get("is_transient") is True
    return GraphError(
        str(error.get("message") or f"HTTP {status}")[:500],
        code=code,
        subcode=_whole(error.get("error_subcode")),
        details=str(data.get("details") or "")[:500] if isinstance(data, dict) else "",
        user_message=str(error.get("error_user_msg") or error.get("error_user_title") or "")[:500],
        status=status,
        error_class=ErrorClass.TRANSIENT if passes and known is ErrorClass.CONTENT else known,
    )


def _json(raw: bytes) -> JSON | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
