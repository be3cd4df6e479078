"""Connecting a number, or giving it a new token: by Meta's dialog or by a token that was pasted."""

from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_wa.numbers import actions, connecting, signup
from channels_wa.numbers.connecting import CannotConnect
from channels_wa.numbers.forms import NumberForm, PinForm, TokenForm
from channels_wa.numbers.models import Number, Signup
from channels_wa.numbers.pages.number import context_of, own_number
from channels_wa.numbers.queries import own_numbers
from channels_wa.numbers.shown import card_of
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon
from tenants.sharing.checking import check_thing
from tenants.sharing.rights import Right

MANUAL, EMBEDDED = "manual", "embedded"


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE)
def connect(request: SalonRequest) -> HttpResponse:
    """The two ways; the form of the second one."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = connecting.verify(**form.cleaned_data)
            made = connecting.begin(request.salon.pk, new, via=MANUAL, by=request.member)
        except CannotConnect as error:
            form.refuse(error.problem)
        else:
            return HttpResponseRedirect(_page(made))
    context = {"form": form, "dialog": signup.is_possible()}
    return render(request, "numbers/connect.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE, shared="number")
def reconnect(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A new token for a number."""
    found = own_number(public_id)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _take_token(request, form, found):
        return HttpResponseRedirect(_page(found))
    context = {"form": form, "card": card_of(found), "dialog": signup.is_possible()}
    return render(request, "numbers/connect.html", context, status=422 if form.is_bound else 200)


@require_POST
@allowed(Permission.NUMBERS_MANAGE)
def dialog(request: SalonRequest) -> HttpResponse:
    """Begin the way through Meta's dialog."""
    if not signup.is_possible():
        raise Http404
    try:
        number = own_number(UUID(request.POST["number"])) if request.POST.get("number") else None
    except ValueError:
        raise Http404 from None
    address = signup.begin(**_who(request), number=number)
    if request.headers.get("HX-Request"):
        # Not a redirect: the browser would hold it against the page's form-action.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return render(request, "numbers/leave_for_meta.html", {"address": address})


@never_cache
@require_GET
def come_back(request: SalonRequest) -> HttpResponse:
    """On the public host: Meta sends people here. The state, which opens once, is the right."""
    back = signup.come_back(
        request.GET.get("state", ""), code=request.GET.get("code", ""), denied="error" in request.GET
    )
    if back is None:
        return render(request, "numbers/lost.html", status=400)
    row, finish = back
    slug = Salon.objects.values_list("slug", flat=True).get(pk=row.salon_id)
    return HttpResponseRedirect(salon_url(slug, f"/settings/numbers/connect/back/?finish={finish}"))


@never_cache
@require_GET
@allowed(Permission.NUMBERS_MANAGE)
def arrive(request: SalonRequest) -> HttpResponse:
    """On the salon's host again: the same member, in the same session."""
    row = signup.arrive(request.GET.get("finish", ""), **_who(request))
    if row is None:
        toast(request, _("That link was used or is too old. Begin again."), status=400)
        return HttpResponseRedirect(reverse("numbers:connect"))
    return HttpResponseRedirect(reverse("numbers:choose", args=[row.public_id]))


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE)
def choose(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Which of the numbers that the dialog gave us; for a reconnect there is nothing to choose."""
    row = signup.mine(public_id, **_who(request))
    if row is None:
        raise Http404
    if row.step == Signup.Step.FAILED:
        return render(request, "numbers/choose.html", {"signup": row, "error": row.problem})
    if request.method == "GET" and (row.number_id or request.GET.get("part") != "offers"):
        return render(request, "numbers/choose.html", {"signup": row, "is_asking": True})
    try:
        if row.number_id is not None:
            return _renew(request, row)
        offers = signup.offers(row)
        if request.method == "POST":
            return _take(request, row, offers)
    except CannotConnect as error:
        return _offers(request, row, [], str(error.problem.text))
    return _offers(request, row, offers, "")


@require_POST
@allowed(Permission.NUMBERS_MANAGE, shared="number")
def step(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Do the next step of connecting, and show how far it is."""
    found = own_number(public_id)
    form = PinForm(request.POST) if "pin" in request.POST else None
    if form is not None and not form.is_valid():
        return render(request, "numbers/progress.html", {**context_of(request, found), "pin_form": form}, status=422)
    before = found.setup
    problem = connecting.next_step(found, pin=form.cleaned_data["pin"] if form else "")
    context = {**context_of(request, found), "pin_form": PinForm(), "problem": problem}
    answer = render(request, "numbers/progress.html", context)
    if before and not found.setup:
        # Everything else on the page is about a working number now, so it is read anew and says so.
        messages.success(request, _("%(phone)s works.") % {"phone": found.display_phone})
        answer["HX-Refresh"] = "true"
    return answer


def _take(request: SalonRequest, row: Signup, offers: list[signup.Offer]) -> HttpResponse:
    wanted = request.POST.get("phone_number_id", "")
    chosen = next((offer for offer in offers if offer.facts.phone_number_id == wanted), None)
    if chosen is None:
        return _offers(request, row, offers, _("Choose one of the numbers."))
    new = connecting.verify(signup.token_of(row), phone_number_id=wanted, waba_id=chosen.waba_id)
    made = connecting.begin(request.salon.pk, new, via=EMBEDDED, by=request.member)
    signup.end(row)
    return _go(request, _page(made))


def _renew(request: SalonRequest, row: Signup) -> HttpResponse:
    found = get_object_or_404(own_numbers(), pk=row.number_id or 0)
    check_thing(request.member, "number", found.public_id, Right.EDIT)
    token = signup.token_of(row)
    connecting.verify(token, phone_number_id=found.phone_number_id, waba_id=found.waba_id)
    actions.give_token(found, token, via=EMBEDDED, by=request.member)
    signup.end(row)
    return _go(request, _page(found))


def _take_token(request: SalonRequest, form: TokenForm, found: Number) -> bool:
    token = form.cleaned_data["token"]
    try:
        connecting.verify(token, phone_number_id=found.phone_number_id, waba_id=found.waba_id)
    except CannotConnect as error:
        form.refuse(error.problem)
        if error.problem.field not in form.fields and error.problem.field:
            form.add_error("token", _("This token does not reach this number."))
        return False
    actions.give_token(found, token, via=MANUAL, by=request.member)
    return True


def _offers(request: SalonRequest, row: Signup, offers: list[signup.Offer], error: str) -> HttpResponse:
    context = {"signup": row, "offers": offers, "error": error}
    template = "numbers/choose.html#offers" if request.headers.get("HX-Request") else "numbers/choose.html"
    return render(request, template, context)


class _Who(TypedDict):
    salon_id: int
    user_id: int
    session_key: str


def _who(request: SalonRequest) -> _Who:
    return _Who(
        salon_id=request.salon.pk, user_id=request.member.user_id, session_key=request.session.session_key or ""
    )


def _go(request: SalonRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page(number: Number) -> str:
    return reverse("numbers:number", args=[number.public_id])
