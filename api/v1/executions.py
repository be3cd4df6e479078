"""/api/v1/executions/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict
from api.examples import described
from api.fields import Instant
from api.filters import IdFilter, InstantFilter
from api.idempotency import idempotent
from api.names import public_ids
from api.seeing import Shared
from api.viewset import SalonViewSet
from crm.contacts.models import Contact
from flows.models import Flow, FlowExecution, FlowStep
from flows.runtime.cancelling import NotRunning, cancel
from flows.sharing import FLOW, sees_runs
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f60-0d52-7a31-8f02-64a1f0c7e911",
    "flow": "019a1f5d-2a11-7c44-9c3e-0b4de2f8a777",
    "version": 3,
    "contact": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "status": "waiting",
    "started_at": "2026-11-20T15:00:00Z",
    "steps": [
        {
            "seq": 1,
            "node": "start",
            "type": "start",
            "at": "2026-11-20T15:00:00.012Z",
            "duration_ms": 0.4,
            "event": "passed",
            "changes": {},
            "error": None,
        }
    ],
}


class StepOut(serializers.Serializer[Any]):
    """One visit of one node."""

    seq = serializers.IntegerField()
    node = serializers.CharField()
    type = serializers.CharField()
    at = Instant()
    duration_ms = serializers.FloatField()
    event = serializers.CharField(help_text="passed, waiting, answered, retried, timed_out or failed.")
    changes = serializers.DictField(help_text="Variables that changed: {name: {before, after}}.")
    error = serializers.SerializerMethodField()

    def get_error(self, step: FlowStep) -> str | None:
        """What went wrong; null for nothing."""
        return step.error or None


@described("Execution", EXAMPLE)
class ExecutionOut(serializers.Serializer[Any]):
    """One contact's run through one version of a flow."""

    id = serializers.UUIDField()
    flow = serializers.UUIDField()
    version = serializers.IntegerField()
    contact = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=FlowExecution.Status.choices)
    started_at = Instant()
    steps = StepOut(many=True)


class NumberFilter(django_filters.Filter):
    """A whole number from 1."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, **options)


class ExecutionFilter(django_filters.FilterSet):
    """Filters of the list."""

    flow = IdFilter("flow_id", rows=Flow.objects, what="flow", shared=Shared(FLOW, Permission.EXECUTIONS_SEE))
    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    status = django_filters.ChoiceFilter(choices=FlowExecution.Status.choices)
    version = NumberFilter(field_name="version__number", help_text="Number of the flow's version.")
    started_after = InstantFilter(field_name="started_at", lookup_expr="gte", help_text="At this moment or later.")
    started_before = InstantFilter(field_name="started_at", lookup_expr="lt", help_text="Earlier than this moment.")
    error = django_filters.CharFilter(
        max_length=100, lookup_expr="istartswith", help_text="How the error begins, e.g. too_many_nodes."
    )


class ExecutionViewSet(SalonViewSet[FlowExecution]):
    """Runs of flows, newest first, with the steps they took."""

    what = "execution"
    shared = FLOW
    shared_by = "flow__public_id"
    permissions = {
        "list": Permission.EXECUTIONS_SEE,
        "retrieve": Permission.EXECUTIONS_SEE,
        "cancel": Permission.FLOWS_EDIT,
    }
    queryset = FlowExecution.objects.select_related("flow", "version").defer("state", "version__graph")
    serializer_class = ExecutionOut
    filterset_class = ExecutionFilter

    def get_queryset(self) -> QuerySet[FlowExecution]:
        """Those of flows whose runs the caller may see."""
        found = super().get_queryset()
        return found if getattr(self, "swagger_fake_view", False) or sees_runs(self.actor.who) else found.none()

    def present(self, rows: Sequence[FlowExecution]) -> Sequence[object]:
        """With their steps in order."""
        return shown_executions(rows)

    @extend_schema(request=None, responses=ExecutionOut)
    @action(detail=True, methods=["post"])
    @idempotent
    def cancel(self, request: Request, id: str) -> Response:
        """End a run that has not ended. Nothing more happens in it; 409 where it is over."""
        execution = self.load(id)
        try:
            cancel(execution, by=self.actor.who)
        except NotRunning as error:
            raise Conflict("This run is over.", code="not_running") from error
        return Response(self.show([self.load(id)])[0])


def shown_executions(rows: Sequence[FlowExecution]) -> list[dict[str, Any]]:
    """What a page of them shows, with their steps in order."""
    steps: dict[int, list[FlowStep]] = {}
    for step in FlowStep.objects.filter(execution_id__in=[row.pk for row in rows]).order_by("seq"):
        steps.setdefault(step.execution_id, []).append(step)
    contacts = public_ids(Contact.objects.all(), (row.contact_id for row in rows))
    return [
        {
            "id": row.public_id,
            "flow": row.flow.public_id,
            "version": row.version.number,
            "contact": contacts.get(row.contact_id),
            "status": row.status,
            "started_at": row.started_at,
            "steps": steps.get(row.pk, []),
        }
        for row in rows
    ]
