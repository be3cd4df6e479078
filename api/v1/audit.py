"""/api/v1/audit/: who did what, newest first."""

from typing import Any

import django_filters
from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.filters import InstantFilter
from api.viewset import SalonViewSet
from tenants.access.roles import Permission
from tenants.audit.models import AuditEntry

EXAMPLE = {
    "id": 4711,
    "at": "2026-11-20T15:00:00Z",
    "action": "flow.published",
    "subject": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d",
    "actor_kind": "member",
    "actor": "019a1f5e-0000-7d10-9b1e-3f6f0a2b4c5d",
    "actor_name": "Alice",
    "operator": "",
    "reason": "",
    "before": None,
    "after": {"version": 7},
    "ip": "203.0.113.7",
    "trace_id": "0f8c5a0f2a5d4d0c8d1c2b3a4f5e6d7c",
    "position": 4709,
    "hash": "5f2b1f0e7f7b4a0c9d3c1c2b3a4f5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3",
}


@described("AuditEntry", EXAMPLE)
class AuditOut(serializers.Serializer[Any]):
    """One act."""

    id = serializers.IntegerField()
    at = Instant()
    action = serializers.CharField(help_text="What was done, e.g. flow.published.")
    subject = serializers.CharField(help_text="To what: the id of a thing of the salon.")
    actor_kind = serializers.CharField(help_text="member, apikey, contact, operator or system.")
    actor = serializers.CharField(help_text="The id of who did it; empty for the system.")
    actor_name = serializers.CharField(help_text="As they were called then.")
    operator = serializers.CharField(help_text="Who of the platform's support did it; else empty.")
    reason = serializers.CharField(help_text="Why the support was there.")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    ip = serializers.CharField(allow_null=True)
    trace_id = serializers.CharField()
    position = serializers.IntegerField(allow_null=True, help_text="The place in the chain; null until it is sealed.")
    hash = serializers.SerializerMethodField(help_text="The row's hash in the chain, hexadecimal.")

    def get_hash(self, row: AuditEntry) -> str | None:
        """As text."""
        return bytes(row.hash).hex() if row.hash else None


class AuditFilter(django_filters.FilterSet):
    """Filters of the list."""

    action = django_filters.CharFilter(max_length=60, help_text="An act, e.g. flow.published.")
    about = django_filters.CharFilter(method="by_thing", max_length=60, help_text="What the act begins with: flow.")
    subject = django_filters.CharFilter(max_length=80)
    actor = django_filters.CharFilter(max_length=120)
    actor_kind = django_filters.CharFilter(max_length=12)
    trace_id = django_filters.CharFilter(max_length=40)
    at_after = InstantFilter("at", "gte")
    at_before = InstantFilter("at", "lt")

    def by_thing(self, rows: Any, _name: str, value: str) -> Any:
        """flow, and not flow_secret."""
        return rows.filter(Q(action__startswith=f"{value}."))


@extend_schema_view(list=extend_schema(summary="Who did what, newest first"))
class AuditViewSet(SalonViewSet[AuditEntry]):
    """The salon's audit log. Rows are never changed; `position` and `hash` come within a minute."""

    what = "act"
    permissions = {"list": Permission.AUDIT_SEE}
    queryset = AuditEntry.objects.all()
    serializer_class = AuditOut
    filterset_class = AuditFilter
    http_method_names = ["get", "head"]
