"""What guests see of a number, and its PIN: read and changed at Meta, nothing of it is kept here but the PIN's seal."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_wa.adapters.cloud_api.graph import GraphClient, GraphError
from channels_wa.numbers import actions, meta, words
from channels_wa.numbers.forms import PinForm, ProfileForm
from channels_wa.numbers.pages.number import context_of, own_number
from channels_wa.numbers.words import PIN
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


@require_http_methods(["GET", "POST"])
@allowed(Permission.NUMBERS_MANAGE, shared="number")
def profile(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The profile as a part of the page: it comes when WhatsApp has answered."""
    found = own_number(public_id)
    client = GraphClient(actions.token_of(found))
    context = {"card": context_of(request, found)["card"]}
    if request.method == "GET":
        try:
            form = ProfileForm.showing(meta.profile(client, found.phone_number_id))
        except GraphError as error:
            return render(request, "numbers/profile.html", {**context, "problem": words.refused(error)})
        return render(request, "numbers/profile.html", {**context, "form": form})
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            meta.save_profile(client, found.phone_number_id, form.as_meta())
        except GraphError as error:
            form.refuse(words.refused(error))
        else:
            actions.note_act(found, "number.profile_changed", by=request.member)
            answer = render(request, "numbers/profile.html", {**context, "form": form})
            return add_toast(answer, _("Guests see the new profile."))
    return render(request, "numbers/profile.html", {**context, "form": form}, status=422)


@require_POST
@allowed(Permission.NUMBERS_MANAGE, shared="number")
def pin(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Set the PIN of two-step verification."""
    found = own_number(public_id)
    form = PinForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data["pin"]
        try:
            meta.set_pin(GraphClient(actions.token_of(found)), found.phone_number_id, chosen)
        except GraphError as error:
            form.refuse(words.refused(error, about=PIN))
        else:
            actions.keep_pin(found, chosen)
            actions.note_act(found, "number.pin_set", by=request.member)
            context = {**context_of(request, found), "pin_form": PinForm()}
            return add_toast(render(request, "numbers/pin.html", context), _("The new PIN is set. Keep it safe."))
    context = {**context_of(request, found), "pin_form": form}
    return render(request, "numbers/pin.html", context, status=422)
