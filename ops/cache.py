"""The cache: its keys carry the salon, and while Valkey is away each process remembers for itself."""

import logging
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from ops.salon import current_salon_id

log = logging.getLogger(__name__)


def key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the same key in two salons is two keys."""
    salon_id = current_salon_id()
    return f"{key_prefix}:{version}:{'public' if salon_id is None else salon_id}:{key}"


class Cache(RedisCache):
    """Valkey, or this process's own memory while Valkey does not answer: limits on tries stay, nobody is turned away.

    Nothing may stand here only: what must not be lost is a row.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("while Valkey is away", {**params, "KEY_FUNCTION": params.get("KEY_FUNCTION")})

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(*args, **kwargs)
        except RedisError as error:
            log.debug("cache: %s", error)
            return getattr(self._own, name)(*args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """As Django's."""
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """As Django's."""
        self._ask("set", *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """As Django's."""
        return bool(self._ask("add", *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        """As Django's."""
        return int(self._ask("incr", *args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """As Django's."""
        return bool(self._ask("touch", *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """As Django's."""
        return bool(self._ask("delete", *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's."""
        return dict(self._ask("get_many", *args, **kwargs))
