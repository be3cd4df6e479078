"""Filters of lists. A filter nobody knows is refused: ignored, a misspelled one would show everything."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import django_filters
from django import forms

from api.errors import NotYours, invalid
from api.fields import Rows, rows_now
from api.parsers import unstorable
from api.seeing import Shared
from ops.instants import read_instant

# Names in the query that belong to the pages and not to a filter.
PAGE = frozenset({"cursor", "limit", "order", "format"})


def pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a filter by their values alone: programs send these, and the schema is to read the same in any
    language."""
    return [(value, value) for value in values]


class InstantField(forms.CharField):
    """A moment with its offset."""

    def to_python(self, value: Any) -> Any:
        """The moment; None where nothing is given."""
        text = super().to_python(value)
        if not text:
            return None
        # A plus that nobody escaped arrives as a space.
        moment = read_instant(text.replace(" ", "+") if "T" in text else text)
        if moment is None:
            raise forms.ValidationError("Must be a moment with its offset, e.g. 2026-11-20T15:00:00Z.")
        return moment


class InstantFilter(django_filters.Filter):
    """`at_after` (that moment or later) and `at_before` (earlier than it)."""

    field_class = InstantField


class YesNoFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`; anything else is refused and not taken as neither."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[("true", "true"), ("false", "false")], coerce=lambda value: value == "true", **options
        )


class IdFilter(django_filters.UUIDFilter):
    """Rows that belong to the thing with that public id."""

    def __init__(self, column: str, *, rows: Rows, what: str, shared: Shared | None = None, **options: Any) -> None:
        self.rows, self.what, self.shared = rows, what, shared
        super().__init__(field_name=column, **options)

    def filter(self, qs: Any, value: UUID | None) -> Any:
        """Narrow to the rows. Raises NotYours for an id that is not this salon's."""
        if value is None:
            return qs
        rows = rows_now(self.rows)
        if self.shared:
            rows = self.shared.seen(self.parent.request, rows)
        pk = rows.filter(public_id=value).values_list("pk", flat=True).first()
        if pk is None:
            raise NotYours(self.what, self.what)
        return qs.filter(**{self.field_name: pk})


class OfferedFilter(django_filters.FilterSet):
    """Filters that lists of what guests may book have in common."""

    is_online = YesNoFilter(field_name="is_online")
    archived = YesNoFilter(method="by_archived")
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=120)

    def by_archived(self, rows: Any, _name: str, value: bool) -> Any:
        """Those put away, or those in use."""
        return rows.filter(archived_at__isnull=not value)


def check_query(
    request: Any,
    filterset: type[django_filters.FilterSet] | None,
    names: Collection[str] = (),
    repeated: Collection[str] = (),
) -> None:
    """Refuse names that neither the list nor the action (`names`) knows, and texts no column takes.

    Those in `repeated` may be given several times.

    Raises ValidationError.
    """
    known = PAGE | set(filterset.base_filters if filterset else ()) | set(names)
    for name, values in request.query_params.lists():
        if name not in known:
            raise invalid(name, f"Unknown; this list knows: {', '.join(sorted(known - {'format'}))}.")
        if len(values) > 1 and name not in repeated:
            raise invalid(name, "Must be given once.")
        for value in values:
            if problem := unstorable(value):
                raise invalid(name, problem)
