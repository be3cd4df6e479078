"""Pages around opening a salon: what the form says, whether an address is free, how far the opening is."""

from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from config.env import env
from ops.ids import uuid7
from tenants.salons import opening
from tenants.salons.actions import CannotOpen, NewSalon, why_not, zones
from tenants.salons.models import Opening

DEFAULT_ZONE = "America/Sao_Paulo"
# Somebody who types asks a few times in a row.
ADDRESS_RATE = {"address": "120/m/ip"}
_State = Opening.State


def wanted(data: Any) -> NewSalon:
    """What a form says: name, slug (made from the name where it is empty), and the browser's time zone."""
    name = str(data.get("name", "")).strip()
    slug = str(data.get("slug", "")).strip().lower()
    zone = str(data.get("time_zone", ""))
    return NewSalon(
        name=name,
        slug=slug or opening.suggested(name),
        time_zone=zone if zone in zones() else DEFAULT_ZONE,
        language=get_language() or "pt-br",
    )


def ticket_of(data: Any) -> UUID:
    """The form's own number, or a new one."""
    try:
        return UUID(str(data.get("ticket", "")))
    except ValueError:
        return uuid7()


def ask(request: Any) -> HttpResponse | CannotOpen:
    """Ask for the salon that the form describes and lead to its progress; or what must be changed."""
    try:
        row = opening.ask(wanted(request.POST), owner=request.user, ticket=ticket_of(request.POST))
    except opening.TooMany:
        return CannotOpen("name", _("You have opened many salons today. Come back tomorrow, or write to us."))
    except CannotOpen as error:
        return error
    return HttpResponseRedirect(reverse("opening", args=[row.public_id]))


def form_context(data: Any, error: CannotOpen | None) -> dict[str, Any]:
    """What templates/accounts/salon_fields.html needs."""
    values = {name: str(data.get(name, "")) for name in ("name", "slug", "time_zone")}
    return {"values": values, "error": error, "ticket": ticket_of(data), "public_host": env.public_host}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def progress(request: Any, ticket: UUID) -> HttpResponse:
    """How far an opening is; into the salon when it stands. A form changes what was refused, or tries again."""
    row = Opening.objects.select_related("salon").filter(public_id=ticket, user=request.user).first()
    if row is None:
        raise Http404
    error: CannotOpen | None = None
    if request.method == "POST" and row.state in (_State.REFUSED, _State.DEAD):
        data = {"name": row.name, "slug": row.slug, "time_zone": row.time_zone, **request.POST.dict()}
        try:
            row = opening.ask(wanted(data), owner=request.user, ticket=row.public_id)
        except CannotOpen as found:
            error = found
        else:
            return HttpResponseRedirect(request.path)
    if row.state == _State.DONE and row.salon is not None:
        Opening.objects.filter(pk=row.pk).update(is_shown=True)
        return _go(request, reverse("enter_salon", args=[row.salon.slug]))
    data = request.POST if request.method == "POST" else {"name": row.name, "slug": row.slug}
    if row.state == _State.REFUSED and error is None:
        error = why_not(NewSalon(name=row.name, slug=row.slug, time_zone=row.time_zone))
    is_fragment = bool(request.headers.get("HX-Request"))
    if is_fragment and row.state in (_State.REFUSED, _State.DEAD):
        return _go(request, request.path)
    context = {**form_context({**data, "ticket": row.public_id}, error), "opening": row, "steps": _steps(row)}
    template = "accounts/opening_steps.html" if is_fragment else "accounts/opening.html"
    return render(request, template, context, status=400 if error and request.method == "POST" else 200)


@never_cache
@require_GET
def address(request: HttpRequest) -> HttpResponse:
    """Whether an address can be had, for who types one; addresses are public, so anybody may ask, but not forever."""
    if not ratelimit.consume(request, app="accounts", action="address", config=ADDRESS_RATE, limit_get=True):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    new = wanted(request.GET)
    error = why_not(NewSalon(name=new.name or "x", slug=new.slug)) if new.slug else None
    context = {"slug": new.slug, "error": error, "public_host": env.public_host}
    if error is not None:
        other = opening.suggested(new.slug)
        context["suggestion"] = other if other != new.slug else ""
    return render(request, "accounts/address_state.html", context)


def _steps(row: Opening) -> list[tuple[str, str]]:
    """Each step with done, now or later."""
    is_begun = row.began_at is not None
    return [
        (_("Your e-mail address is confirmed"), "later" if row.state == _State.WAITING else "done"),
        (
            _("%(slug)s is kept for you") % {"slug": f"{row.slug}.{env.public_host}"},
            "later" if row.state == _State.WAITING else "done" if is_begun else "now",
        ),
        (_("Calendar, inbox and flows are being set up"), "now" if is_begun else "later"),
        (_("The doors open"), "later"),
    ]


def _go(request: Any, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
