"""Inviting people: by e-mail, sent again, taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.members import inviting
from tenants.members.forms import InviteForm
from tenants.members.people import OutOfReach, Unknown, may_be_given
from tenants.members.views.people import why_not
from tenants.salons.models import Invitation


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def invite(request: SalonRequest) -> HttpResponse:
    """Ask somebody to come."""
    roles = [one for one in may_be_given(request.salon.pk, request.member) if not one.may(Permission.SALON_MANAGE)]
    # The least of the built-in ones that answer guests: most who come are receptionists.
    form = InviteForm(request.POST or None, roles=roles, initial={"role": "receptionist"})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            inviting.invite(request.salon, email, form.cleaned_data["role"], by=request.member)
        except inviting.AlreadyHere:
            form.add_error("email", _("Somebody with this address works here already."))
        except inviting.TooMany:
            form.add_error("email", _("An e-mail left a moment ago, or you invited very many today. Try again later."))
        except (OutOfReach, Unknown) as error:
            form.add_error("role", why_not(error))
        else:
            messages.success(request, _("The invitation to %(email)s is on its way") % {"email": email})
            return HttpResponseRedirect(reverse("people:list"), status=303)
    return render(request, "members/invite.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_POST
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def send_again(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A new link; the old one opens nothing any more."""
    found = get_object_or_404(Invitation, public_id=public_id, salon=request.salon)
    try:
        inviting.send_again(request.salon, found, by=request.member)
    except inviting.TooMany:
        messages.error(request, _("An e-mail left a moment ago. Give it a minute."))
    except OutOfReach as error:
        messages.error(request, why_not(error))
    except Unknown:
        raise Http404 from None
    else:
        messages.success(request, _("A new link is on its way to %(email)s") % {"email": found.email})
    return HttpResponseRedirect(reverse("people:list"), status=303)


@require_POST
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def revoke(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The link opens nothing any more."""
    found = get_object_or_404(Invitation, public_id=public_id, salon=request.salon)
    try:
        inviting.revoke(request.salon, found, by=request.member)
    except OutOfReach as error:
        messages.error(request, why_not(error))
    except Unknown:
        raise Http404 from None
    else:
        messages.success(request, _("The invitation to %(email)s is taken back") % {"email": found.email})
    return HttpResponseRedirect(reverse("people:list"), status=303)
