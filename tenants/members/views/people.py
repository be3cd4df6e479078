"""/settings/people/: who works here, as what, and how that changes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.membership import roles_in
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.members import inviting, ownership, people
from tenants.members.facts import holdings_of
from tenants.members.forms import RoleChoice
from tenants.members.models import Member
from tenants.members.people import OutOfReach, Unknown
from tenants.members.reading import people_of, person_of
from tenants.salons.actions import LastOwner


@never_cache
@require_GET
@allowed(Permission.MEMBERS_MANAGE)
def listed(request: SalonRequest) -> HttpResponse:
    """Everybody, and who is invited."""
    before = request.GET.get("before", "")
    found, page = people_of(request.salon, request.member, before=before)
    context: dict[str, Any] = {
        "people": found,
        "next_url": page.next_url(reverse("people:list")),
        "is_next": bool(before),
    }
    if not before:
        names = {one.role: one.label for one in roles_in(request.salon.pk)}
        context |= {
            "invitations": [(one, names.get(one.role, "")) for one in inviting.open_ones(request.salon)],
            "offer": ownership.offer_of(request.salon),
            "may_manage_salon": request.member.may(Permission.SALON_MANAGE),
            "may_manage_roles": request.member.may(Permission.ROLES_MANAGE),
        }
    name = "members/people.html" + ("#people" if is_fragment(request) else "")
    return render(request, name, context)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def person(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One of them; a POST gives another role."""
    member = get_object_or_404(Member, public_id=public_id)
    found = person_of(request.salon, member, request.member)
    if found is None:
        raise Http404
    roles = people.may_be_given(request.salon.pk, request.member)
    form = RoleChoice(request.POST or None, roles=roles, initial={"role": found.rights.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        words = _("%(name)s has another role; it counts from now on") % {"name": member.name}
        return _done(request, member, lambda: people.change_role(request.salon, member, role, by=request.member), words)
    context = {"person": found, "form": form, "holdings": holdings_of(member)}
    return render(request, "members/person.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def switch_off(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """They come in no more, until they are switched on."""
    member = get_object_or_404(Member, public_id=public_id)
    words = _("%(name)s is switched off and comes in no more") % {"name": member.name}
    return _done(request, member, lambda: people.switch_off(request.salon, member, by=request.member), words)


@require_POST
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def switch_on(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """They come in again."""
    member = get_object_or_404(Member, public_id=public_id)
    words = _("%(name)s may come in again") % {"name": member.name}
    return _done(request, member, lambda: people.switch_on(request.salon, member, by=request.member), words)


@require_POST
@allowed(Permission.MEMBERS_MANAGE)
@fresh
def remove(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """They belong to the salon no more."""
    member = get_object_or_404(Member, public_id=public_id)
    words = _("%(name)s was removed; what they wrote keeps their name") % {"name": member.name}
    return _done(request, member, lambda: people.remove(request.salon, member, by=request.member), words)


def why_not(error: Exception) -> str:
    """What a person reads where an act was refused."""
    if isinstance(error, LastOwner):
        return _("The salon needs an owner: make somebody else an owner first.")
    if isinstance(error, OutOfReach):
        return _("This is not yours to change: their role may do more than yours.")
    return _("Somebody else has changed this meanwhile. Look again.")


def _done(request: SalonRequest, member: Member, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it, and go to the list; refused, stay where one sees the person."""
    try:
        act()
    except (LastOwner, OutOfReach) as error:
        messages.error(request, why_not(error))
        return HttpResponseRedirect(reverse("people:person", args=[member.public_id]), status=303)
    except Unknown:
        raise Http404 from None
    messages.success(request, words)
    return HttpResponseRedirect(reverse("people:list"), status=303)
