"""Around every request: a trace id, the client's address, one log line, the metrics."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from ops.addresses import client_ip, note_client
from ops.metrics import HTTP_REQUESTS, HTTP_SECONDS

__all__ = ["TraceMiddleware", "client_ip"]

log = logging.getLogger("http")
_TRACE = re.compile(r"^[0-9a-zA-Z-]{8,40}$")


class TraceMiddleware:
    """Names the request (X-Trace-Id, from the caller or new), counts it and logs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request inside its trace."""
        given = request.headers.get("X-Trace-Id", "")
        trace_id = given if _TRACE.match(given) else uuid.uuid4().hex
        request.trace_id = trace_id  # type: ignore[attr-defined]
        note_client(request)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            response = self.get_response(request)
            self._tell(request, response, time.perf_counter() - began)
        response["X-Trace-Id"] = trace_id
        return response

    def _tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        # The route and never the path: ids would make a metric of each.
        endpoint = match.route if match else "unknown"
        salon_id, user_id = _who(request)
        HTTP_REQUESTS.labels(salon_id or "public", endpoint, response.status_code).inc()
        HTTP_SECONDS.labels(endpoint).observe(seconds)
        log.info(
            "request",
            extra={
                "tenant_id": salon_id,
                "user_id": user_id,
                "action": f"{request.method} {endpoint}",
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
            },
        )


def _who(request: Any) -> tuple[int | None, int | None]:
    """The salon and the person, as far as the layers inside have found out; nothing is read for the log's sake."""
    salon, key = getattr(request, "salon", None), getattr(request, "api_key", None)
    member, user = getattr(request, "member", None), getattr(request, "_cached_user", None)
    salon_id = salon.pk if salon else getattr(key, "salon_id", None)
    return salon_id, member.user_id if member else getattr(user, "pk", None)
