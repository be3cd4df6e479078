"""/api/v1/flows/"""

from collections.abc import Sequence
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import described
from api.fields import Instant
from api.filters import YesNoFilter
from api.viewset import SalonViewSet
from flows.models import Flow
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f5d-2a11-7c44-9c3e-0b4de2f8a777",
    "name": "Boas-vindas",
    "is_active": True,
    "trigger": {"on": "any"},
    "priority": 0,
    "version": 3,
    "created_at": "2026-11-01T12:00:00Z",
}


@described("Flow", EXAMPLE)
class FlowOut(serializers.Serializer[Any]):
    """A conversation as a drawing."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_active = serializers.BooleanField(help_text="Whether it starts by itself.")
    trigger = serializers.DictField(help_text='When it starts, e.g. {"on": "any"}.')
    priority = serializers.IntegerField(help_text="Among flows that want the same message the highest wins.")
    version = serializers.IntegerField(allow_null=True, help_text="Number of the published version.")
    created_at = Instant()


@described("FlowWithGraph", {**EXAMPLE, "graph": {"nodes": [{"id": "start", "type": "start"}], "edges": []}})
class FlowDetail(FlowOut):
    """With its published drawing."""

    graph = serializers.DictField(allow_null=True, help_text="Nodes, and edges from their exits.")


class FlowFilter(django_filters.FilterSet):
    """Filters of the list."""

    is_active = YesNoFilter()


class FlowViewSet(SalonViewSet[Flow]):
    """The salon's flows."""

    what = "flow"
    permissions = {"list": Permission.FLOWS_SEE, "retrieve": Permission.FLOWS_SEE}
    queryset = Flow.objects.select_related("published").defer("published__graph")
    serializer_class = FlowOut
    filterset_class = FlowFilter

    def present(self, rows: Sequence[Flow]) -> Sequence[object]:
        """With the number of the published version."""
        return [_shown(row) for row in rows]

    @extend_schema(responses=FlowDetail)
    def retrieve(self, request: Request, id: str) -> Response:
        """One flow with its graph."""
        flow = self.load(id)
        graph = flow.published.graph if flow.published else None
        return Response(FlowDetail({**_shown(flow), "graph": graph}).data)


def _shown(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.public_id,
        "name": flow.name,
        "is_active": flow.is_active,
        "trigger": flow.trigger,
        "priority": flow.priority,
        "version": flow.published.number if flow.published else None,
        "created_at": flow.created_at,
    }
