"""Who sees what in the inbox, and the teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_wa.numbers.queries import own_numbers
from crm.consent import policy
from crm.inbox import assigning, teams
from crm.inbox.live import tell_rules
from crm.inbox.models import Team
from crm.inbox.settings.forms import SeeingForm, TeamForm
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def seeing(request: SalonRequest) -> HttpResponse:
    """The roles that see less than all."""
    form = SeeingForm(request.POST if request.method == "POST" else None, policy=policy.stored())
    if request.method == "POST" and form.is_valid():
        policy.change(dict(form.cleaned_data), by=request.member)
        tell_rules()
        if not is_fragment(request):
            return HttpResponseRedirect(reverse("inbox_settings:seeing"), status=303)
        saved = _shown(request, SeeingForm(policy=policy.stored()))
        return add_toast(saved, _("Saved; it holds within seconds, for open pages too"))
    return _shown(request, form, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def new_team(request: SalonRequest) -> HttpResponse:
    """Make a team."""
    return _team(request, None)


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def team(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Change a team."""
    return _team(request, get_object_or_404(Team, public_id=public_id))


@require_POST
@allowed(Permission.INBOX_MANAGE)
def delete_team(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """End a team."""
    found = get_object_or_404(Team, public_id=public_id)
    teams.delete(found, by=request.member)
    messages.success(request, _("The team %(name)s is gone") % {"name": found.name})
    return HttpResponseRedirect(reverse("inbox_settings:seeing"), status=303)


def _team(request: SalonRequest, found: Team | None) -> HttpResponse:
    people, numbers = assigning.people_of(request.salon.pk), list(own_numbers().order_by("pk"))
    initial = (
        {
            "name": found.name,
            "members": found.members,
            "number_ids": found.number_ids,
            "takes_turns": found.takes_turns,
        }
        if found
        else {}
    )
    given = request.POST if request.method == "POST" else None
    form = TeamForm(given, initial=initial, people=people, numbers=numbers)
    if given is not None and form.is_valid():
        try:
            saved = teams.save(found, dict(form.cleaned_data), by=request.member)
        except teams.NameTaken:
            form.add_error("name", _("Another team has this name."))
        else:
            messages.success(request, _("The team %(name)s is saved") % {"name": saved.name})
            return HttpResponseRedirect(reverse("inbox_settings:seeing"), status=303)
    context = {"form": form, "team": found}
    return render(request, "crm/inbox_settings/team.html", context, status=200 if given is None else 422)


def _teams() -> list[dict[str, Any]]:
    """The teams with the names of their people and numbers."""
    names = dict(Member.objects.values_list("pk", "name"))
    phones = dict(own_numbers().values_list("pk", "display_phone"))
    return [
        {
            "public_id": one.public_id,
            "name": one.name,
            "members": [names[pk] for pk in one.members if pk in names],
            "numbers": [phones[pk] for pk in one.number_ids if pk in phones],
            "takes_turns": one.takes_turns,
        }
        for one in Team.objects.order_by("name")
    ]


def _shown(request: SalonRequest, form: SeeingForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "teams": _teams()}
    name = "crm/inbox_settings/seeing.html" + ("#form" if is_fragment(request) else "")
    return render(request, name, context, status=status)
