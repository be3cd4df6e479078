"""Writing a note among the messages of a conversation, and whom one may name in it."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.contacts import notes
from crm.inbox.rights import conversation_or_404
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member


@require_POST
@allowed(Permission.INBOX_ANSWER)
def note(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Write one; it appears by the socket, for everyone who watches."""
    found = conversation_or_404(request.member, public_id)
    try:
        notes.add(found.contact, request.POST.get("text", ""), by=request.member, conversation_id=found.pk)
    except notes.NotPossible as problem:
        return toast(request, str(problem), status=422)
    return add_event(toast(request, _("Noted for your colleagues")), "note-written")


@require_GET
@allowed(Permission.INBOX_ANSWER)
def colleagues(request: SalonRequest) -> HttpResponse:
    """Names that a note may hold after @."""
    people = Member.objects.filter(is_active=True).exclude(pk=request.member.pk).exclude(name="")
    return JsonResponse({"names": list(people.order_by("name", "pk").values_list("name", flat=True))})
