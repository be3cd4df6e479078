"""The mail server as Django wants it, from EMAIL_URL: smtp://user:password@host:587?tls=starttls (or tls=ssl)."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_PORTS = {"": 25, "starttls": 587, "ssl": 465}


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings; those of a server on this machine when no URL is given. Raises ValueError."""
    parts = urlsplit(url or "smtp://localhost")
    tls = parse_qs(parts.query).get("tls", [""])[0]
    if parts.scheme != "smtp" or tls not in _PORTS:
        raise ValueError("EMAIL_URL must look like smtp://user:password@host:587?tls=starttls (or tls=ssl)")
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or _PORTS[tls],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "starttls",
        "EMAIL_USE_SSL": tls == "ssl",
        "EMAIL_TIMEOUT": 10,
    }
