"""Who sees which deals and tasks: those whose guest they may see (crm.inbox.rights), of pipelines that they may see."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from crm.deals.defaults import offered_stages
from crm.deals.models import Deal, Pipeline, Stage, Task
from crm.deals.sharing import PIPELINE
from crm.inbox.rights import Who, sees_own_only, visible_contacts
from tenants.sharing.checking import check_thing
from tenants.sharing.queries import closed_to, may_on, visible
from tenants.sharing.rights import Right


def visible_deals(who: Who) -> QuerySet[Deal]:
    """The deals they may see."""
    found = visible(who, Deal.objects.all(), PIPELINE, field="pipeline__public_id")
    return found.filter(contact__in=visible_contacts(who).values("pk")) if sees_own_only(who) else found


def visible_tasks(who: Who) -> QuerySet[Task]:
    """The tasks they may see: those of no guest, and those of guests they may see; of deals those that they may see."""
    found = Task.objects.all()
    if closed := closed_to(who, PIPELINE):
        found = found.exclude(deal__in=Deal.objects.filter(pipeline__public_id__in=closed).values("pk"))
    if not sees_own_only(who):
        return found
    return found.filter(Q(contact=None) | Q(contact__in=visible_contacts(who).values("pk")))


def visible_stages(who: Who, right: Right = Right.VIEW) -> list[Stage]:
    """The stages of the pipelines in which they may do this, those of the default one first."""
    return list(visible(who, offered_stages(), PIPELINE, right, field="pipeline__public_id"))


def visible_pipelines(who: Who, right: Right = Right.VIEW) -> QuerySet[Pipeline]:
    """The pipelines in use with which they may do this, the default first."""
    rows = Pipeline.objects.filter(archived_at=None).order_by("-is_default", "order", "pk")
    return visible(who, rows, PIPELINE, right)


def works_on(who: Who, deal: Deal) -> bool:
    """Whether they may change this deal."""
    return may_on(who, PIPELINE, deal.stage.pipeline.public_id, Right.EDIT)


def check_stage(who: Who, stage: Stage | None) -> None:
    """Raises Http404 and PermissionDenied for a stage whose pipeline is not theirs to work on."""
    if stage is not None:
        check_thing(who, PIPELINE, stage.pipeline.public_id, Right.EDIT)


def deal_or_404(who: Who, public_id: UUID, *, to_change: bool = False) -> Deal:
    """The deal with all that a page shows of it. Raises Http404; PermissionDenied for one they may only see."""
    found = visible_deals(who).select_related("stage__pipeline", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    if to_change and not works_on(who, found):
        raise PermissionDenied(Right.EDIT.value)
    return found


def task_or_404(who: Who, public_id: UUID) -> Task:
    """The task. Raises Http404."""
    found = visible_tasks(who).select_related("deal", "contact", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
