"""Everything that goes wrong, as problem details (RFC 9457)."""

import logging
import math
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response

from billing.quotas.asking import QuotaExceeded
from billing.subscriptions.refusing import Refused, way_out_url
from ops import clock
from ops.metrics import PLAN_REFUSALS
from ops.salon import current_salon_id
from ops.secrecy import hidden

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
LONGEST = 500

# What each status is called; `type` is made of the word, so that a program can tell problems apart.
WORDS = {
    400: ("invalid", "The request is not valid"),
    401: ("unauthenticated", "Credentials are missing or unknown"),
    403: ("forbidden", "You may not do this"),
    404: ("not_found", "Nothing is here"),
    405: ("method_not_allowed", "This address does not take that method"),
    409: ("conflict", "The state of things does not allow this"),
    413: ("too_large", "The body is too large"),
    415: ("unsupported_media_type", "The body must be application/json"),
    422: ("idempotency_key_reused", "The idempotency key was used for another request"),
    429: ("too_many_requests", "Too many requests"),
    500: ("internal", "Something broke on our side"),
}


class Conflict(exceptions.APIException):
    """The request is right, the state of things is not; `field` names what collides, if one thing does."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"

    def __init__(
        self, message: str, *, field: str | None = None, code: str = "conflict", more: dict[str, Any] | None = None
    ) -> None:
        super().__init__({field: [message]} if field else message, code)
        self.summary = message
        # What the answer says besides, by name.
        self.more = more or {}


class NotYours(exceptions.APIException):
    """An id in the query or the body that is not one of this salon's. The same whether it exists elsewhere or not."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "not_found"

    def __init__(self, field: str, what: str) -> None:
        super().__init__({field: [f"No {what} of this salon has this id."]}, "not_found")


class TooLarge(exceptions.APIException):
    """The body is above the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class KeyReused(exceptions.APIException):
    """One idempotency key, two different requests."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for another request; use a new one for each request."


class PlanRefuses(exceptions.APIException):
    """The salon's plan, or the state of its subscription, does not allow it; the answer says the way out."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(str(refused), refused.code)
        self.status_code = refused.status
        self.wait = refused.wait_s
        salon_id = current_salon_id()
        self.more: dict[str, Any] = {
            "code": refused.code,
            "way_out": way_out_url(salon_id) if salon_id else refused.way_out,
        }
        if refused.name:
            self.more["name"] = refused.name
        if isinstance(refused, QuotaExceeded):
            answer = refused.answer
            self.headers = usage_headers(answer.limit, answer.remaining, answer.resets_at)
            self.more |= {
                "type": "urn:cadeira:problem:quota_exceeded",
                "title": "The plan has no room for this",
                "limit": answer.limit,
                "used": answer.used,
                "resets_at": None if answer.resets_at is None else answer.resets_at.isoformat(),
            }


def usage_headers(limit: int | None, remaining: int | None, resets_at: datetime | None) -> dict[str, str]:
    """X-Usage-*: of one limit; none where there is none. What never resets by itself says so by leaving that out."""
    if limit is None:
        return {}
    headers = {"X-Usage-Limit": str(limit), "X-Usage-Remaining": str(max(0, remaining or 0))}
    if resets_at is not None:
        headers["X-Usage-Reset"] = str(max(0, math.ceil((resets_at - clock.now()).total_seconds())))
    return headers


def invalid(field: str, message: str, code: str = "invalid") -> exceptions.ValidationError:
    """A refusal that names one field."""
    return exceptions.ValidationError({field: [exceptions.ErrorDetail(message, code)]})


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: no exception leaves the API in any other form."""
    request: HttpRequest = context["request"]._request
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge("The body is too large.")
    elif isinstance(exc, Refused):
        PLAN_REFUSALS.inc()
        exc = PlanRefuses(exc)
    elif not isinstance(exc, exceptions.APIException):
        return _broken(exc, request)
    headers: dict[str, str] = dict(getattr(exc, "headers", {}))
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait_s := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait_s))
    found = list(_flat(exc.detail)) if isinstance(exc.detail, list | dict) else []
    detail = f"{found[0]['field']}: {found[0]['message']}" if found else str(exc.detail)
    body = problem(exc.status_code, detail=detail, errors=found, trace_id=_trace(request))
    body |= getattr(exc, "more", {})
    return Response(body, status=exc.status_code, headers=headers, content_type=PROBLEM)


def problem(code: int, *, detail: str, errors: list[dict[str, str]], trace_id: str) -> dict[str, Any]:
    """The body of an answer that is an error."""
    word, title = WORDS.get(code) or (f"status_{code}", HTTPStatus(code).phrase)
    return {
        "type": f"urn:cadeira:problem:{word}",
        "title": title,
        "status": code,
        "detail": _said(detail),
        "errors": [{name: _said(text) for name, text in error.items()} for error in errors],
        "trace_id": trace_id,
    }


@csrf_exempt
def nothing_here(request: HttpRequest, **_: object) -> JsonResponse:
    """The answer of every address under /api/ that is none."""
    body = problem(404, detail="There is no such address.", errors=[], trace_id=_trace(request))
    return JsonResponse(body, status=404, content_type=PROBLEM)


def _broken(exc: Exception, request: HttpRequest) -> Response:
    # The caller gets the trace, the log gets the cause; error reporting and the tests listen to the signal.
    log.error("request failed", exc_info=exc)
    got_request_exception.send(sender=None, request=request)
    body = problem(500, detail="Try again; if it stays so, tell us the trace_id.", errors=[], trace_id=_trace(request))
    return Response(body, status=500, content_type=PROBLEM)


def _said(text: str) -> str:
    # What was given is quoted in what is wrong with it, and another program's words in ours.
    return hidden(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _trace(request: HttpRequest) -> str:
    return str(getattr(request, "trace_id", ""))


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    # DRF nests errors as the body is nested; a path such as `items.0.title` says the same in one word.
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list) and any(isinstance(one, dict | list) for one in detail):
        for place, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{place}".lstrip("."))
    else:
        for one in detail if isinstance(detail, list) else [detail]:
            yield {"field": path, "message": str(one), "code": getattr(one, "code", None) or "invalid"}
