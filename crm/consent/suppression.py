"""Stops that outlive their guest: kept under a keyed hash, found again when the same phone turns up.

Erasing a guest must not undo their STOP: the next import of an old list would write to them again. So each last word
that forbids stays as a row of kind `hashed`, whose value is the salon's keyed hash of the identity; nothing leads back
from it. When an identity becomes known anew, its hash is looked up and the stop stands at the identity again, before
the first message could leave.
"""

from collections.abc import Sequence

from django.db import connection

from crm.consent.models import State
from ops import clock
from tenants.privacy.whom import Person, hashes_of_values

HASHED = "hashed"


def remember(person: Person) -> None:
    """In the erasure's first transaction, while the words still stand at the identities."""
    hashes = dict(zip(person.values, hashes_of_values(person.values), strict=True))
    with connection.cursor() as cursor:
        # Who agreed again since an earlier erasure has not stopped any more.
        cursor.execute("DELETE FROM consent WHERE kind = %s AND value = ANY(%s)", [HASHED, list(hashes.values())])
        cursor.execute(
            "INSERT INTO consent (portfolio, kind, value, purpose, state, source, at) "
            "SELECT c.portfolio, %s, h.hash, c.purpose, c.state, c.source, c.at FROM consent c "
            "JOIN unnest(%s::text[], %s::text[]) AS h(value, hash) ON h.value = c.value WHERE c.state = %s "
            "ON CONFLICT (portfolio, kind, value, purpose) DO NOTHING",
            [HASHED, list(hashes), list(hashes.values()), State.REVOKED],
        )


def recall(identities: Sequence[tuple[str, str, str]]) -> int:
    """Identities (portfolio, kind, value) that were not known before: stops of long ago stand at them; how many."""
    if not identities:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM consent WHERE kind = %s)", [HASHED])
        if not cursor.fetchone()[0]:
            return 0
        hashes = hashes_of_values([value for _portfolio, _kind, value in identities])
        cursor.execute(
            "WITH stopped AS (SELECT n.portfolio, n.kind, n.value, c.purpose, c.state, c.source, c.at "
            "FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS n(portfolio, kind, value, hash) "
            "JOIN consent c ON c.kind = %s AND c.value = n.hash), "
            "noted AS (INSERT INTO consent (portfolio, kind, value, purpose, state, source, at) "
            "SELECT DISTINCT ON (portfolio, kind, value, purpose) portfolio, kind, value, purpose, state, source, at "
            "FROM stopped ORDER BY portfolio, kind, value, purpose, at DESC "
            "ON CONFLICT (portfolio, kind, value, purpose) DO NOTHING RETURNING portfolio, kind, value, purpose, "
            "state, source, at) "
            "INSERT INTO consent_entry (public_id, contact_id, portfolio, kind, value, purpose, state, source, "
            "evidence, wamid, by, at) SELECT gen_random_uuid(), i.contact_id, noted.portfolio, noted.kind, "
            "noted.value, purpose, state, source, 'stopped before an erasure', '', 'system', %s FROM noted "
            "LEFT JOIN identity i ON i.portfolio = noted.portfolio AND i.kind = noted.kind AND i.value = noted.value "
            "AND i.former_at IS NULL",
            [
                [portfolio for portfolio, _kind, _value in identities],
                [kind for _portfolio, kind, _value in identities],
                [value for _portfolio, _kind, value in identities],
                hashes,
                HASHED,
                clock.now(),
            ],
        )
        return int(cursor.rowcount)
