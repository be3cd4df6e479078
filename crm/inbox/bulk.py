"""The same for several conversations at once, as they are marked in the list; and the sheet of filters."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from channels_wa.numbers.queries import own_numbers
from crm.contacts import tags
from crm.contacts.actions import retag
from crm.contacts.models import Tag
from crm.inbox import handing, snoozing
from crm.inbox.filters import Filter
from crm.inbox.handing import Handing
from crm.inbox.handling import give_to, people_and_teams
from crm.inbox.listing import counts
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from crm.inbox.rights import closed_numbers, visible_conversations
from ops import clock
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

AT_ONCE = 100
DONE = "bulk-done"


@require_GET
@allowed(Permission.INBOX_SEE)
def filters(request: SalonRequest) -> HttpResponse:
    """The sheet in which filters are combined, with the salon's people, teams, numbers and tags."""
    numbers = own_numbers().exclude(pk__in=closed_numbers(request.member)).order_by("pk")
    context = {
        "wanted": Filter.read(request.GET.dict()),
        "numbers": [(str(one.public_id), one.display_phone) for one in numbers],
        "tags": list(Tag.objects.order_by("name").values_list("name", flat=True)[:200]),
        **people_and_teams(request),
    }
    return render(request, "crm/inbox_filters.html", context)


@require_GET
@allowed(Permission.INBOX_SEE)
def counted(request: SalonRequest) -> HttpResponse:
    """The counts above the list, for a page that has heard news."""
    return JsonResponse(counts(request.member, now=clock.now())[0])


@require_GET
@allowed(Permission.INBOX_ANSWER)
def choices(request: SalonRequest) -> HttpResponse:
    """What may be done with the marked ones."""
    return render(request, "crm/bulk_choices.html", people_and_teams(request))


@require_POST
@allowed(Permission.INBOX_ANSWER)
@transaction.atomic
def act(request: SalonRequest) -> HttpResponse:
    """Do one thing (`act`) with the conversations named (`id`, several times); those one may not see are left out."""
    found = _marked(request)
    if not found:
        return toast(request, _("Mark at least one conversation first."), status=422)
    what = request.POST.get("act", "")
    if what.startswith("to="):
        words = give_to(request, [one.pk for one in found], what.removeprefix("to="))
    elif what == "close":
        handing.close([Handing(one.pk, request.member) for one in found])
        words = _counted(ngettext("%(count)d conversation closed", "%(count)d conversations closed", len(found)), found)
    elif what == "snooze":
        snoozing.snooze([one.pk for one in found], until=snoozing.moment_of("tomorrow"), by=request.member)
        words = _("Put away until tomorrow at nine")
    elif what == "tag" and (tag := tags.normal(request.POST.get("tag", ""))):
        if not request.member.may(Permission.CONTACTS_EDIT):
            return toast(request, _("Your role may not change guests."), status=403)
        _tag(found, tag, request)
        words = _("Tagged “%(tag)s”") % {"tag": tag}
    else:
        return toast(request, _("Choose what to do with them."), status=422)
    return add_event(toast(request, words), DONE)


def _marked(request: SalonRequest) -> list[Conversation]:
    wanted = [given for one in request.POST.getlist("id")[:AT_ONCE] if (given := _uuid(one))]
    rows = visible_conversations(request.member).filter(public_id__in=wanted)
    return list(rows.select_related("contact").order_by("pk"))


def _tag(found: list[Conversation], tag: str, request: SalonRequest) -> None:
    # By the contact's id, so that two who do the same never wait for each other.
    contacts = {one.contact_id: one.contact for one in found}
    for _pk, contact in sorted(contacts.items()):
        retag(contact, add=[tag], by=request.member)
    tell_changed(one.pk for one in found)


def _counted(words: str, found: list[Any]) -> str:
    return words % {"count": len(found)}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
