"""The list of numbers, and one number."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_wa.numbers import actions, checking
from channels_wa.numbers.connecting import progress
from channels_wa.numbers.forms import SignatureForm
from channels_wa.numbers.leaving import leave
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers, own_numbers_ever
from channels_wa.numbers.sharing import NUMBER
from channels_wa.numbers.shown import card_of
from channels_wa.numbers.words import read
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.queries import may_on, visible
from tenants.sharing.rights import Right

FORMER_SHOWN = 20


def own_number(public_id: UUID) -> Number:
    """A connected number of this salon. Raises Http404."""
    return get_object_or_404(own_numbers(), public_id=public_id)


@require_GET
@allowed(Permission.NUMBERS_SEE, shared=NUMBER)
def numbers(request: SalonRequest) -> HttpResponse:
    """All numbers of the salon, the disconnected ones below."""
    rows = list(visible(request.member, own_numbers().order_by("-is_default", "pk"), NUMBER))
    gone = own_numbers_ever().filter(state=Number.State.DISCONNECTED).order_by("-disconnected_at")
    former = visible(request.member, gone, NUMBER)[:FORMER_SHOWN]
    context = {
        "numbers": [card_of(row) for row in rows],
        "former": [card_of(row) for row in former],
        "may_manage": request.member.may(Permission.NUMBERS_MANAGE),
    }
    return render(request, "numbers/list.html", context)


@require_GET
@allowed(Permission.NUMBERS_SEE, shared=NUMBER)
def number(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One number: how it is, and what can be done about it."""
    found = get_object_or_404(own_numbers_ever(), public_id=public_id)
    return render(request, "numbers/number.html", context_of(request, found))


def context_of(request: SalonRequest, found: Number) -> dict[str, Any]:
    """What the number's page and its parts need."""
    return {
        "card": card_of(found),
        "steps": progress(found) if found.setup else [],
        "problem": read(found.setup_problem) if found.setup_problem else None,
        "may_manage": may_on(request.member, NUMBER, found.public_id, Right.EDIT) and found.is_connected,
        "may_leave": may_on(request.member, NUMBER, found.public_id, Right.DELETE) and found.is_connected,
        "signature_form": SignatureForm(initial={"signature": found.signature}),
        "sees_flows": request.member.may(Permission.FLOWS_SEE),
    }


@require_POST
@allowed(Permission.NUMBERS_MANAGE, shared=NUMBER)
def check(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Ask WhatsApp how the number is, now."""
    found = own_number(public_id)
    checked = checking.check(found, with_token=True)
    found.refresh_from_db()
    answer = render(request, "numbers/number.html#status", {**context_of(request, found), "checked": checked})
    if checked.problem is not None:
        return add_toast(answer, str(checked.problem.text), kind="danger")
    return add_toast(answer, _("WhatsApp was asked just now."))


@require_POST
@allowed(Permission.NUMBERS_MANAGE, shared=NUMBER)
def make_default(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Let new conversations begin from this number."""
    found = own_number(public_id)
    actions.make_default(found, by=request.member)
    answer = render(request, "numbers/number.html#status", context_of(request, found))
    return add_toast(answer, _("New conversations begin from this number."))


@require_POST
@allowed(Permission.NUMBERS_MANAGE, shared=NUMBER)
def sign(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Set the signature of what people write."""
    found = own_number(public_id)
    form = SignatureForm(request.POST)
    if not form.is_valid():
        context = {**context_of(request, found), "signature_form": form}
        return render(request, "numbers/signature.html", context, status=422)
    actions.change(found, by=request.member, signature=form.cleaned_data["signature"].strip())
    answer = render(request, "numbers/signature.html", context_of(request, found))
    return add_toast(answer, _("Saved."))


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE, shared=NUMBER, right=Right.DELETE)
def disconnect(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Ask once more, then disconnect."""
    found = own_number(public_id)
    if request.method == "GET":
        return render(request, "numbers/disconnect.html", {"card": card_of(found)})
    if request.POST.get("sure") != "yes":
        text = _("Tick the box to say that you mean it.")
        return render(request, "numbers/disconnect.html", {"card": card_of(found), "error": text}, status=422)
    problem = leave(found, deregister=request.POST.get("deregister") == "yes", by=request.member)
    if problem is not None:
        words = _("%(phone)s is disconnected here. WhatsApp said: %(words)s")
        toast(request, words % {"phone": found.display_phone, "words": problem.text}, status=409)
    else:
        toast(request, _("%(phone)s is disconnected.") % {"phone": found.display_phone})
    return HttpResponseRedirect(reverse("numbers:list"))
