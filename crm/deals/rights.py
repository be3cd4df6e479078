"""Who sees which deals and tasks: those whose guest they may see (crm.inbox.rights)."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from crm.deals.models import Deal, Task
from crm.inbox.rights import Who, sees_own_only, visible_contacts


def visible_deals(who: Who) -> QuerySet[Deal]:
    """The deals they may see."""
    found = Deal.objects.all()
    return found.filter(contact__in=visible_contacts(who).values("pk")) if sees_own_only(who) else found


def visible_tasks(who: Who) -> QuerySet[Task]:
    """The tasks they may see: those of no guest, and those of guests they may see."""
    found = Task.objects.all()
    if not sees_own_only(who):
        return found
    return found.filter(Q(contact=None) | Q(contact__in=visible_contacts(who).values("pk")))


def deal_or_404(who: Who, public_id: UUID) -> Deal:
    """The deal with all that a page shows of it. Raises Http404."""
    found = visible_deals(who).select_related("stage__pipeline", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def task_or_404(who: Who, public_id: UUID) -> Task:
    """The task. Raises Http404."""
    found = visible_tasks(who).select_related("deal", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
