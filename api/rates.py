"""How often one caller may ask: a bucket of each key or member, as large as the plan's minute."""

import logging
import math
from functools import cache
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework import throttling
from rest_framework.request import Request

from api.actor import actor_of
from billing.plans.queries import limit_of
from config.env import env
from ops.salon import current_salon_id

log = logging.getLogger(__name__)
LIMIT = "api_requests_per_minute"
_BUSY_S = 0.25
_SCRIPT = Path(__file__).with_name("rates.lua").read_text()


class PlanRate(throttling.BaseThrottle):
    """The plan's `api_requests_per_minute`; without one nothing is counted and no header is shown."""

    wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Take a token; the view shows the rest in its headers."""
        salon_id = current_salon_id()
        limit = limit_of(salon_id, LIMIT) if salon_id is not None else None
        if not limit:
            return True
        try:
            taken, left, next_ms, full_ms = _script()(
                keys=[f"api:rate:{salon_id}:{actor_of(request).key}"], args=[math.ceil(limit), limit / 60]
            )
        except redis.RedisError as error:
            # A salon's programs must not stop because a counter is away.
            log.warning("API rate not counted: %s", error)
            return True
        self.wait_s = next_ms / 1000
        view.rate_headers = {
            "X-RateLimit-Limit": str(math.ceil(limit)),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(math.ceil(full_ms / 1000)),
        }
        return bool(taken)

    def wait(self) -> float | None:
        """Seconds until the next token."""
        return self.wait_s


@cache
def _script() -> Any:
    client = redis.Redis.from_url(
        env.redis_url,
        socket_timeout=_BUSY_S,
        socket_connect_timeout=_BUSY_S,
        # The client's own retries would hold every request for seconds while Valkey is away.
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(_SCRIPT)
