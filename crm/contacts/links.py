"""Addresses from outside, before a page makes links of them."""

from urllib.parse import urlsplit


def safe_url(value: object) -> str:
    """An address that a link may lead to; empty for one that does something else in a browser."""
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
