"""Connected WhatsApp numbers: also the route from a webhook to its salon."""

from typing import Any

from django.db import models
from django.db.models import Q

from ops import clock
from ops.ids import uuid7


class Number(models.Model):
    """A WhatsApp number of a salon (the API calls it connection). Public, so that a delivery finds its salon.

    A number that was disconnected keeps its row, because the salon's history names it; its route is freed
    (`free_route`), so that whoever connects the number next gets its deliveries.
    """

    class State(models.TextChoices):
        """Whether messages may leave through it."""

        ACTIVE = "active"
        STOPPED = "stopped"
        DISCONNECTED = "disconnected"

    class Quality(models.TextChoices):
        """What guests think of its messages, as Meta rates it."""

        GREEN = "GREEN"
        YELLOW = "YELLOW"
        RED = "RED"
        UNKNOWN = "UNKNOWN"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField(db_index=True)
    adapter = models.CharField(max_length=20, default="cloud_api")
    # The route. Of a disconnected number both name nothing that Meta could send, and `former_*` say what it was.
    phone_number_id = models.CharField(max_length=40, unique=True)
    waba_id = models.CharField(max_length=40, db_index=True)
    former_phone_number_id = models.CharField(max_length=40, blank=True, default="")
    former_waba_id = models.CharField(max_length=40, blank=True, default="")
    portfolio = models.CharField(max_length=40, blank=True, default="")
    display_phone = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True, default="")
    sealed_token = models.BinaryField(default=bytes, editable=False)
    sealed_pin = models.BinaryField(default=bytes, editable=False)
    throughput_mps = models.PositiveIntegerField(default=80)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    stopped_reason = models.TextField(blank=True, default="")
    slow_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    # What Meta says of it.
    quality = models.CharField(max_length=8, choices=Quality.choices, default=Quality.UNKNOWN)
    # Guests outside the window in a moving day, for the whole portfolio. None is "no limit", if it is known at all.
    messaging_limit = models.PositiveIntegerField(null=True, blank=True)
    messaging_limit_known = models.BooleanField(default=False)
    name_status = models.CharField(max_length=40, blank=True, default="")
    account_status = models.CharField(max_length=60, blank=True, default="")
    account_details = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    last_webhook_at = models.DateTimeField(null=True, blank=True)

    # How it was connected: a member's user id, and embedded | manual | api | demo.
    connected_by = models.BigIntegerField(null=True, blank=True)
    connected_via = models.CharField(max_length=12, blank=True, default="")
    connected_at = models.DateTimeField(null=True, blank=True)
    # The step of connecting that comes next (setup.py); nothing once it is through.
    setup = models.CharField(max_length=12, blank=True, default="")
    setup_problem = models.CharField(max_length=300, blank=True, default="")
    disconnected_at = models.DateTimeField(null=True, blank=True)

    # What the salon set.
    is_default = models.BooleanField(default=False)
    default_flow = models.UUIDField(null=True, blank=True)
    business_hours = models.JSONField(null=True, blank=True)
    signature = models.CharField(max_length=200, blank=True, default="")

    # How it fares. Warm-up: None is warmed up.
    warm_up_started_at = models.DateTimeField(null=True, blank=True)
    health_score = models.PositiveSmallIntegerField(default=100)
    campaigns_paused_until = models.DateTimeField(null=True, blank=True)
    campaigns_paused_reason = models.CharField(max_length=200, blank=True, default="")
    circuit_open_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "number"
        constraints = [
            models.UniqueConstraint(
                fields=["salon_id"], condition=Q(is_default=True), name="number_one_default_per_salon"
            ),
        ]

    def __str__(self) -> str:
        return self.display_phone

    @property
    def is_active(self) -> bool:
        """Whether messages may leave through it."""
        return self.state == self.State.ACTIVE

    @property
    def is_connected(self) -> bool:
        """Whether it is the salon's by now; a stopped one is."""
        return self.state != self.State.DISCONNECTED

    @property
    def has_no_limit(self) -> bool:
        """Whether Meta lets it begin as many talks as it likes."""
        return self.messaging_limit_known and self.messaging_limit is None

    def free_route(self) -> dict[str, Any]:
        """The columns with which nothing is routed to it any more, as set on this instance."""
        columns = {
            "former_phone_number_id": self.phone_number_id,
            "former_waba_id": self.waba_id,
            # Meta's ids are digits; this one cannot come in a delivery.
            "phone_number_id": f"gone-{self.public_id.hex}",
            "waba_id": "gone",
        }
        for name, value in columns.items():
            setattr(self, name, value)
        return columns


class Signup(models.Model):
    """A member on the way through Meta's dialog and back (signup.py): one use, a quarter of an hour, and it is gone."""

    class Step(models.TextChoices):
        """How far they came."""

        BEGUN = "begun"
        BACK = "back"
        FINISHED = "finished"
        FAILED = "failed"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    salon_id = models.BigIntegerField(db_index=True)
    user_id = models.BigIntegerField()
    # The number that gets a new token; None for a new number.
    number_id = models.BigIntegerField(null=True, blank=True)
    # Hashes of what only the browser knows: its session, what went to Meta, what came back to the salon's host.
    session_hash = models.CharField(max_length=64)
    state_hash = models.CharField(max_length=64, unique=True)
    finish_hash = models.CharField(max_length=64, blank=True, default="")
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.BEGUN)
    problem = models.CharField(max_length=300, blank=True, default="")
    sealed_token = models.BinaryField(default=bytes, editable=False)
    created_at = models.DateTimeField(default=clock.real)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "number_signup"

    def __str__(self) -> str:
        return str(self.public_id)
