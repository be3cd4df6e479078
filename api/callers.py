"""What this process knows of those who ask before anything is read for them: whose credentials they show, and who was
told a moment ago to come later. Only a hash of credentials is kept, and not for long."""

import hashlib
import threading
from collections import OrderedDict
from time import monotonic
from typing import Any, Final, NamedTuple

from django.conf import settings

# Of a limit that was raised, or a key that was revoked, the process learns within this time.
KEEP_REFUSAL_S: Final = 2.0
_MOST_KNOWN: Final = 20_000
STRANGERS: Final = "strangers"

_lock = threading.Lock()
_salons: OrderedDict[bytes, int] = OrderedDict()
_refusals: OrderedDict[tuple[bytes, str], "Refusal"] = OrderedDict()


class Refusal(NamedTuple):
    """Until when somebody was told to wait, until when we go by that, and what stood in the headers."""

    until: float
    good_until: float
    headers: dict[str, str]


def learn(request: Any, salon_id: int) -> None:
    """These credentials were found good for this salon."""
    _put(_salons, fingerprint(request), salon_id)


def line_of(request: Any) -> str:
    """In which line a request waits its turn: that of its salon, or of the strangers at this host."""
    with _lock:
        salon_id = _salons.get(fingerprint(request))
    if salon_id is not None:
        return f"salon:{salon_id}"
    return f"{STRANGERS}:{request.META.get('HTTP_HOST', '').partition(':')[0].lower()}"


def refuse(request: Any, kind: str, wait_s: float, headers: dict[str, str]) -> None:
    """Somebody was told to wait: asked again at once, they need not be looked up again."""
    now = monotonic()
    found = Refusal(now + wait_s, now + min(wait_s, KEEP_REFUSAL_S), headers)
    _put(_refusals, (fingerprint(request), kind), found)


def refusal(request: Any, kind: str) -> tuple[float, dict[str, str]] | None:
    """Seconds that are left of what somebody was told a moment ago, and the headers.

    When we no longer go by it one request is let through to look again; the others are answered as before meanwhile.
    """
    now, key = monotonic(), (fingerprint(request), kind)
    with _lock:
        found = _refusals.get(key)
        if found is None or found.until <= now:
            return None
        if found.good_until <= now:
            _refusals[key] = found._replace(good_until=now + KEEP_REFUSAL_S)
            return None
    return found.until - now, found.headers


def accept(request: Any, kind: str) -> None:
    """Somebody was let through: what they were told before is over."""
    if _refusals:
        with _lock:
            _refusals.pop((fingerprint(request), kind), None)


def forget() -> None:
    """Everything; for tests."""
    with _lock:
        _salons.clear()
        _refusals.clear()


def fingerprint(request: Any) -> bytes:
    """Of the credentials: the key, or the session."""
    shown = request.META.get("HTTP_AUTHORIZATION") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).digest()


def _put(book: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    with _lock:
        book[key] = value
        book.move_to_end(key)
        while len(book) > _MOST_KNOWN:
            book.popitem(last=False)
