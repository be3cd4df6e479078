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
        # None on the public host, where a salon's session is a foreign one too.
        salon_id = request.salon.pk if request.salon else None
        if request.session.get(SALON_IN_SESSION) != salon_id:
            request.user = AnonymousUser()
        elif salon_id is not None and request.user.is_authenticated:
            request.member = member_of(salon_id, request.user.pk)
        return self.get_response(request)
