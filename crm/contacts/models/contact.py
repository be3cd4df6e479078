"""The salon's guests."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.expressions import F, Func, Value
from django.db.models.functions import Cast

from ops import clock
from ops.ids import uuid7


class Plain(Func):
    """Small letters without accents."""

    function = "public.plain"
    output_field = models.TextField()


def ValuesText(fields: F) -> Plain:  # noqa: N802
    """What stands in custom fields, without their keys, as it is searched (index `contact_values`)."""
    values = Func(fields, Value("$.*"), function="jsonb_path_query_array", template="%(function)s(%(expressions)s)")
    values.output_field = models.JSONField()
    return Plain(Cast(values, models.TextField()))


class People(models.Manager["Contact"]):
    """Contacts without those that were found to be somebody known already."""

    def get_queryset(self) -> models.QuerySet["Contact"]:
        """Each person once."""
        return super().get_queryset().filter(merged_into=None)


class Contact(models.Model):
    """A person. How to reach them is an identity (channels_wa.messages)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    # The ads they came by: {"first": {…}, "last": {…}}, each with source_type, source_id, source_url, ctwa_clid, at …
    # And the lists that made them or changed them last: {"import": id, "import_last": id}.
    attribution = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    # The same person under an older row, which has all that was theirs. This row stays: its id still leads there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    birthday = models.DateField(null=True, blank=True)
    # What to know about them, as the team writes it: {"time": "mornings", "with": "Ana", "note": "…"}
    preferences = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    # Their messages are kept and nobody is told; flows and campaigns leave them alone.
    blocked_at = models.DateTimeField(null=True, blank=True)
    # When they wrote last: what lists and segments sort by.
    seen_at = models.DateTimeField(null=True, blank=True)
    # Grows with each change, so that two who edit notice each other.
    version = models.PositiveIntegerField(default=1, db_default=1)
    # The name as it is searched: small letters without accents (public.plain).
    plain_name = models.GeneratedField(
        expression=Func(F("name"), function="public.plain"), output_field=models.TextField(), db_persist=True
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = People()
    with_merged: "models.Manager[Contact]" = models.Manager()

    class Meta:
        db_table = "contact"
        # A conversation finds its contact whatever became of it.
        base_manager_name = "with_merged"
        indexes = [
            models.Index(fields=["merged_into"], name="contact_merged", condition=models.Q(merged_into__isnull=False)),
            GinIndex(fields=["plain_name"], name="contact_search", opclasses=["public.gin_trgm_ops"]),
            GinIndex(OpClass(ValuesText(F("fields")), name="public.gin_trgm_ops"), name="contact_values"),
            GinIndex(fields=["tags"], name="contact_tags"),
            models.Index(fields=["-seen_at", "-id"], name="contact_seen"),
            models.Index(fields=["plain_name", "id"], name="contact_by_name"),
        ]

    def __str__(self) -> str:
        return self.name or "?"

    @property
    def touches(self) -> dict[str, dict[str, Any] | None]:
        """The first and the last ad they came by."""
        return {"first": self.attribution.get("first"), "last": self.attribution.get("last")}
