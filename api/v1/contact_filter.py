"""Filters of /api/v1/contacts/."""

from typing import Any
from uuid import UUID

import django_filters

from api.actor import actor_of
from api.errors import NotYours, invalid
from api.filters import InstantFilter, YesNoFilter
from crm.contacts import filters, segments
from crm.contacts.names import masks
from crm.contacts.queries import with_identity
from crm.contacts.search import matching


class ContactFilter(django_filters.FilterSet):
    """Filters of the list."""

    identity = django_filters.CharFilter(
        method="by_identity", max_length=160, help_text="Exactly this phone (with or without +) or WhatsApp id."
    )
    search = django_filters.CharFilter(
        method="by_text",
        max_length=120,
        help_text="Words of a name or of a field in any order, or digits of a phone; accents and case say nothing.",
    )
    tag = django_filters.CharFilter(method="by_tag", max_length=40, help_text="Who carries this tag.")
    segment = django_filters.UUIDFilter(method="by_segment", help_text="Who belongs to this segment now.")
    language = django_filters.CharFilter(max_length=10)
    blocked = YesNoFilter(method="by_blocked")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    seen_after = InstantFilter(field_name="seen_at", lookup_expr="gte")
    seen_before = InstantFilter(field_name="seen_at", lookup_expr="lt")

    def by_tag(self, rows: Any, _name: str, value: str) -> Any:
        """Those with the tag."""
        return rows.filter(tags__contains=[value])

    def by_segment(self, rows: Any, _name: str, value: UUID) -> Any:
        """Those of the segment; a filter whose field is gone means nobody."""
        found = segments.by_public_id(value, actor_of(self.request).who)
        if found is None:
            raise NotYours("segment", "segment")
        try:
            return segments.members(found, among=rows)
        except filters.Wrong as wrong:
            raise invalid("segment", str(wrong)) from wrong

    def by_blocked(self, rows: Any, _name: str, value: bool) -> Any:
        """Those who are blocked, or the others."""
        return rows.filter(blocked_at__isnull=not value)

    def by_identity(self, rows: Any, _name: str, value: str) -> Any:
        """Those with the identity. A hidden phone cannot be guessed at: it is found by its last digits (search)."""
        if masks() and not value.strip()[:2].isalpha():
            raise invalid("identity", "You see phones masked: use search with the last four digits.")
        return with_identity(rows, value)

    def by_text(self, rows: Any, _name: str, value: str) -> Any:
        """Those who match."""
        return matching(rows, value)
