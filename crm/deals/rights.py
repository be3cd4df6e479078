"""Who sees which deals and tasks: those whose guest they may see."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from crm.contacts.merging import kept_of
from crm.contacts.models import Contact
from crm.deals.models import Deal, Task
from tenants.members.models import Member


def visible_deals(who: Member) -> QuerySet[Deal]:
    """The deals they may see."""
    return Deal.objects.all()


def visible_tasks(who: Member) -> QuerySet[Task]:
    """The tasks they may see: their own, those of nobody in particular, those of guests they may see."""
    return Task.objects.all()


def deal_or_404(who: Member, public_id: UUID) -> Deal:
    """The deal with all that a page shows of it. Raises Http404."""
    found = visible_deals(who).select_related("stage__pipeline", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def task_or_404(who: Member, public_id: UUID) -> Task:
    """The task. Raises Http404."""
    found = visible_tasks(who).select_related("deal", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def contact_or_404(who: Member, public_id: UUID) -> Contact:
    """The contact, or whom they have become part of. Raises Http404."""
    found = kept_of(public_id)
    if found is None:
        raise Http404
    return found


def visible_contacts(who: Member) -> QuerySet[Contact]:
    """The contacts they may see."""
    return Contact.objects.all()
