"""Who looks after a conversation: shown in its head, changed from there and from the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.inbox import assigning, snoozing, teams
from crm.inbox.models import Conversation, Team
from crm.inbox.rights import conversation_or_404
from ops import clock
from portal.frame import moments
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_event, add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

CHANGED = "talk-changed"


@dataclass(frozen=True)
class Handling:
    """Who has a conversation, and until when it is put away."""

    public_id: UUID
    assignee: str
    is_mine: bool
    team: str
    is_open: bool
    snoozed_until: datetime | None
    assignee_id: int | None = None
    team_id: int | None = None

    @property
    def is_nobodys(self) -> bool:
        """Whether it can be taken."""
        return not self.assignee


def handling_of(found: Conversation, member: Member) -> Handling:
    """As the member sees it."""
    return Handling(
        public_id=found.public_id,
        assignee=found.assignee.name if found.assignee else "",
        is_mine=found.assignee_id == member.pk,
        team=found.team.name if found.team else "",
        is_open=found.closed_at is None,
        snoozed_until=found.snoozed_until,
        assignee_id=found.assignee_id,
        team_id=found.team_id,
    )


@require_GET
@allowed(Permission.INBOX_ANSWER)
def choices(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Whom one may give it to, and until when one may put it away: what the menu shows when it opens."""
    found = conversation_or_404(request.member, public_id)
    context = {"handling": handling_of(found, request.member), **people_and_teams(request)}
    return render(request, "crm/handling_choices.html", context)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def take(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Answer it oneself; of two at once one wins, and the other is told who."""
    found = conversation_or_404(request.member, public_id)
    try:
        assigning.take(conversation=found, by=request.member)
    except assigning.AlreadyTaken as taken:
        return add_event(toast(request, str(taken), status=409), CHANGED)
    return add_event(toast(request, _("It is yours"), undo_url=_give_url(public_id, "nobody")), CHANGED)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def give(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Give it to a member or a team (?to=member:<id>, team:<id>, nobody, no_team)."""
    found = conversation_or_404(request.member, public_id)
    to = request.GET.get("to") or request.POST.get("to", "")
    undo = _give_url(public_id, f"member:{found.assignee.public_id}" if found.assignee else "nobody")
    words = give_to(request, [found.pk], to)
    # Whoever sees only what is theirs may have given it out of their own sight.
    return add_event(toast(request, words, undo_url=undo if not to.startswith("team") else ""), CHANGED)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def snooze(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Put it away (until=hour, tomorrow, week, or date with a moment in `at`)."""
    found = conversation_or_404(request.member, public_id)
    try:
        until = snoozing.moment_of(request.POST.get("until", ""), request.POST.get("at", ""))
    except snoozing.NotThen:
        return toast(request, _("Choose a moment that is still to come, within a year."), status=422)
    if not snoozing.snooze([found.pk], until=until, by=request.member):
        return toast(request, _("A closed conversation is away already."), status=409)
    words = _("Put away until %(moment)s") % {"moment": said(until)}
    return add_event(toast(request, words, undo_url=reverse("inbox:wake", args=[public_id])), CHANGED)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def wake(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Bring it back now."""
    found = conversation_or_404(request.member, public_id)
    snoozing.wake([found.pk], by=request.member)
    return add_event(toast(request, _("It is back in the list")), CHANGED)


@require_POST
@allowed(Permission.INBOX_ANSWER)
def away(request: SalonRequest) -> HttpResponse:
    """Be left out when conversations go round (?on=1), or be there again (?on=0)."""
    on = request.GET.get("on") == "1"
    teams.set_away(request.member, on=on, by=request.member)
    words = _("You are away: new conversations go to the others") if on else _("You are back: it will be your turn")
    if not is_fragment(request):
        return toast(request, words)
    shown = render(request, "portal/away.html", {"is_away": on, "may_be_away": True, "place": request.GET.get("place")})
    return add_toast(shown, words)


def people_and_teams(request: SalonRequest) -> dict[str, Any]:
    """Whom a conversation may be given to."""
    return {
        "people": assigning.people_of(request.salon.pk),
        "teams": list(Team.objects.order_by("name")),
        "me": request.member,
    }


def give_to(request: SalonRequest, conversation_ids: list[int], to: str) -> str:
    """Give conversations to whom `to` names, in words what was done. Raises Http404 for nobody of this salon."""
    kind, _colon, public_id = to.partition(":")
    if to == "nobody":
        assigning.give(conversation_ids, member=None, by=request.member)
        return _("It is nobody's now")
    if to == "no_team":
        assigning.give_to_team(conversation_ids, team=None, by=request.member)
        return _("It belongs to no team now")
    try:
        wanted = UUID(public_id)
    except ValueError:
        raise Http404 from None
    if kind == "team":
        team = Team.objects.filter(public_id=wanted).first()
        if team is None:
            raise Http404
        assigning.give_to_team(conversation_ids, team=team, by=request.member)
        return _("Given to %(name)s") % {"name": team.name}
    member = next((one for one in assigning.people_of(request.salon.pk) if one.public_id == wanted), None)
    if member is None or kind != "member":
        raise Http404
    assigning.give(conversation_ids, member=member, by=request.member)
    return _("Given to %(name)s") % {"name": member.name}


def said(until: datetime) -> str:
    """A moment to come, in words."""
    return moments.to_come(until, now=clock.now())


def _give_url(public_id: UUID, to: str) -> str:
    return f"{reverse('inbox:give', args=[public_id])}?to={to}"
