"""What looks like a credential, wherever text leaves the product: log lines and answers that are errors.

Secrets are kept out of texts where texts are made; this is for what other programs say, and for what people type into
the wrong place.
"""

import re
from typing import Any, Final

HIDDEN: Final = "[secret]"
# What a text must contain for one of the patterns to fit: most texts are let through by this alone.
_SIGNS: Final = ("cad_", "EAA", "sha256=", "://", "earer", "asic ", "pi-Key", "pi-key", "sk_", "whsec_", "ass", "oken")
_PATTERNS: Final = re.compile(
    r"""
    \bcad_[\w-]{16,}                                    # our own keys
  | \bEAA[A-Za-z0-9]{16,}                               # Meta's tokens
  | \b(?:sk|rk|pk)_(?:live|test)_\w{8,} | \bwhsec_[\w+/=]{8,}
  | (?<=sha256=)[0-9a-fA-F]{16,}                        # an HMAC
  | (?i:(?<=bearer\ )|(?<=api-key\ )|(?<=basic\ ))[\w.~+/=-]{8,}
  | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                     # user:password@host
  | (?i:(?<=access_token=)|(?<=client_secret=)|(?<=fb_exchange_token=)|(?<=verify_token=)|(?<=password=))[^&\s"']+
    """,
    re.VERBOSE,
)
_KEPT: Final = frozenset({"timestamp", "level", "trace_id", "tenant_id", "user_id", "logger", "ms"})


def hidden(text: str) -> str:
    """The text without what looks like a credential."""
    if not any(sign in text for sign in _SIGNS):
        return text
    return _PATTERNS.sub(HIDDEN, text)


def hide(_logger: Any, _name: str, event: Any) -> Any:
    """A processor of structlog, for every text of a line."""
    for name, value in event.items():
        if name in _KEPT:
            continue
        if isinstance(value, str):
            event[name] = hidden(value)
        elif isinstance(value, dict | list | tuple):
            event[name] = hidden(str(value))
    return event
