"""Phones on a whole page, as whoever reads it may see them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from crm.contacts.names import masking
from crm.inbox.rights import sees_phones


class MaskingMiddleware:
    """Masks phones in every view and API action of a member whose role sees them so."""

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Go on, masked or not."""
        if request.member is None or sees_phones(request.member):
            return self.get_response(request)
        with masking():
            return self.get_response(request)
