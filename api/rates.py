"""How often callers may ask in a minute: each by themselves and the salon together, by class of request.

The plan's limits are data (billing.plans): `api_chat_per_minute`, `api_admin_per_minute`, `api_webhook_per_minute` for
one caller, `api_salon_chat_per_minute` and so on for the salon; `api_requests_per_minute` and
`api_salon_requests_per_minute` stand for each class that is not named. A salon's limit that is not named at all is that
of four callers. A key's own `rates` replace the caller's. Without any limit nothing is counted and no header is shown.
"""

import math
from typing import Any, Final

from rest_framework import throttling
from rest_framework.request import Request

from api import callers, windows
from api.actor import Actor, actor_of
from billing.plans.queries import limit_of
from ops.metrics import PLAN_REFUSALS
from ops.salon import current_salon_id
from tenants.access.models import ApiKey

LIMIT: Final = "api_requests_per_minute"
SALON_LIMIT: Final = "api_salon_requests_per_minute"
CALLERS: Final = 4
CHAT, ADMIN, WEBHOOK = CLASSES = ("chat", "admin", "webhook")
_READS: Final = ("GET", "HEAD", "OPTIONS")
_ROOT: Final = "/api/v1/"


def class_of(method: str, path: str) -> str:
    """What limits a request: talking to guests, what other programs report, or everything else."""
    resource, _, rest = path.removeprefix(_ROOT).partition("/")
    if method in _READS:
        return ADMIN
    if resource in ("messages", "conversations"):
        return CHAT
    # A flow that another program starts is its event.
    is_event = resource == "webhook-endpoints" or (resource == "flows" and rest.rstrip("/").endswith("/start"))
    return WEBHOOK if is_event else ADMIN


class PlanRate(throttling.BaseThrottle):
    """Counts a request of a known caller; the view shows in its headers what is left."""

    wait_s: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether it may go on."""
        salon_id = current_salon_id()
        kind = class_of(str(request.method), request.path)
        limits = _limits(salon_id, actor_of(request), kind) if salon_id is not None else []
        if not limits:
            return True
        counted = windows.count(limits)
        view.rate_headers = headers_of(counted.tightest)
        if counted.taken:
            callers.accept(request._request, kind)
        else:
            self.wait_s = max(room.wait_s for room in counted.rooms)
            PLAN_REFUSALS.inc()
            callers.refuse(request._request, kind, self.wait_s, view.rate_headers)
        return counted.taken

    def wait(self) -> float | None:
        """Seconds until there is room."""
        return self.wait_s


def headers_of(room: windows.Room) -> dict[str, str]:
    """The three headers of one window."""
    return {
        "X-RateLimit-Limit": str(room.most),
        "X-RateLimit-Remaining": str(room.left),
        "X-RateLimit-Reset": str(math.ceil(room.whole_s)),
    }


def plan_limits(salon_id: int, kind: str) -> tuple[float | None, float | None]:
    """How many requests of a class the plan allows one caller and the salon."""
    own = _first(salon_id, f"api_{kind}_per_minute", LIMIT)
    together = _first(salon_id, f"api_salon_{kind}_per_minute", SALON_LIMIT)
    return own, own * CALLERS if together is None and own is not None else together


def _limits(salon_id: int, actor: Actor, kind: str) -> list[windows.Limit]:
    own, together = plan_limits(salon_id, kind)
    if isinstance(actor.who, ApiKey):
        own = actor.who.rates.get(kind, own)
    # The braces keep both windows on one node of a cluster.
    place = f"api:rate:{{{salon_id}}}:{kind}"
    found = [(f"{place}:{actor.key}", own), (f"{place}:salon", together)]
    return [windows.Limit(key, math.ceil(most)) for key, most in found if most is not None]


def _first(salon_id: int, *names: str) -> float | None:
    return next((found for name in names if (found := limit_of(salon_id, name)) is not None), None)
