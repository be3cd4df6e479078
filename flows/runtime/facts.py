"""What expressions see of the world, and where answers go: read once for a whole batch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from tenants.salons.models import Salon

_FRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as a flow sees it, and the identity its answers go to."""

    facts: dict[str, Any]
    recipient_kind: str
    recipient: str


@dataclass(frozen=True, slots=True)
class SalonFacts:
    """What a flow may know of the salon."""

    name: str
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """As expressions see it."""
        return {"name": self.name}


def people(wanted: Sequence[tuple[int, str]]) -> dict[int, Person]:
    """Contacts by id, for (contact id, portfolio) pairs; a phone is preferred, it reaches the guest from any number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.name, c.language, c.tags, c.fields, i.kind, i.value
            FROM unnest(%s::bigint[], %s::text[]) AS wanted(id, portfolio)
            JOIN contact c USING (id)
            LEFT JOIN LATERAL (
                SELECT kind, value FROM identity WHERE contact_id = c.id AND portfolio = wanted.portfolio
                AND former_at IS NULL
                AND kind IN ('phone', 'bsuid', 'parent_bsuid')
                ORDER BY array_position(ARRAY['phone', 'bsuid', 'parent_bsuid'], kind::text), id DESC LIMIT 1
            ) i ON true
            """,
            [[pk for pk, _portfolio in wanted], [portfolio for _pk, portfolio in wanted]],
        )
        return {row[0]: _person(row[1:5], kind=row[5], value=row[6]) for row in cursor.fetchall()}


def salon_facts(salon_id: int) -> SalonFacts:
    """Name and zone of the salon, read again every few seconds."""
    return _salon_facts(salon_id, int(monotonic() / _FRESH_S))


@lru_cache(maxsize=4096)
def _salon_facts(salon_id: int, _slice: int) -> SalonFacts:
    name, zone = Salon.objects.values_list("name", "time_zone").get(pk=salon_id)
    return SalonFacts(name, ZoneInfo(zone))


def _person(contact: tuple[str, str, list[str], Any], *, kind: str | None, value: str | None) -> Person:
    name, language, tags, fields = contact
    if isinstance(fields, str):
        fields = json.loads(fields)
    facts = {
        "name": name,
        "first_name": name.split(" ", 1)[0],
        "language": language,
        "tags": list(tags),
        "fields": fields,
        "phone": value if kind == "phone" else "",
    }
    return Person(facts, kind or "", value or "")
