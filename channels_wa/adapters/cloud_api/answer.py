"""Reading the Cloud API's answer: accepted, refused, or nobody knows."""

import json
from collections.abc import Mapping
from typing import Any

from channels_wa.adapters.error_classes import class_of
from channels_wa.adapters.outcome import Accepted, ErrorClass, Outcome, Rejected, Unknown

_LONGEST_DETAILS = 500


def read(status: int, raw: bytes, headers: Mapping[str, str]) -> Outcome:
    """What an HTTP answer says about the message."""
    body = _json(raw)
    if status >= 500:
        # Even with an error code inside: a 5xx after the body was sent may have been accepted (WHATSAPP.md §7).
        return Unknown(f"HTTP {status} after the message was sent")
    if status == 200:
        wamid = _wamid(body)
        return Accepted(wamid) if wamid else Unknown("HTTP 200 without a message id")
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict) and _is_whole(error.get("code")):
        return _rejected(status, error, headers)
    if status == 429:
        return Rejected(None, ErrorClass.SLOW_NUMBER, "HTTP 429", _regain_s(headers))
    return Unknown(f"HTTP {status} without a readable answer")


def _rejected(status: int, error: dict[str, Any], headers: Mapping[str, str]) -> Rejected:
    code = int(error["code"])
    # Decided on the code, never on the status or the title; only a 429 whose code is strange slows the number.
    error_class = class_of(code)
    if status == 429 and error_class is ErrorClass.CONTENT:
        error_class = ErrorClass.SLOW_NUMBER
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    text = str(details or error.get("message") or "")[:_LONGEST_DETAILS]
    return Rejected(code, error_class, text, _regain_s(headers) if error_class is ErrorClass.SLOW_NUMBER else None)


def _wamid(body: object) -> str | None:
    try:
        wamid = body["messages"][0]["id"]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
    return wamid if isinstance(wamid, str) and 0 < len(wamid) <= 200 else None


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _regain_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the business may call again, from X-Business-Use-Case-Usage (its figure is in minutes)."""
    try:
        usage = json.loads(headers["X-Business-Use-Case-Usage"])
        minutes = [one["estimated_time_to_regain_access"] for ones in usage.values() for one in ones]
        return max(float(minute) for minute in minutes) * 60 or None
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None
