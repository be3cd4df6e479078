"""Deny by default: a view opens only to those who hold the permission it names."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.salons.hosts import enter_url
from tenants.salons.models import Salon


class SalonRequest(HttpRequest):
    """A request on a salon's host, by one of its members."""

    salon: Salon
    member: Member


class View(Protocol):
    """A guarded view; the guard test reads `permission`."""

    permission: Permission

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a request."""


def allowed(permission: Permission) -> Callable[[Callable[..., HttpResponse]], View]:
    """Open a view to members whose role holds `permission`; others get 403, strangers the login."""

    def guard(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.member is None:
                return _to_login(request)
            if not request.member.may(permission):
                raise PermissionDenied(permission.value)
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return guard


def _to_login(request: Any) -> HttpResponse:
    if request.user.is_authenticated:
        raise PermissionDenied("not a member of this salon")
    target = enter_url(request.salon, next_path=request.get_full_path() if request.method == "GET" else "/")
    if request.headers.get("HX-Request"):
        # A fragment cannot show a login: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
