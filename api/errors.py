"""Everything that goes wrong, as problem details (RFC 9457)."""

import logging
import math
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"

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
    elif not isinstance(exc, exceptions.APIException):
        return _broken(exc, request)
    headers = {}
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
        "detail": detail,
        "errors": errors,
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
            yield {"field": path, "message": str(one), "code": getattr(one, "code", "invalid")}
