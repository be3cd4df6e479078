"""By key or by session; each only at the door of its own salon.

No or unknown credentials are answered 401, credentials of another place 403.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from api import callers
from api.actor import Actor
from ops.addresses import client_ip
from ops.salon import current_salon_id
from tenants.access.keys import find_key, key_in, note_refusal, note_use
from tenants.access.models import ApiKey

REALM = 'Api-Key realm="api"'


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Api-Key <key>`, on the salon's host or on the public host."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The key's actor; None where no key is given."""
        given = key_in(request)
        if given is None:
            return None
        # On the public host the key has already named the salon (SalonMiddleware) and need not be read twice.
        known: ApiKey | None = getattr(request._request, "api_key", None)
        key = known or find_key(given)
        if key is None:
            # One sentence for all of these: whoever found a key somewhere learns nothing of it.
            raise exceptions.AuthenticationFailed("The API key is unknown, has expired or was revoked.")
        client = client_ip(request._request)
        if not key.admits(client):
            note_refusal(key, client)
            raise exceptions.PermissionDenied("This API key may not be used here.")
        if key.salon_id != current_salon_id():
            raise exceptions.PermissionDenied("This API key belongs to another salon.")
        note_use(key, client)
        callers.learn(request._request, key.salon_id)
        return Actor(key), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return REALM


class SessionAuthentication(authentication.SessionAuthentication):
    """The portal's session, on the host and for the salon it was made for."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The member's actor; None for strangers."""
        member = getattr(request._request, "member", None)
        if member is None:
            if SESSION_KEY in request._request.session:
                raise exceptions.PermissionDenied("This session was made for another host or salon.")
            return None
        # A browser sends its cookie with whatever another site makes it ask.
        self.enforce_csrf(request)
        if (salon_id := current_salon_id()) is not None:
            callers.learn(request._request, salon_id)
        return Actor(member), None
