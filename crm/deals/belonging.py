"""What a member has to do and to sell, and what becomes of it when they go (MEMBER_HOLDINGS, MEMBER_LEAVING_STEPS)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.deals.actions import deals, tasks
from crm.deals.models import Deal, Task
from tenants.members.models import Member


def holds(member: Member) -> str:
    """The open deals and tasks that are theirs."""
    own_deals, own_tasks = (
        Deal.objects.filter(owner=member, closed_at=None),
        Task.objects.filter(owner=member, done_at=None),
    )
    of_deals, of_tasks = own_deals.count(), own_tasks.count()
    said = []
    if of_deals:
        said.append(ngettext("%(count)d open deal", "%(count)d open deals", of_deals) % {"count": of_deals})
    if of_tasks:
        said.append(ngettext("%(count)d task", "%(count)d tasks", of_tasks) % {"count": of_tasks})
    return _(" and ").join(said)


def hand_back(member: Member, *, for_good: bool, by: Member | None) -> None:
    """Their open deals and tasks are nobody's."""
    for deal in Deal.objects.filter(owner=member, closed_at=None).order_by("pk"):
        deals.change(deal, {"owner": None}, by=by or member)
    for task in Task.objects.filter(owner=member, done_at=None).order_by("pk"):
        tasks.change(task, {"owner": None}, by=by or member)
