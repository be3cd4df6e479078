"""/api/v1/pipelines/: the ways that deals go."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, invalid
from api.examples import described
from api.fields import Body, Instant
from api.idempotency import idempotent
from api.viewset import SalonViewSet
from crm.deals.actions import pipelines as actions
from crm.deals.models import Pipeline, Stage
from crm.deals.sharing import PIPELINE
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f80-0a1b-7c2d-8e3f-4a5b6c7d8e9f",
    "name": "Sales",
    "is_default": True,
    "lost_reasons": ["Too expensive"],
    "stages": [
        {
            "id": "019a1f80-0a1b-7c2d-8e3f-000000000001",
            "name": "New",
            "kind": "open",
            "probability": 10,
            "rot_days": 3,
        }
    ],
    "created_at": "2026-11-01T12:00:00Z",
}


class StageOut(serializers.Serializer[Any]):
    """A place on the way."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Stage.Kind.values, help_text="A deal in a won or lost stage is closed.")
    probability = serializers.IntegerField(help_text="How likely a deal that is here is won, in per cent.")
    rot_days = serializers.IntegerField(allow_null=True, help_text="A deal that stays longer has gone stale.")


@described("Pipeline", EXAMPLE)
class PipelineOut(serializers.Serializer[Any]):
    """A row of stages."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_default = serializers.BooleanField(help_text="Deals begin here that name no stage.")
    lost_reasons = serializers.ListField(child=serializers.CharField())
    stages = StageOut(many=True)
    created_at = Instant()


class StageIn(Body):
    """A stage of a new pipeline."""

    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=Stage.Kind.values, default=Stage.Kind.OPEN.value)
    probability = serializers.IntegerField(min_value=0, max_value=100, default=50)
    rot_days = serializers.IntegerField(min_value=1, max_value=3650, required=False, allow_null=True, default=None)


class PipelinePatch(Body):
    """What to change."""

    name = serializers.CharField(max_length=80, required=False)
    lost_reasons = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=actions.MOST_REASONS, required=False
    )


class PipelineIn(PipelinePatch):
    """A new pipeline: at least one open stage, one won and one lost."""

    name = serializers.CharField(max_length=80)
    stages = StageIn(many=True, min_length=3, max_length=actions.MOST_STAGES)  # type: ignore[call-arg]


class PipelineViewSet(SalonViewSet[Pipeline]):
    """The salon's pipelines that are in use."""

    what = "pipeline"
    shared = PIPELINE
    permissions = {
        "list": Permission.DEALS_SEE,
        "retrieve": Permission.DEALS_SEE,
        "create": Permission.DEALS_MANAGE,
        "partial_update": Permission.DEALS_MANAGE,
    }
    queryset = Pipeline.objects.filter(archived_at=None)
    serializer_class = PipelineOut

    def present(self, rows: Sequence[Pipeline]) -> Sequence[object]:
        """With the stages of all of them."""
        stages: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
        for stage in Stage.objects.filter(pipeline__in=stages, archived_at=None).order_by("order", "pk"):
            stages[stage.pipeline_id].append(
                {
                    "id": stage.public_id,
                    "name": stage.name,
                    "kind": stage.kind,
                    "probability": stage.probability,
                    "rot_days": stage.rot_days,
                }
            )
        return [
            {
                "id": row.public_id,
                "name": row.name,
                "is_default": row.is_default,
                "lost_reasons": row.lost_reasons,
                "stages": stages[row.pk],
                "created_at": row.created_at,
            }
            for row in rows
        ]

    @extend_schema(request=PipelineIn, responses={201: PipelineOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a pipeline with its stages."""
        data = self.read(PipelineIn)
        try:
            made = actions.create(
                data["name"],
                stages=[dict(stage) for stage in data["stages"]],
                lost_reasons=data.get("lost_reasons", []),
                by=self.actor.who,
            )
        except actions.Needed as needed:
            raise invalid("stages", "Must have an open, a won and a lost stage.") from needed
        except actions.TooMany as many:
            raise Conflict(f"A salon has at most {actions.MOST_PIPELINES} pipelines.") from many
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=PipelinePatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change name or reasons."""
        pipeline = self.load(id)
        return Response(self.show([actions.change(pipeline, self.read(PipelinePatch), by=self.actor.who)])[0])
