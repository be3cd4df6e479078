"""One call to an address that a flow names: put together with its secrets, made by `safe_http`, and read with limits.

What is in the clear here lives for one call only. Everything that comes back, errors too, is masked before anybody else
sees it.
"""

import asyncio
import codecs
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from flows.models import FlowCall
from flows.runtime.masking import Masks
from flows.runtime.secrets import MARK, Opened
from ops import safe_http
from ops.safe_http import BadAddress, Failed, Forbidden, Limits, TooLarge, check_address
from ops.safe_http.sync import GRACE_S

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
LONGEST_S, MOST_BYTES = 60.0, 1024 * 1024
DEFAULT_S, DEFAULT_BYTES = 10.0, 256 * 1024
# Of the text that flows and logs get to see.
MOST_TEXT, SHOWN_TEXT = 64 * 1024, 8 * 1024
MOST_HEADERS, LONGEST_HEADER = 50, 1024
MOST_DEPTH, MOST_VALUES = 64, 50_000
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# The call itself sees to these.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8"}

# What may pass by itself; anything else is an answer.
PASSING = frozenset({429, 502, 503, 504})
LONGEST_PAUSE, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=1)

# Words for what went wrong, as nodes know them.
TIMEOUT, REFUSED, FAILED, TOO_LARGE = "timeout", "refused", "failed", "too_large"
CIRCUIT_OPEN, SECRET_MISSING = "circuit_open", "secret_missing"


class NoCall(Exception):
    """This call cannot be made, now or later; `error` is a word of ours."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error, self.detail = error, detail


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call ready to be made. Its repr says nothing, as there are secrets in it."""

    method: str
    url: str
    host: str
    headers: Mapping[str, str]
    body: bytes | None
    limits: Limits
    masks: Masks

    def __repr__(self) -> str:
        return "Prepared(…)"

    def with_headers(self, more: Mapping[str, str]) -> "Prepared":
        """The same with more headers."""
        return replace(self, headers={**self.headers, **more})


@dataclass(slots=True)
class Came:
    """What came back, masked."""

    error: str = ""
    detail: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    json: Any = None
    took_ms: float = 0.0

    def answer(self) -> dict[str, Any]:
        """As a node gets it."""
        if self.error:
            return {"detail": self.detail}
        return {"status": self.status, "headers": self.headers, "json": self.json, "text": self.text}

    def shown(self) -> dict[str, Any]:
        """As the log of calls keeps it."""
        found: dict[str, Any] = {"headers": self.headers, "text": self.text[:SHOWN_TEXT]}
        if self.status is not None:
            found["status"] = self.status
        if len(self.text) > SHOWN_TEXT:
            found["cut"] = True
        return found

    def to_json(self) -> dict[str, Any]:
        """All of it; `Came(**…)` is the same again."""
        return asdict(self)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wants to be asked again; None if it does not say."""
        said = self.headers.get("retry-after", "").strip()
        return float(said) if said.isdecimal() and len(said) < 8 else None


def prepare(payload: Mapping[str, Any], secrets: Mapping[str, Opened], *, key: str) -> Prepared:
    """Put a call together. `key` is the same over all tries. Raises NoCall."""
    method = str(payload.get("method") or "GET").upper()
    if method not in METHODS:
        raise NoCall(REFUSED, f"{method} is no method")
    host, is_safe = _host(str(payload.get("url") or ""))
    fill = _Filler(secrets, host, is_safe=is_safe)
    url = fill(str(payload.get("url") or ""), _in_url)
    if query := urlencode([(fill(name), fill(str(value))) for name, value in (payload.get("query") or {}).items()]):
        url += ("&" if "?" in url else "?") + query
    body, kind = payload.get("body"), str(payload.get("body_type") or "none")
    headers = {name: fill(str(text)) for name, text in (payload.get("headers") or {}).items()}
    _check_headers(headers)
    given = {name.lower() for name in headers}
    if body is not None and kind in _TYPES and "content-type" not in given:
        headers["Content-Type"] = _TYPES[kind]
    if "user-agent" not in given:
        headers["User-Agent"] = "Cadeira"
    if "idempotency-key" not in given:
        headers["Idempotency-Key"] = key
    content = fill(str(body), _ESCAPES.get(kind, _as_it_is)).encode() if body is not None else None
    total_s = min(float(payload.get("timeout_s") or DEFAULT_S), LONGEST_S)
    limits = Limits(
        most_bytes=min(int(payload.get("most_bytes") or DEFAULT_BYTES), MOST_BYTES),
        total_s=total_s,
        connect_s=min(total_s, 10.0),
        idle_s=total_s,
    )
    return Prepared(method, url, host, headers, content, limits, fill.masks())


def again(call: FlowCall, came: Came) -> timedelta | None:
    """After what time it is tried once more; None if that makes no sense or there are no tries left.

    What the server asks for (`Retry-After`) is kept to, up to a limit.
    """
    retries = call.request.get("retries") or {}
    passes = came.error in (TIMEOUT, FAILED, CIRCUIT_OPEN) or came.status in PASSING
    if not passes or not 0 < call.attempts <= int(retries.get("times") or 0):
        return None
    wait = timedelta(seconds=float(retries.get("wait_s") or 1) * 2 ** (call.attempts - 1))
    pause = timedelta(seconds=came.retry_after or 0)
    # Spread, so that all that failed together does not come back together.
    return max(min(wait, LONGEST_WAIT), min(pause, LONGEST_PAUSE)) * (1 + random.random() / 5)  # noqa: S311


def host_of(payload: Mapping[str, Any]) -> str:
    """The host that a request is for; empty for none."""
    try:
        return check_address(MARK.sub("x", str(payload.get("url") or ""))).host
    except (BadAddress, Forbidden):
        return ""


async def make(call: Prepared) -> Came:
    """Make a call; whatever comes of it is an answer."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(call.limits.total_s + GRACE_S):
            came = await _make(call)
    except TimeoutError:
        came = Came(TIMEOUT, f"no answer within {call.limits.total_s:g} seconds")
    except (BadAddress, Forbidden) as error:
        came = Came(REFUSED, call.masks.text(f"the address cannot be used: {error}"))
    except TooLarge:
        came = Came(TOO_LARGE, f"the answer has more than {call.limits.most_bytes} bytes")
    except Failed as error:
        late = str(error).endswith(("TimeoutError", "Timeout")) or "too long" in str(error)
        came = Came(
            TIMEOUT if late else FAILED,
            f"no answer within {call.limits.total_s:g} seconds" if late else f"the server did not answer ({error})",
        )
    came.took_ms = (time.perf_counter() - began) * 1000
    return came


async def _make(call: Prepared) -> Came:
    async with safe_http.opened(
        call.url, method=call.method, headers=call.headers, body=call.body, limits=call.limits
    ) as answer:
        raw = await answer.read()
        return read(answer.status, answer.headers, raw, call.masks)


def read(status: int, headers: Mapping[str, str], raw: bytes, masks: Masks) -> Came:
    """An answer as flows may see it: masked, cut, and JSON only where it is sane."""
    text = _clean(raw.decode(_charset(headers.get("Content-Type", "")), "replace"))
    shown = {
        masks.text(_clean(name).lower())[:100]: masks.text(_clean(value))[:LONGEST_HEADER]
        for name, value in list(headers.items())[:MOST_HEADERS]
        if name.lower() != "set-cookie"
    }
    parsed = parse(text)
    masked = masks.json(parsed)
    # What JSON spells otherwise ("\\u0073ecret") is no secret any more once it is read, and must not stand in the text.
    text = masks.text(text) if masked == parsed else json.dumps(masked, ensure_ascii=False)
    return Came(status=status, headers=shown, text=text[:MOST_TEXT], json=masked)


def parse(text: str) -> Any:
    """JSON with limits; None for what is none, is nested or split beyond reason, or has numbers that JSON has not."""
    if not text.strip():
        return None
    try:
        found = json.loads(text, parse_constant=_no_number, parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return _sane(found) if _fits(found, MOST_DEPTH, [MOST_VALUES]) else None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not in JSON")


def _whole(digits: str) -> int:
    if len(digits) > 30:
        raise ValueError("too many digits")
    return int(digits)


def _fits(value: Any, depth: int, left: list[int]) -> bool:
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        return False
    if isinstance(value, float):
        return value - value == 0  # 1e999 is infinite
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_fits(item, depth - 1, left) for item in inside)


def _sane(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_sane(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _sane(item) for name, item in value.items()}
    return value


def _clean(text: str) -> str:
    """What PostgreSQL can keep: no NUL, no halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _charset(content_type: str) -> str:
    found = re.search(r"charset=\"?([A-Za-z0-9._-]{1,40})", content_type)
    # Only what turns bytes into text: "zip" and the like are no charsets.
    if found is None or not found[1].lower().startswith(("utf", "iso-8859", "windows-", "us-ascii", "latin")):
        return "utf-8"
    try:
        return codecs.lookup(found[1]).name
    except LookupError:
        return "utf-8"


# --- secrets ------------------------------------------------------------------------------------------------------


class _Filler:
    """Puts secrets where their marks stand, for one host."""

    def __init__(self, secrets: Mapping[str, Opened], host: str, *, is_safe: bool) -> None:
        self.secrets, self.host, self.is_safe = secrets, host, is_safe
        self.used: set[str] = set()

    def __call__(self, text: str, escape: Callable[[str], str] = str) -> str:
        return MARK.sub(lambda mark: escape(self._value(mark[1])), text)

    def _value(self, name: str) -> str:
        secret = self.secrets.get(name)
        if secret is None:
            raise NoCall(SECRET_MISSING, f"there is no secret {name}")
        if not secret.goes_to(self.host):
            raise NoCall(REFUSED, f"the secret {name} is not meant for {self.host}")
        if not self.is_safe:
            raise NoCall(REFUSED, f"the secret {name} is sent over https only")
        self.used.add(name)
        return secret.value

    def masks(self) -> Masks:
        """Hides all secrets that may have been sent."""
        return Masks(secret.value for secret in self.secrets.values())


def _host(url: str) -> tuple[str, bool]:
    """The host that a secret would go to, as it will be called, and whether it may; nothing is filled in yet."""
    try:
        target = check_address(MARK.sub("x", url))
    except (BadAddress, Forbidden) as error:
        raise NoCall(REFUSED, f"the address cannot be used: {error}") from None
    if MARK.search(url.partition("://")[2].split("/")[0].split("?")[0]):
        raise NoCall(REFUSED, "a secret cannot be a part of the host")
    return target.host, target.url.scheme == "https" or target.is_allowed


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _as_it_is(value: str) -> str:
    return value


_ESCAPES: dict[str, Callable[[str], str]] = {"json": _in_json, "form": _in_url}


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, text in headers.items():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise NoCall(REFUSED, f"the header {name[:100]} cannot be set")
        if any(ord(one) < 32 or ord(one) == 127 for one in text):
            raise NoCall(REFUSED, f"the header {name} has line breaks")
