"""/api/v1/connections/: the salon's WhatsApp numbers."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from api.examples import described
from api.fields import Instant
from api.viewset import SalonViewSet
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f5c-1111-7222-8333-444455556666",
    "display_phone": "+55 11 3333-4444",
    "name": "Recepção",
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
    "state": "active",
    "reason": "",
    "throughput_mps": 80,
    "created_at": "2026-11-01T12:00:00Z",
}


@described("Connection", EXAMPLE)
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

    what = "connection"
    permissions = {"list": Permission.NUMBERS_SEE, "retrieve": Permission.NUMBERS_SEE}
    queryset = Number.objects.none()
    serializer_class = ConnectionOut

    def get_queryset(self) -> QuerySet[Number]:
        """Those of this salon."""
        return own_numbers()
