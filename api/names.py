"""From the numbers that rows point to by value to the ids the API names, one query for a page."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from channels_wa.numbers.queries import own_numbers


def numbers_by_pk() -> dict[int, UUID]:
    """Public ids of the salon's numbers."""
    return dict(own_numbers().values_list("pk", "public_id"))


def public_ids(rows: QuerySet[Any], pks: Iterable[int]) -> dict[int, UUID]:
    """Public ids of these rows."""
    wanted = set(pks)
    return dict(rows.filter(pk__in=wanted).values_list("pk", "public_id")) if wanted else {}
