"""Front door, salon chooser, hand-over."""

from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.env import env
from portal.frame.language import keep_language
from tenants.access.middleware import SALON_IN_SESSION
from tenants.accounts import handover, sessions
from tenants.accounts.mail import kept_mails
from tenants.salons.actions import CannotOpen, NewSalon, open_salon
from tenants.salons.hosts import enter_url, public_url, salon_url
from tenants.salons.models import Salon


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The public host's first page: to one's salons, or to the login."""
    return HttpResponseRedirect("/accounts/salons/" if request.user.is_authenticated else "/accounts/login/")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def salons(request: Any) -> HttpResponse:
    """The salons of this person; a form opens another."""
    context: dict[str, Any] = {"values": {}, "error": None}
    if request.method == "POST":
        name = request.POST.get("name", "").strip()
        slug = request.POST.get("slug", "").strip().lower() or slugify(name)[:40].strip("-")
        try:
            salon = open_salon(NewSalon(name=name, slug=slug), owner=request.user)
        except CannotOpen as error:
            context = {"values": {"name": name, "slug": slug}, "error": error}
        else:
            return _hand_over(request, salon, "/")
    mine = Salon.objects.filter(
        memberships__user=request.user, memberships__is_active=True, state=Salon.State.ACTIVE
    ).order_by("name")
    status = 400 if context["error"] else 200
    return render(
        request, "accounts/salons.html", {"salons": mine, "public_host": env.public_host, **context}, status=status
    )


@login_required
@never_cache
@require_GET
def enter(request: Any, slug: str) -> HttpResponse:
    """Hand the login over to a salon's host. A salon one does not belong to is as unknown as one that is not there."""
    salon = get_object_or_404(Salon, slug=slug, state=Salon.State.ACTIVE)
    try:
        return _hand_over(request, salon, request.GET.get("next", "/"))
    except handover.NotAMember:
        raise Http404 from None


@never_cache
@require_GET
def enter_with_code(request: Any) -> HttpResponse:
    """On the salon's host: the code becomes a session of this host and salon."""
    entry = handover.redeem(request.GET.get("code", ""), request.salon.pk)
    if entry is None:
        # Used or too old, e.g. by the back button: the public host gives a fresh one to who is logged in.
        return HttpResponseRedirect("/" if request.member else enter_url(request.salon))
    login(request, entry.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session[SALON_IN_SESSION] = request.salon.pk
    sessions.join(request.session, entry.session_key)
    answer = HttpResponseRedirect(handover.safe_path(entry.next_path))
    keep_language(request, answer, entry.user.language)
    return answer


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Log out of this salon's host, of the public one and of the other salons entered from it."""
    sessions.end_origin(request.session)
    logout(request)
    return HttpResponseRedirect(public_url("/accounts/login/"))


@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mail that the demo would have sent."""
    if not env.demo:
        raise Http404
    return render(request, "portal/demo_mail.html", {"mails": kept_mails()})


def _hand_over(request: Any, salon: Salon, next_path: str) -> HttpResponse:
    code = handover.issue(request.user, salon, next_path=next_path, session_key=request.session.session_key or "")
    return HttpResponseRedirect(salon_url(salon.slug, f"/enter/?code={code}"))
