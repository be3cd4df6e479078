"""Asking the gateway from a page: its refusals in its words, its silence in ours, and the way to its own pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from billing.gateways.port import Gateway, GatewayAway, GatewayRefused, gateway
from portal.frame.toasts import toast

Page = Callable[..., HttpResponse]


def asks(view: Page) -> Page:
    """A view whose gateway may refuse, or not answer: the page one came from says so, and nothing has changed."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except GatewayRefused as refused:
            return toast(request, refused.why, status=409)
        except GatewayAway:
            return toast(request, away(), status=409)

    return checked


def shows(view: Page) -> Page:
    """A page of what the gateway keeps: says so where that cannot be read."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except GatewayAway:
            return render(request, "billing/away.html", {"trouble": away()})

    return checked


def away() -> str:
    """Nobody answered."""
    return _("The payment service does not answer. Nothing was changed; try again in a moment.")


def the_gateway() -> Gateway:
    """The one of this installation; a wrong setting is as if it did not answer."""
    try:
        return gateway()
    except LookupError as error:
        raise GatewayAway from error


def leave(url: str) -> HttpResponse:
    """To a page of the gateway's own. Anywhere else leads nowhere (no open redirect)."""
    if not is_own(url):
        raise Http404
    return HttpResponseRedirect(url, status=303)


def is_own(url: str) -> bool:
    """Whether an address is the gateway's: settings.GATEWAY_PAGES names origins, `https://*.x` all hosts below x."""
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        return False
    for origin in settings.GATEWAY_PAGES:
        known = urlsplit(origin)
        host = known.hostname or ""
        is_host = parts.hostname == host or (
            host.startswith("*.") and (parts.hostname == host[2:] or parts.hostname.endswith(host[1:]))
        )
        if is_host and parts.scheme == known.scheme and parts.port == known.port:
            return True
    return False
