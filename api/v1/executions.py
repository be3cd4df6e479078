"""/api/v1/executions/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.filters import IdFilter
from api.names import public_ids
from api.viewset import SalonViewSet
from crm.contacts.models import Contact
from flows.models import Flow, FlowExecution, FlowStep
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


class ExecutionFilter(django_filters.FilterSet):
    """Filters of the list."""

    flow = IdFilter("flow_id", rows=Flow.objects, what="flow")
    contact = IdFilter("contact_id", rows=Contact.objects, what="contact")
    status = django_filters.ChoiceFilter(choices=FlowExecution.Status.choices)


class ExecutionViewSet(SalonViewSet[FlowExecution]):
    """Runs of flows, newest first, with the steps they took."""

    what = "execution"
    permissions = {"list": Permission.EXECUTIONS_SEE, "retrieve": Permission.EXECUTIONS_SEE}
    queryset = FlowExecution.objects.select_related("flow", "version").defer("state", "version__graph")
    serializer_class = ExecutionOut
    filterset_class = ExecutionFilter

    def present(self, rows: Sequence[FlowExecution]) -> Sequence[object]:
        """With their steps in order."""
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
