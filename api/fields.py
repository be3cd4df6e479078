"""Fields and the base of serializers that several resources have."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import models
from rest_framework import serializers

from api.errors import NotYours
from api.seeing import Shared
from ops.instants import read_instant

# Where ids are looked up: all rows of a salon's own table, or a callable that names the salon's among public rows.
Rows = models.Manager[Any] | models.QuerySet[Any] | Callable[[], models.QuerySet[Any]]
_NAIVE = "Must be a moment with its offset, e.g. 2026-11-20T15:00:00Z or 2026-11-20T12:00:00-03:00."


class Instant(serializers.DateTimeField):
    """A moment, ISO 8601. Given with its offset, shown in UTC: salons have different zones, programs have none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        """The moment in UTC."""
        moment = read_instant(value)
        if moment is None:
            raise serializers.ValidationError(_NAIVE, "instant")
        return moment


class PublicIdField(serializers.UUIDField):
    """The id of something of this salon; in the body its row, loaded through the manager given.

    `shared`: where only some of these things are the caller's.
    """

    def __init__(self, rows: Rows, *, what: str, shared: Shared | None = None, **options: Any) -> None:
        self.rows, self.what, self.shared = rows, what, shared
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        """The row. Raises NotYours for an id that is well-formed and not this salon's."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        rows = rows_now(self.rows)
        if self.shared:
            rows = self.shared.seen(self.context["request"], rows)
        found = rows.filter(public_id=super().to_internal_value(data)).first()
        if found is None:
            raise NotYours(self.field_name or "", self.what)
        return found


class IdText(serializers.UUIDField):
    """An id as it is written; whose it is is asked for many at once."""

    def to_internal_value(self, data: Any) -> UUID:
        """The id."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class PublicIdsField(serializers.ListField):
    """Ids of this salon's things; in the body their rows, loaded with one query where they are not too many."""

    default_error_messages = {"too_many": "Must be at most {most}."}

    def __init__(self, rows: Rows, *, what: str, **options: Any) -> None:
        self.rows, self.what = rows, what
        super().__init__(child=IdText(), **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows in their order. Raises NotYours for an id that is well-formed and not this salon's."""
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("too_many", most=self.max_length)
        ids = super().to_internal_value(data)
        found = {row.public_id: row for row in rows_now(self.rows).filter(public_id__in=set(ids))} if ids else {}
        if any(one not in found for one in ids):
            raise NotYours(self.field_name or "", self.what)
        return [found[one] for one in ids]


def rows_now(rows: Rows) -> Any:
    """A fresh queryset: one made when the module was loaded belongs to no salon yet, a callable asks for it now."""
    return rows.all() if isinstance(rows, models.Manager | models.QuerySet) else rows()


class Body(serializers.Serializer[Any]):
    """A body that is read: a field nobody knows is refused, as it would be a setting that silently does nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values."""
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            known = ", ".join(sorted(self.fields))
            raise serializers.ValidationError({name: [f"Unknown field; known are: {known}."] for name in unknown[:20]})
        return super().to_internal_value(data)
