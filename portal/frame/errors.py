"""Error pages in the frame's look."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.frame.toasts import toast


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is older than the session: say so, and how to go on."""
    if request.headers.get("HX-Request") == "true":
        return toast(request, _("This page is out of date. Reload it and try again."), status=403)
    return render(request, "403_csrf.html", status=403)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Slow down: the handler for 429."""
    return render(request, "429.html", status=429)
