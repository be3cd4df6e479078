"""Front door, salon chooser, hand-over."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.env import env
from portal.frame.language import keep_language
from tenants.access import stepup
from tenants.access.membership import member_of
from tenants.access.middleware import SALON_IN_SESSION
from tenants.accounts import handover, openings, post, proof, sessions
from tenants.accounts.mail import kept_mails
from tenants.audit import actions as audit
from tenants.operators import support
from tenants.salons import opening
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
    error = None
    if request.method == "POST":
        asked = openings.ask(request)
        if isinstance(asked, HttpResponse):
            return asked
        error = asked
    unfinished = opening.unfinished(request.user)
    if request.method == "GET" and unfinished and unfinished.state in ("pending", "done"):
        return HttpResponseRedirect(reverse("opening", args=[unfinished.public_id]))
    mine = Salon.objects.filter(
        memberships__user=request.user, memberships__is_active=True, state=Salon.State.ACTIVE
    ).order_by("name")
    context = {"salons": mine, "unfinished": unfinished, **openings.form_context(request.POST, error)}
    return render(request, "accounts/salons.html", context, status=400 if error else 200)


@login_required
@never_cache
@require_GET
def enter(request: Any, slug: str) -> HttpResponse:
    """Hand the login over to a salon's host. A salon one does not belong to is as unknown as one that is not there."""
    # One question for both, so that the time does not tell them apart either.
    salon = Salon.objects.filter(
        slug=slug, state=Salon.State.ACTIVE, memberships__user=request.user, memberships__is_active=True
    ).first()
    if salon is None:
        raise Http404
    try:
        return _hand_over(request, salon, request.GET.get("next", "/"))
    except handover.NotAMember:
        raise Http404 from None


@login_required
@never_cache
@require_GET
def prove(request: Any, slug: str) -> HttpResponse:
    """Ask again who somebody is, where that was too long ago, and lead back into the salon (step-up)."""
    if not proof.is_fresh(request):
        again = f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(again)
    return enter(request, slug)


@never_cache
@require_GET
def enter_with_code(request: Any) -> HttpResponse:
    """On the salon's host: the code becomes a session of this host and salon."""
    entry = handover.redeem(request.GET.get("code", ""), request.salon.pk)
    if entry is None or not sessions.still_lives(entry.session_hash):
        # Used or too old, e.g. by the back button: the public host gives a fresh one to who is logged in.
        return HttpResponseRedirect("/" if request.member else enter_url(request.salon))
    login(request, entry.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session[SALON_IN_SESSION] = request.salon.pk
    support.note_visit(request.session, entry.pk)
    stepup.note_proof(request.session, entry.proved_at)
    sessions.join(request, entry.user, entry.session_hash)
    # An operator's visit was noted when it began.
    if support.VISIT not in request.session and (member := member_of(request.salon.pk, entry.user_id)):
        audit.record("session.entered", subject=member.public_id, by=member)
    answer = HttpResponseRedirect(handover.safe_path(entry.next_path))
    keep_language(request, answer, entry.user.language)
    return answer


@require_POST
def leave(request: Any) -> HttpResponse:
    """Log out of this salon's host, of the public one and of the other salons entered from it."""
    if request.member is not None:
        audit.record("session.left", subject=request.member.public_id, by=request.member)
    sessions.end_origin(request.session.session_key)
    logout(request)
    return HttpResponseRedirect(public_url("/accounts/login/"))


@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mail that the demo would have sent."""
    if not env.demo:
        raise Http404
    # The post is brought before one looks into the box.
    post.bring(within_s=3.0)
    return render(request, "portal/demo_mail.html", {"mails": kept_mails()})


def _hand_over(request: Any, salon: Salon, next_path: str) -> HttpResponse:
    code = handover.issue(
        request.user,
        salon,
        next_path=next_path,
        session_key=request.session.session_key or "",
        proved_at=proof.proved_at(request),
    )
    return HttpResponseRedirect(salon_url(salon.slug, f"/enter/?code={code}"))
