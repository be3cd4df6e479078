"""Who is asking: `request.member` on a salon's host, None for strangers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from tenants.access.membership import member_of, note_seen
from tenants.operators import support

SALON_IN_SESSION = "salon_id"


class MemberMiddleware:
    """Accepts a session only on the host and for the salon it was made for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Find the member and go on."""
        request.member = request.support_visit = None
        # None on the public host, where a salon's session is a foreign one too.
        salon_id = request.salon.pk if request.salon else None
        if request.session.get(SALON_IN_SESSION) != salon_id:
            request.user = AnonymousUser()
        elif salon_id is not None and request.user.is_authenticated:
            self._find_member(request, salon_id)
        return self.get_response(request)

    def _find_member(self, request: Any, salon_id: int) -> None:
        visit_id = request.session.get(support.VISIT)
        if visit_id is None:
            request.member = member_of(salon_id, request.user.pk)
            if request.member is not None:
                note_seen(request.member, salon_id)
        elif visit := support.living(salon_id, request.user.pk, visit_id):
            request.support_visit, request.member = visit, support.member_of(visit)
