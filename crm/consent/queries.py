"""Reads of consent that checks, pages and the API need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from crm.consent.models import Purpose, Source, State


@dataclass(frozen=True, slots=True)
class LastWord:
    """What holds for a contact and a purpose; one stop outweighs what other identities of the person agreed to."""

    purpose: str
    state: str
    source: str
    at: datetime

    @property
    def is_revoked(self) -> bool:
        """Whether it forbids."""
        return self.state == State.REVOKED

    @property
    def purpose_label(self) -> str:
        """In the reader's language."""
        return str(Purpose(self.purpose).label)

    @property
    def source_label(self) -> str:
        """In the reader's language."""
        return str(Source(self.source).label)


def last_words(contact_ids: Iterable[int]) -> dict[int, list[LastWord]]:
    """The last words of contacts, by purpose."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (i.contact_id, c.purpose) i.contact_id, c.purpose, c.state, c.source, c.at "
            "FROM identity i JOIN consent c USING (portfolio, kind, value) WHERE i.contact_id = ANY(%s) "
            "ORDER BY i.contact_id, c.purpose, c.state = 'revoked' DESC, c.at DESC",
            [list(set(contact_ids))],
        )
        found: dict[int, list[LastWord]] = {}
        for contact_id, *word in cursor.fetchall():
            found.setdefault(contact_id, []).append(LastWord(*word))
        return found


def states(contact_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """granted or revoked by (contact, purpose); nothing where the guest never said."""
    words = last_words(contact_ids)
    return {(contact_id, word.purpose): word.state for contact_id, own in words.items() for word in own}


def ever_wrote(contact_ids: Sequence[int]) -> set[int]:
    """Those of the contacts that wrote to the salon at least once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.id FROM unnest(%s::bigint[]) AS w(id) WHERE EXISTS "
            "(SELECT 1 FROM message m WHERE m.contact_id = w.id AND m.direction = 'in')",
            [list(set(contact_ids))],
        )
        return {pk for (pk,) in cursor.fetchall()}
