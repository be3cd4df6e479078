"""What may stand in a log line: no phone, no mail address, nothing of a row that the database quotes.

How much of a phone is shown is a setting of each salon; a process that has not heard of it shows nothing.
"""

import re
from typing import Any, Final

FULL, LAST4 = "full", "last4"
LEVELS: Final = (FULL, LAST4)

# Eleven digits or so, as people and programs write phones; ids of Meta's are longer, ours shorter or no digits alone.
_PHONE = re.compile(r"(?<![\w.])(?:\+[1-9](?:[ ().-]{0,2}\d){6,14}|[1-9]\d{9,13})(?![\w])")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# PostgreSQL says which row it was.
_DETAIL = re.compile(r"(DETAIL: |CONTEXT: |Key \()[^\n]*")
# Ids of WhatsApp's hold the phone, in another alphabet.
_WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{12,}")
# Fields that are texts of guests, whoever logs them.
_TEXTS: Final = frozenset({"text", "body", "message_text", "caption", "phone", "recipient", "guest_name", "email"})
# Ours, and of no guest.
_KEPT: Final = frozenset({"timestamp", "level", "trace_id", "tenant_id", "user_id", "resource_id", "logger", "ms"})
_levels: dict[int, str] = {}


def learn(salon_id: int, level: str) -> None:
    """The salon's setting, from whoever has just read it."""
    if _levels.get(salon_id) != level:
        _levels[salon_id] = level


def level_of(salon_id: int | None) -> str:
    """The setting as this process knows it; the strictest where it does not."""
    return _levels.get(salon_id or 0, FULL)


def clean(text: str, level: str = FULL) -> str:
    """The text without what could lead to a person."""
    if not text.isascii() or any(sign in text for sign in "@+:0123456789"):
        text = _DETAIL.sub(r"\1[redacted]", text)
        text = _MAIL.sub("[mail]", text)
        text = _WAMID.sub(lambda found: f"wamid…{found[0][-6:]}", text)
        text = _PHONE.sub(lambda found: _phone(found[0], level), text)
    return text


def redact(_logger: Any, _name: str, event: Any) -> Any:
    """A processor of structlog: the last before a line is written."""
    level = level_of(event.get("tenant_id"))
    for name, value in event.items():
        if name in _KEPT:
            continue
        if name in _TEXTS and value:
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = clean(value, level)
        elif isinstance(value, dict | list | tuple):
            event[name] = clean(str(value), level)
    return event


def _phone(found: str, level: str) -> str:
    if level == LAST4:
        return "…" + "".join(sign for sign in found if sign.isdigit())[-4:]
    return "[phone]"
