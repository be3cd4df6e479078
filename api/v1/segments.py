"""/api/v1/segments/, /api/v1/tags/ and /api/v1/custom-fields/: how the salon sorts its guests, to read."""

from typing import Any

from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.viewset import SalonViewSet
from crm.contacts.models import CustomField, Segment, Tag
from crm.contacts.sharing import SEGMENT
from tenants.access.roles import Permission

READS = {"list": Permission.CONTACTS_SEE, "retrieve": Permission.CONTACTS_SEE}
ID = "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"


class _PublicId(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")


@described(
    "Segment",
    {
        "id": ID,
        "name": "VIPs",
        "filter": {"all": [{"field": "tag", "op": "has", "value": "vip"}]},
        "created_at": "2026-11-20T15:00:00Z",
    },
)
class SegmentOut(_PublicId):
    """A saved filter; `contacts/?segment=<id>` lists who belongs to it now."""

    name = serializers.CharField()
    filter = serializers.DictField()
    created_at = Instant()


@described("Tag", {"id": ID, "name": "vip", "colour": "green"})
class TagOut(_PublicId):
    """A word that contacts carry."""

    name = serializers.CharField()
    colour = serializers.CharField(help_text="Empty for grey.")


@described("CustomField", {"id": ID, "key": "hair", "name": "Hair", "kind": "choice", "options": ["curly", "straight"]})
class CustomFieldOut(_PublicId):
    """What the salon wants to know of each guest; its values stand in a contact's `fields` under `key`."""

    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CustomField.Kind.values)
    options = serializers.ListField(child=serializers.CharField())


class SegmentViewSet(SalonViewSet[Segment]):
    """Saved filters."""

    what = "segment"
    shared = SEGMENT
    permissions = READS
    queryset = Segment.objects.filter(archived_at=None)
    serializer_class = SegmentOut


class TagViewSet(SalonViewSet[Tag]):
    """Words that contacts carry."""

    what = "tag"
    permissions = READS
    queryset = Tag.objects.all()
    serializer_class = TagOut


class CustomFieldViewSet(SalonViewSet[CustomField]):
    """Fields of contacts."""

    what = "custom field"
    permissions = READS
    queryset = CustomField.objects.filter(archived_at=None)
    serializer_class = CustomFieldOut
