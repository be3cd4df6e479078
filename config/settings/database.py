"""The database as Django wants it, from DATABASE_URL."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str, *, pool: int) -> dict[str, Any]:
    """Django's DATABASES entry; `pool` is the most connections one process holds.

    The pool is psycopg's own: persistent connections run out under ASGI, and a pooler in transaction mode hands out
    another salon's search path.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10, "max_lifetime": 1800}
    # Prepared statements would be planned per search path; the plans of one salon must not serve another.
    options["prepare_threshold"] = None
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
        "TEST": {"NAME": f"test_{parts.path.lstrip('/')}"},
    }
