"""The bodies of /api/v1/connections/. Tokens and PINs go in and never come out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.examples import described
from api.fields import Body, Instant, PublicIdField
from api.seeing import Shared
from channels_wa.numbers import words
from channels_wa.numbers.forms import LONGEST_TOKEN
from channels_wa.numbers.models import Number
from flows.models import Flow
from flows.triggers.startable import why_not_default
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f5c-1111-7222-8333-444455556666",
    "display_phone": "+55 11 3333-4444",
    "name": "Recepção",
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
    "state": "active",
    "reason": "",
    "setup": None,
    "throughput_mps": 80,
    "quality": "GREEN",
    "messaging_limit": 2000,
    "messaging_limit_known": True,
    "name_status": "APPROVED",
    "account_status": "",
    "health_score": 100,
    "is_default": True,
    "default_flow": None,
    "created_at": "2026-11-01T12:00:00Z",
}


class SetupOut(serializers.Serializer[Any]):
    """A step of connecting that is left."""

    step = serializers.CharField(help_text="subscribe, register or read.")
    problem = serializers.CharField(help_text="Why it did not work.")
    field = serializers.CharField(help_text="What to give by PATCH to go on, e.g. pin; empty: try again.")


@described("Connection", EXAMPLE)
class ConnectionOut(serializers.Serializer[Any]):
    """A connected number."""

    id = serializers.UUIDField(source="public_id")
    display_phone = serializers.CharField()
    name = serializers.CharField()
    phone_number_id = serializers.CharField(help_text="Meta's id of the number.")
    waba_id = serializers.CharField(help_text="Meta's id of the business account.")
    state = serializers.ChoiceField(choices=("active", "stopped"))
    reason = serializers.CharField(source="stopped_reason", help_text="Why it is stopped.")
    setup = serializers.SerializerMethodField(help_text="What is left to do until it works; null when nothing is.")
    throughput_mps = serializers.IntegerField(help_text="Messages per second Meta takes.")
    quality = serializers.ChoiceField(choices=Number.Quality.choices)
    messaging_limit = serializers.IntegerField(
        allow_null=True, help_text="Guests that may be written to first in 24 hours; null is no limit, if it is known."
    )
    messaging_limit_known = serializers.BooleanField()
    name_status = serializers.CharField(help_text="Meta's word for the state of the display name.")
    account_status = serializers.CharField(help_text="Meta's word where the account is restricted.")
    health_score = serializers.IntegerField(help_text="0 to 100.")
    is_default = serializers.BooleanField(help_text="Whether new conversations begin from it.")
    default_flow = serializers.UUIDField(allow_null=True, help_text="The flow that answers what no trigger wants.")
    created_at = Instant()

    @extend_schema_field(SetupOut(allow_null=True))
    def get_setup(self, number: Number) -> dict[str, str] | None:
        """The step that comes next, with what went wrong."""
        if not number.setup:
            return None
        problem = words.read(number.setup_problem)
        return {"step": number.setup, "problem": str(problem.text), "field": problem.field}


class MetaId(serializers.RegexField):
    """An id of Meta's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9]{5,40}\Z", **options)
        self.error_messages["invalid"] = "Must be an id of Meta's: 5 to 40 digits."


class Pin(serializers.RegexField):
    """Six digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9]{6}\Z", write_only=True, **options)
        self.error_messages["invalid"] = "Must be six digits."


class Token(serializers.RegexField):
    """An access token."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[\x21-\x7e]+\Z", max_length=LONGEST_TOKEN, write_only=True, **options)
        self.error_messages["invalid"] = "Must be letters, digits and signs without spaces."


class ConnectionIn(Body):
    """A number to connect."""

    phone_number_id = MetaId(help_text="Meta's id of the number.")
    waba_id = MetaId(help_text="Meta's id of the business account.")
    token = Token(help_text="A system user's token with both whatsapp_business permissions.")
    pin = Pin(required=False, help_text="Its two-step PIN, if it has one; else one is set.")


class ConnectionExchange(Body):
    """A code of embedded signup, or the chosen number of an earlier exchange."""

    code = serializers.CharField(max_length=2000, required=False, write_only=True)
    redirect_uri = serializers.URLField(max_length=500, required=False, help_text="Of the dialog, if it had one.")
    exchange = serializers.UUIDField(required=False, help_text="From the answer that asked to choose.")
    phone_number_id = MetaId(required=False)
    pin = Pin(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two ways."""
        if ("code" in attrs) == ("exchange" in attrs):
            raise serializers.ValidationError({"code": ["Give either a code or an exchange."]})
        if "exchange" in attrs and "phone_number_id" not in attrs:
            raise serializers.ValidationError({"phone_number_id": ["Name the number you chose."]})
        return attrs


class ConnectionPatch(Body):
    """What to change."""

    token = Token(required=False)
    pin = Pin(required=False, help_text="To go on where `setup` asks for it.")
    is_default = serializers.BooleanField(required=False, help_text="True makes it the default; false is refused.")
    default_flow = PublicIdField(
        Flow.objects, what="flow", shared=Shared("flow", Permission.FLOWS_SEE), required=False, allow_null=True
    )

    def validate_default_flow(self, given: Flow | None) -> Flow | None:
        """One that may begin with a guest."""
        if given is not None and (why := why_not_default(given)):
            raise serializers.ValidationError(why)
        return given

    def validate_is_default(self, given: bool) -> bool:
        """There is always a default: another one is made it."""
        if not given:
            raise serializers.ValidationError("Make another connection the default instead.")
        return given


class OfferOut(serializers.Serializer[Any]):
    """A number that a code reaches."""

    phone_number_id = serializers.CharField(source="facts.phone_number_id")
    waba_id = serializers.CharField()
    display_phone = serializers.CharField(source="facts.display_phone")
    name = serializers.CharField(source="facts.name")


@described(
    "ConnectionOffers",
    {
        "exchange": "019a1f5c-1111-7222-8333-444455557777",
        "numbers": [
            {
                "phone_number_id": "106540352242922",
                "waba_id": "102290129340398",
                "display_phone": "+55 11 3333-4444",
                "name": "Recepção",
            }
        ],
    },
)
class ConnectionOffers(serializers.Serializer[Any]):
    """Numbers to choose from."""

    exchange = serializers.UUIDField(help_text="Valid for a quarter of an hour, for this key only.")
    numbers = OfferOut(many=True)


@described(
    "ConnectionStatus",
    {
        "state": "active",
        "reason": "",
        "stale": False,
        "problem": "",
        "checked_at": "2026-11-20T15:00:00Z",
        "quality": "GREEN",
        "messaging_limit": 2000,
        "messaging_limit_known": True,
        "name_status": "APPROVED",
        "account_status": "",
        "throughput_mps": 80,
        "health_score": 100,
    },
)
class ConnectionStatus(serializers.Serializer[Any]):
    """How a number is."""

    state = serializers.ChoiceField(source="number.state", choices=("active", "stopped"))
    reason = serializers.CharField(source="number.stopped_reason")
    stale = serializers.BooleanField(help_text="Whether Meta did not answer, and this is what was known before.")
    problem = serializers.CharField(help_text="What Meta said instead.")
    checked_at = Instant(source="number.checked_at", allow_null=True)
    quality = serializers.CharField(source="number.quality")
    messaging_limit = serializers.IntegerField(source="number.messaging_limit", allow_null=True)
    messaging_limit_known = serializers.BooleanField(source="number.messaging_limit_known")
    name_status = serializers.CharField(source="number.name_status")
    account_status = serializers.CharField(source="number.account_status")
    throughput_mps = serializers.IntegerField(source="number.throughput_mps")
    health_score = serializers.IntegerField(source="number.health_score")


@described(
    "ConnectionStats",
    {
        "at_after": "2026-11-13T15:00:00Z",
        "at_before": "2026-11-20T15:00:00Z",
        "received": 412,
        "sent": {"sent": 12, "delivered": 90, "read": 301, "failed": 3},
        "failure_rate": 0.0074,
        "guests": 96,
    },
)
class ConnectionStats(serializers.Serializer[Any]):
    """What went through a number."""

    at_after = Instant()
    at_before = Instant()
    received = serializers.IntegerField(source="stats.received")
    sent = serializers.DictField(
        source="stats.sent", child=serializers.IntegerField(), help_text="Outgoing messages by delivery status."
    )
    failure_rate = serializers.FloatField(source="stats.failure_rate", help_text="0 to 1.")
    guests = serializers.IntegerField(source="stats.guests", help_text="Different guests in either direction.")
