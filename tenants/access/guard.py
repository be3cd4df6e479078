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
from tenants.sharing.checking import check
from tenants.sharing.rights import Right

LONGEST_PATH = 2000


class SalonRequest(HttpRequest):
    """A request on a salon's host, by one of its members."""

    salon: Salon
    member: Member


class View(Protocol):
    """A guarded view; the guard test reads `permission`."""

    permission: Permission

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a request."""


def allowed(
    permission: Permission, *, shared: str = "", right: Right | None = None, named: str = "public_id"
) -> Callable[[Callable[..., HttpResponse]], View]:
    """Open a view to members whose role holds `permission`; others get 403, strangers the login.

    `shared` names a kind of things that may be given to people one by one (tenants.sharing): then the view opens also
    to whoever was given what `permission` means there (or `right`), on the thing that the address names (`named`), or
    on any where it names none. A thing that they may not see is answered 404; such a view shows lists narrowed.
    """

    def guard(view: Callable[..., HttpResponse]) -> View:
        @wraps(view)
        def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.member is None:
                return _to_login(request)
            if shared:
                check(request.member, permission, shared, right, kwargs.get(named))
            elif not request.member.may(permission):
                raise PermissionDenied(permission.value)
            return view(request, *args, **kwargs)

        checked.permission = permission  # type: ignore[attr-defined]
        checked.shared = shared  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return guard


def members_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to every member, whatever their role holds: what is a person's own. Listed in config/doors.py."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.member is None:
            return _to_login(request)
        if request.support_visit is not None:
            # An operator who looks in has no place here that could be theirs.
            raise PermissionDenied("support has nothing of its own in a salon")
        return view(request, *args, **kwargs)

    return checked


def _to_login(request: Any) -> HttpResponse:
    if request.user.is_authenticated:
        raise PermissionDenied("not a member of this salon")
    path = request.get_full_path()
    # One that is too long to be kept is too long for a redirect as well.
    target = enter_url(request.salon, next_path=path if request.method == "GET" and len(path) < LONGEST_PATH else "/")
    if request.headers.get("HX-Request"):
        # A fragment cannot show a login: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
