"""The web's door into the audit log: pages and the API."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from ops.addresses import client_ip
from tenants.audit.context import Acting, acting_as

OPERATORS = "/operator/"


class ActingMiddleware:
    """Lets `audit.record` know from where the request comes, and which of the platform's staff it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request as who it is."""
        with acting_as(Acting(client_ip(request) or None, *_operator(request))):
            return self.get_response(request)


def _operator(request: Any) -> tuple[str, str]:
    visit = getattr(request, "support_visit", None)
    if visit is not None:
        return visit.email, visit.reason
    if request.salon is None and request.path.startswith(OPERATORS) and getattr(request.user, "is_staff", False):
        return request.user.email, str(request.POST.get("reason", "")).strip()
    return "", ""
