"""What is known of the guest, beside their conversation; on a phone a sheet over it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.contacts import tags
from crm.contacts.shown import about
from crm.inbox.handling import handling_of, people_and_teams
from crm.inbox.models import Conversation
from crm.inbox.rights import conversation_or_404, visible_conversations
from crm.inbox.rows import Row, rows_of
from crm.inbox.talk import talk_of
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_EARLIER = 5


@require_GET
@allowed(Permission.INBOX_SEE)
def panel(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The whole panel, or who answers (?part=answers), which is read again when that changes."""
    found, member = conversation_or_404(request.member, public_id), request.member
    context: dict[str, Any] = {
        "talk": talk_of(found, now=clock.now()),
        "handling": handling_of(found, member),
        "may_answer": member.may(Permission.INBOX_ANSWER),
    }
    if context["may_answer"]:
        context |= people_and_teams(request)
    if request.GET.get("part") == "answers":
        return render(request, "crm/panel_answers.html", context)
    may_edit = member.may(Permission.CONTACTS_EDIT)
    context |= {
        "contact": about(found.contact),
        "may_edit": may_edit,
        "tags": tags.names() if may_edit else [],
        "earlier": _earlier(request, found),
        "sees_deals": member.may(Permission.DEALS_SEE),
        "sees_bookings": member.may(Permission.BOOKINGS_SEE),
        "sees_runs": member.may(Permission.EXECUTIONS_SEE),
    }
    return render(request, "crm/panel.html", context)


def _earlier(request: SalonRequest, found: Conversation) -> list[Row]:
    """Other conversations with the guest, over other numbers or from before."""
    others = visible_conversations(request.member).filter(contact_id=found.contact_id).exclude(pk=found.pk)
    return rows_of(list(others.select_related("contact", "assignee", "team").order_by("-last_at")[:MOST_EARLIER]))
