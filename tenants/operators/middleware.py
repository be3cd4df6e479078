"""Requests of an operator who is in a salon: their kind is noted, and what changes anything is refused."""

import re
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from config.env import env
from portal.frame.toasts import toast
from tenants.operators import support
from tenants.salons.hosts import public_url

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPERATORS = "/operator/"
# What is theirs alone.
OWN = ("/support/leave/", "/language/")
ENTER = "/enter/"
# Where they may change something, if the owner lets them; never who may do what, nor the log that watches them.
SETTINGS = ("/settings/", "/services/", "/professionals/")
NEVER = tuple(f"/settings/{name}/" for name in ("audit", "people", "roles", "keys", "privacy", "billing", "salon"))
_WRITES = re.compile(r"\bINSERT\s+INTO\b|\bDELETE\s+FROM\b|(?:^|[(;])\s*UPDATE\b", re.IGNORECASE)


def _lacks_factor(user: Any) -> bool:
    """Outside of the demo whoever may look into every salon proves more than a password."""
    return bool(not env.demo and getattr(user, "is_staff", False) and not is_mfa_enabled(user))


class SupportMiddleware:
    """Behind the middleware that knows who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer; while somebody only looks, nothing can be written whatever a page would do."""
        if request.salon is None and request.path.startswith(OPERATORS) and _lacks_factor(request.user):
            messages.warning(request, _("Operators log in with a second factor. Set one up first."))
            return HttpResponseRedirect("/accounts/2fa/")
        visit = getattr(request, "support_visit", None)
        if visit is None and support.VISIT in request.session:
            # It is over, or the owner has ended it.
            logout(request)
            return HttpResponseRedirect(public_url("/operator/"))
        if visit is None or request.path.startswith(OWN) or request.path == ENTER:
            return self.get_response(request)
        if request.method not in SAFE:
            return self.get_response(request) if _may_act(visit, request.path) else _refused(request)
        with connection.execute_wrapper(_only_reads):
            return self.get_response(request)

    def process_view(self, request: Any, *_args: object) -> None:
        """Note the kind of page: its route, which has no ids."""
        visit = getattr(request, "support_visit", None)
        if visit is None or request.path.startswith(OWN):
            return
        with _Writing():
            support.note_page(visit, str(request.resolver_match.route), by=request.member)


class _Writing:
    """What we note ourselves."""

    def __enter__(self) -> None:
        self.had = _only_reads in connection.execute_wrappers
        if self.had:
            connection.execute_wrappers.remove(_only_reads)

    def __exit__(self, *_: object) -> None:
        if self.had:
            connection.execute_wrappers.append(_only_reads)


def _only_reads(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if _WRITES.search(sql):
        raise PermissionDenied("support may look only")
    return execute(sql, params, many, context)


def _may_act(visit: Any, path: str) -> bool:
    return visit.may_act and path.startswith(SETTINGS) and not path.startswith(NEVER)


def _refused(request: Any) -> HttpResponse:
    words = _("You are here as Cadeira support and may only look.")
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": words}
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    if request.headers.get("HX-Request"):
        return toast(request, words, status=403)
    raise PermissionDenied(words)
