"""On a salon's host: the operator leaves."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from tenants.operators import support
from tenants.salons.hosts import public_url


@require_POST
def leave(request: Any) -> HttpResponse:
    """End one's own visit; the log-in on the public host stays."""
    if request.support_visit is not None:
        support.end(request.support_visit)
        logout(request)
    return HttpResponseRedirect(public_url("/operator/"))
