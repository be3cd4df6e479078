"""/api/v1/connections/: the salon's WhatsApp numbers."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from api.fields import Instant
from api.names import own_numbers
from api.viewset import SalonViewSet
from channels_wa.numbers.models import Number
from tenants.access.roles import Permission


class ConnectionOut(serializers.Serializer[Any]):
    """A connected number."""

    id = serializers.UUIDField(source="public_id")
    display_phone = serializers.CharField()
    name = serializers.CharField()
    phone_number_id = serializers.CharField(help_text="Meta's id of the number.")
    waba_id = serializers.CharField(help_text="Meta's id of the business account.")
    state = serializers.ChoiceField(choices=Number.State.choices)
    reason = serializers.CharField(source="stopped_reason", help_text="Why it is stopped.")
    throughput_mps = serializers.IntegerField(help_text="Messages per second Meta takes.")
    created_at = Instant()


class ConnectionViewSet(SalonViewSet[Number]):
    """WhatsApp numbers that guests write to."""

    name = "connection"
    permissions = {"list": Permission.NUMBERS_SEE, "retrieve": Permission.NUMBERS_SEE}
    queryset = Number.objects.none()
    serializer_class = ConnectionOut

    def get_queryset(self) -> QuerySet[Number]:
        """Those of this salon."""
        return own_numbers()
