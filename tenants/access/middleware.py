"""Who is asking: `request.member` on a salon's host, None for strangers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from tenants.access.membership import member_of

SALON_IN_SESSION = "salon_id"


class MemberMiddleware:
    """Accepts a session only on the host and for the salon it was made for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Find the member and go on."""
        request.member = None
        if request.salon is not None and request.user.is_authenticated:
            if request.session.get(SALON_IN_SESSION) == request.salon.pk:
                request.member = member_of(request.salon.pk, request.user.pk)
            else:
                request.user = AnonymousUser()
        return self.get_response(request)
