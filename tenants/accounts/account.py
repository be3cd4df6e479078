"""A person's own account on the public host: name, language, ways in, sessions, and the way out."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ops.storage import StorageError
from portal.frame.language import keep_language
from tenants.accounts import agents, deleting, post, sessions
from tenants.accounts.models import LogIn, User
from tenants.salons.hosts import enter_url
from tenants.salons.models import Membership, Salon

LONGEST_NAME = 120
# A link may be asked for again so often from one address; for each mailbox ACCOUNT_RATE_LIMITS counts.
AGAIN_RATE = {"again": "10/m/ip"}


@login_required
@never_cache
@require_GET
def page(request: Any) -> HttpResponse:
    """Everything about the account on one page, each part with its way to change it."""
    factors = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    memberships = (
        Membership.objects.filter(user=request.user, is_active=True, salon__state=Salon.State.ACTIVE)
        .select_related("salon")
        .order_by("salon__name")
    )
    context = {
        "languages": settings.LANGUAGES,
        "passkeys": factors.count("webauthn"),
        "has_app": "totp" in factors,
        "new_email": EmailAddress.objects.filter(user=request.user, verified=False, primary=False).first(),
        "sessions": len(sessions.living(request.user)),
        "memberships": memberships,
        "error": request.session.pop("profile_error", ""),
    }
    return render(request, "accounts/account.html", context)


@login_required
@require_POST
def profile(request: Any) -> HttpResponse:
    """Name and language."""
    name, language = request.POST.get("name", "").strip(), request.POST.get("language", "")
    answer = HttpResponseRedirect(reverse("account"))
    if len(name) > LONGEST_NAME or not name.isprintable():
        request.session["profile_error"] = _("A name has at most %(most)d letters and no line ends.") % {
            "most": LONGEST_NAME
        }
        return answer
    request.user.name = name
    if language in dict(settings.LANGUAGES):
        request.user.language = language
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        keep_language(request, answer, language)
    request.user.save(update_fields=["name", "language"])
    messages.success(request, _("Saved."))
    return answer


@login_required
@never_cache
@require_GET
def session_list(request: Any) -> HttpResponse:
    """Where one is logged in, with the salons that were entered from there."""
    rows = [
        {
            "row": row,
            "device": agents.words(row.agent),
            "is_this": sessions.is_this(request, row),
            "salons": [one.salon_name for one in sessions.entered(request.user, row)],
        }
        for row in sessions.living(request.user)
    ]
    rows.sort(key=lambda one: not one["is_this"])
    return render(request, "accounts/sessions.html", {"rows": rows})


@login_required
@require_POST
def end_session(request: Any, public_id: UUID) -> HttpResponse:
    """End one; of this browser's own one it is a log-out."""
    row = LogIn.objects.filter(user=request.user, public_id=public_id).first()
    if row is None:
        raise Http404
    if sessions.is_this(request, row):
        get_adapter().logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    sessions.end_one(request.user, str(public_id))
    messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("account_sessions"))


@login_required
@require_POST
def end_others(request: Any) -> HttpResponse:
    """Log out everywhere but here."""
    sessions.end_others(request.user, but=request.session.session_key)
    messages.success(request, _("You are logged in here only."))
    return HttpResponseRedirect(reverse("account_sessions"))


@login_required
@reauthentication_required()
@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: Any) -> HttpResponse:
    """Delete the account, after its address was typed; not while a salon would be without an owner."""
    context: dict[str, Any] = {"salons": _ways_out(deleting.only_owner_of(request.user)), "error": ""}
    if request.method == "POST" and not context["salons"]:
        if request.POST.get("email", "").strip().lower() != request.user.email.lower():
            context["error"] = _("Write your own address, %(email)s.") % {"email": request.user.email}
        else:
            try:
                deleting.delete_account(User.objects.get(pk=request.user.pk))
            except deleting.OwnsSalons as error:
                context["salons"] = _ways_out(error.salons)
            except StorageError:
                context["error"] = _("This cannot be done right now. Try again in a few minutes.")
            except deleting.IsOperator:
                context["error"] = _("You run this platform: have another operator take that right away first.")
            else:
                logout(request)
                return render(request, "accounts/deleted.html")
    status = 200 if request.method == "GET" else 400
    return render(request, "accounts/delete.html", context, status=status)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Send the link that confirms an address again; the answer is the same whoever asks for whatever address."""
    limited = ratelimit.consume(request, app="accounts", action="again", config=AGAIN_RATE)
    if not limited:
        return render(request, "429.html", status=429)
    email = str(request.POST.get("email", "")).strip().lower()[:254]
    address = EmailAddress.objects.filter(email=email, verified=False, user__is_active=True).first()
    if address is not None:
        send_verification_email_to_address(request, address, signup=True)
    else:
        _as_much_work(request, email)
    messages.info(request, _("If that address waits to be confirmed, a new link is on its way."))
    return HttpResponseRedirect(reverse("account_email_verification_sent"))


def _as_much_work(request: HttpRequest, email: str) -> None:
    """A mail that is written and not sent, so that the time does not tell whether an address is known."""
    adapter = get_adapter(request)
    ratelimit.consume(request, app="allauth.account", action="confirm_email", key=email, limit_get=True)
    link = adapter.get_email_confirmation_url(request, EmailConfirmationHMAC(EmailAddress(pk=0, email=email)))
    words = {"user": User(email=email), "activate_url": link, "email": email, "request": request}
    post.put(adapter.render_mail("account/email/email_confirmation_signup", email, words), is_real=False)


def _ways_out(salons: list[Salon]) -> list[dict[str, str]]:
    """For each salon the page on which it is handed to somebody else."""
    return [{"name": salon.name, "url": enter_url(salon, next_path="/settings/people/")} for salon in salons]
