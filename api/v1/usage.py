"""/api/v1/usage/: what the salon has used of its plan."""

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.examples import described
from api.fields import Instant
from api.viewset import SalonViewSet
from billing.metering.kinds import GAUGES
from billing.metering.models import UsageTotal
from billing.metering.periods import period_of
from billing.pages.meters import uses
from billing.plans.names import LIMITS
from billing.plans.queries import is_soft, limit_of
from ops.salon import current_salon_id
from tenants.access.roles import Permission


class UseOut(serializers.Serializer[Any]):
    """One thing that the plan counts."""

    name = serializers.CharField(help_text="messages, contacts, numbers, …")
    used = serializers.IntegerField(help_text="In this period; of what stays (contacts, storage): how many there are.")
    limit = serializers.IntegerField(allow_null=True, help_text="null: as many as one likes.")
    remaining = serializers.IntegerField(allow_null=True)
    is_soft = serializers.BooleanField(help_text="What goes beyond is on the next invoice; else it is refused.")
    resets_at = Instant(allow_null=True)


EXAMPLE = {
    "period": {"starts_at": "2026-11-14T09:30:00Z", "ends_at": "2026-12-14T09:30:00Z"},
    "results": [
        {
            "name": "messages",
            "used": 812,
            "limit": 1000,
            "remaining": 188,
            "is_soft": False,
            "resets_at": "2026-12-14T09:30:00Z",
        }
    ],
}


class PeriodOut(serializers.Serializer[Any]):
    """From the first moment on, before the second."""

    starts_at = Instant()
    ends_at = Instant()


@described("Usage", EXAMPLE)
class UsageOut(serializers.Serializer[Any]):
    """What was used."""

    period = PeriodOut()
    results = UseOut(many=True)


class UsageViewSet(SalonViewSet[UsageTotal]):
    """What the salon has used of its plan, in its period of this moment."""

    what = "usage"
    permissions = {"list": Permission.BILLING_SEE}
    queryset = UsageTotal.objects.none()
    serializer_class = UsageOut
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(responses={200: forced_singular_serializer(UsageOut)})
    def list(self, request: Request) -> Response:
        """Every limit, in the order in which plans are compared."""
        salon_id = current_salon_id() or 0
        period = period_of(salon_id)
        used = uses(salon_id, period)
        rows = []
        for name in LIMITS:
            limit = limit_of(salon_id, name)
            most = None if limit is None else int(limit)
            rows.append(
                {
                    "name": name,
                    "used": used[name],
                    "limit": most,
                    "remaining": None if most is None else max(0, most - used[name]),
                    "is_soft": is_soft(salon_id, name),
                    "resets_at": None if name in GAUGES else period.ends_at,
                }
            )
        return Response(UsageOut({"period": period._asdict(), "results": rows}).data)
