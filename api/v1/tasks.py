"""/api/v1/tasks/: what somebody has to do."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import invalid
from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.filters import IdFilter, InstantFilter, YesNoFilter
from api.idempotency import idempotent
from api.v1.deals import own_members
from api.viewset import SalonViewSet
from crm.contacts.models import Contact
from crm.deals.actions import tasks as actions
from crm.deals.models import Deal, Task
from crm.deals.rights import visible_deals, visible_tasks
from crm.inbox.rights import visible_contacts
from tenants.access.roles import Permission
from tenants.members.models import Member

EXAMPLE = {
    "id": "019a1f82-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "kind": "call",
    "text": "Ligar para combinar a prova",
    "deal": "019a1f81-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "owner": None,
    "due_at": "2026-11-25T13:00:00Z",
    "done_at": None,
    "created_at": "2026-11-20T15:00:00Z",
}


@described("Task", EXAMPLE)
class TaskOut(serializers.Serializer[Any]):
    """Something to do."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Task.Kind.values)
    text = serializers.CharField()
    deal = serializers.UUIDField(allow_null=True)
    contact = serializers.UUIDField(allow_null=True)
    owner = serializers.UUIDField(allow_null=True, help_text="A member of the team, who is reminded.")
    due_at = Instant(allow_null=True)
    done_at = Instant(allow_null=True)
    created_at = Instant()


class _TaskValues(Body):
    kind = serializers.ChoiceField(choices=Task.Kind.values, required=False)
    text = serializers.CharField(max_length=300, required=False)
    owner = PublicIdField(own_members, what="member", required=False, allow_null=True)
    due_at = Instant(required=False, allow_null=True)


class TaskIn(_TaskValues):
    """A new task; of a deal it has the deal's contact."""

    text = serializers.CharField(max_length=300)
    deal = PublicIdField(Deal.objects, what="deal", required=False, allow_null=True)
    contact = PublicIdField(Contact.objects, what="contact", required=False, allow_null=True)


class TaskPatch(_TaskValues):
    """What to change."""

    is_done = serializers.BooleanField(required=False)


class TaskFilter(django_filters.FilterSet):
    """Filters of the list."""

    deal = IdFilter("deal_id", rows=Deal.objects, what="deal")
    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    owner = IdFilter("owner_id", rows=Member.objects, what="owner")
    is_done = YesNoFilter(method="by_done")
    due_after = InstantFilter("due_at", "gte")
    due_before = InstantFilter("due_at", "lt")

    def by_done(self, rows: Any, _name: str, value: bool) -> Any:
        """Those that are done, or are not."""
        return rows.filter(done_at__isnull=not value)


class TaskViewSet(SalonViewSet[Task]):
    """What the team has to do."""

    what = "task"
    permissions = {
        "list": Permission.DEALS_SEE,
        "retrieve": Permission.DEALS_SEE,
        "create": Permission.DEALS_EDIT,
        "partial_update": Permission.DEALS_EDIT,
    }
    queryset = Task.objects.all()
    serializer_class = TaskOut
    filterset_class = TaskFilter

    def get_queryset(self) -> QuerySet[Task]:
        """Those that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return Task.objects.none()
        return visible_tasks(self.actor.who).select_related("deal", "contact", "owner")

    def present(self, rows: Sequence[Task]) -> Sequence[object]:
        """With the public ids of all that they name."""
        return [
            {
                "id": row.public_id,
                "kind": row.kind,
                "text": row.text,
                "deal": row.deal.public_id if row.deal else None,
                "contact": row.contact.public_id if row.contact else None,
                "owner": row.owner.public_id if row.owner else None,
                "due_at": row.due_at,
                "done_at": row.done_at,
                "created_at": row.created_at,
            }
            for row in rows
        ]

    @extend_schema(request=TaskIn, responses={201: TaskOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a task."""
        data = self.read(TaskIn)
        deal, contact = data.get("deal"), data.get("contact")
        if deal and not visible_deals(self.actor.who).filter(pk=deal.pk).exists():
            raise invalid("deal", "You may not see this deal.")
        if contact and not visible_contacts(self.actor.who).filter(pk=contact.pk).exists():
            raise invalid("contact", "You may not see this contact.")
        if deal and contact and deal.contact_id != contact.pk:
            raise invalid("contact", "Must be the deal's contact.")
        return self.shown(actions.create(actions.NewTask(**data), by=self.actor.who), status.HTTP_201_CREATED)

    @extend_schema(request=TaskPatch)
    @idempotent
    @transaction.atomic
    def partial_update(self, request: Request, id: str) -> Response:
        """Change it; `is_done` says that it is done, or that it is not after all."""
        task, data = self.load(id), self.read(TaskPatch)
        is_done = data.pop("is_done", None)
        task = actions.change(task, data, by=self.actor.who)
        if is_done is not None:
            task = (actions.finish if is_done else actions.take_up)(task, by=self.actor.who)
        return Response(self.show([task])[0])
