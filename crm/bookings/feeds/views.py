"""A professional's feed, and who makes and ends its address: who manages the salon's services, and themself."""

import hashlib
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.bookings.feeds import actions
from crm.bookings.feeds.visits import feed
from crm.bookings.models import Professional
from crm.bookings.page import limits
from crm.bookings.rights import own_professionals
from ops import clock
from ops.salon import current_salon_id
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

LONGEST_TOKEN = 100
# A calendar asks every few hours; what it has is good for so long.
FRESH_S = 900
_KEPT_S = 400 * 24 * 3600


@require_safe
def calendar(request: Any, token: str) -> HttpResponse:
    """The feed. The token is the right."""
    try:
        limits.count(limits.reads(limits.address_of(request)))
    except limits.TooMany as many:
        return HttpResponse(status=429, headers={"Retry-After": str(many.wait_s)})
    professional = actions.find(token) if len(token) <= LONGEST_TOKEN else None
    if professional is None:
        raise Http404
    with translation.override(request.salon.language):
        body = feed(professional, request.salon)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    changed = _since(professional.pk, etag)
    answer = HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={
            "ETag": etag,
            "Last-Modified": format_datetime(changed, usegmt=True),
            "Cache-Control": f"private, max-age={FRESH_S}",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
        },
    )
    found: Any = get_conditional_response(request, etag, int(changed.timestamp()), answer)
    return found  # type: ignore[no-any-return]


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def of_professional(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Make (`do=make`) or end (`do=revoke`) somebody's address; the card as it is then."""
    return _change(request, get_object_or_404(Professional, public_id=public_id, archived_at=None))


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_SEE)
def own(request: SalonRequest) -> HttpResponse:
    """The address of one's own calendar."""
    found = own_professionals(request.member).filter(archived_at=None).order_by("order", "pk").first()
    if request.method == "POST" and found is not None:
        return _change(request, found)
    context = card(found, action=reverse("feeds:own")) if found else {}
    return render(request, "crm/bookings/feeds/own.html", context)


def card(professional: Professional, *, action: str = "", token: str = "") -> dict[str, Any]:
    """What `crm/bookings/feeds/card.html` needs, for any page that shows it."""
    address = salon_url_of(token) if token else ""
    return {
        "feed_owner": professional,
        "feed_action": action or reverse("feeds:professional", args=[professional.public_id]),
        "feed_is_there": bool(professional.feed_token_hash),
        # Shown this once: only its hash is kept.
        "feed_address": address,
        "feed_webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
    }


def salon_url_of(token: str) -> str:
    """The address that a calendar program is given."""
    slug = Salon.objects.values_list("slug", flat=True).get(pk=current_salon_id() or 0)
    return salon_url(slug, reverse("feeds:calendar", args=[token]))


def _change(request: SalonRequest, professional: Professional) -> HttpResponse:
    token = ""
    if request.POST.get("do") == "revoke":
        actions.revoke(professional, by=request.member)
        words = _("The address leads nowhere any more")
    else:
        token = actions.make(professional, by=request.member)
        words = _("Here is the address: it is shown this once")
    context = card(professional, action=request.path, token=token)
    if request.headers.get("HX-Request") == "true":
        return add_toast(render(request, "crm/bookings/feeds/card.html", context), words)
    return render(request, "crm/bookings/feeds/own.html", context)


def _since(professional: int, etag: str) -> Any:
    """Since when the feed has been as it is: what is cancelled leaves no row behind whose time could tell."""
    key = f"feed:{professional}"
    kept = cache.get(key)
    if not kept or kept[0] != etag:
        kept = (etag, clock.now().replace(microsecond=0))
        cache.set(key, kept, _KEPT_S)
    return kept[1]
