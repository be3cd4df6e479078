"""Sessions are seen being used, and browsers made known."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from tenants.accounts import sessions, tries


class LogInMiddleware:
    """Notes now and then that a session is used; writes the cookie of a browser that is known (tries)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Before the view and after it."""
        # A key of the API has no session.
        if request.user.is_authenticated and (request.salon is None or sessions.LOG_IN in request.session):
            sessions.note(request)
        answer = self.get_response(request)
        tries.write(request, answer)
        return answer
