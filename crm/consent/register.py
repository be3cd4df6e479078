"""Writing what guests agree to and forbid: a line in the register, and the last word that is asked before each send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from channels_wa.messages.models import Identity
from crm.consent.models import ConsentEntry, Purpose, Source, State
from ops import clock
from ops.events.actions import NewEvent, emit_many
from tenants.audit import actions as audit

BOTH = (Purpose.MARKETING, Purpose.SERVICE)


class Address(NamedTuple):
    """An identity."""

    portfolio: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one person said, and how we know."""

    contact_id: int | None
    contact_public_id: UUID | None
    addresses: Sequence[Address]
    purposes: Sequence[str]
    state: str
    source: str
    evidence: str = ""
    wamid: str = ""
    by: str = ""
    at: datetime | None = None


def record_many(words: Sequence[Word]) -> int:
    """Write words in the caller's transaction; how many lines were new.

    A word that changes nothing writes nothing. An older word than the last one known is kept in the register and
    changes nothing else (Meta's webhooks come in any order). An import's yes against a stop is dropped, whoever
    sends it here (I20).
    """
    lines = [
        (word, address, str(purpose))
        for word in words
        # In one order for everybody: two who write the same identities must not wait for each other in a circle.
        for address in sorted(set(word.addresses))
        for purpose in sorted(set(word.purposes))
    ]
    if not lines:
        return 0
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        known = _known(cursor, [address for _word, address, _purpose in lines])
        fresh = [line for line in lines if _is_news(line[0], known.get((*line[1], line[2]), ("", now))[0])]
        _enter(fresh, now)
        newest = {
            (*address, purpose): (word, address, purpose)
            for word, address, purpose in fresh
            if known.get((*address, purpose), ("", _when(word, now)))[1] <= _when(word, now)
        }
        _set_last(cursor, list(newest.values()), now)
        emit_many(list(_events(newest.values())))
    return len(fresh)


def record(contact: Any, *, purposes: Sequence[str], state: str, source: str, evidence: str, by: Any) -> int:
    """What a person or a program notes about a contact, for all identities; how many lines were new."""
    word = Word(
        contact_id=contact.pk,
        contact_public_id=contact.public_id,
        addresses=addresses_of([contact.pk]).get(contact.pk, []),
        purposes=purposes,
        state=state,
        source=source,
        evidence=evidence,
        by=f"{type(by).__name__.lower()} {by.public_id}",
    )
    with transaction.atomic():
        if new := record_many([word]):
            # Evidence is the guest's own words; it stands in the register alone.
            after = {"purpose": [str(one) for one in purposes], "state": str(state), "via": str(source)}
            audit.record("consent.noted", subject=contact.public_id, by=by, after=after)
    return new


def addresses_of(contact_ids: Sequence[int]) -> dict[int, list[Address]]:
    """All identities of contacts."""
    found: dict[int, list[Address]] = {}
    rows = Identity.objects.filter(contact_id__in=contact_ids)
    for contact_id, *address in rows.values_list("contact_id", "portfolio", "kind", "value"):
        found.setdefault(contact_id, []).append(Address(*address))
    return found


def _is_news(word: Word, last: str) -> bool:
    is_kept_out = word.source == Source.IMPORT and word.state == State.GRANTED and last == State.REVOKED
    return word.state != last and not is_kept_out


def _when(word: Word, now: datetime) -> datetime:
    return word.at or now


def _known(cursor: Any, addresses: Sequence[Address]) -> dict[tuple[str, str, str, str], tuple[str, datetime]]:
    portfolios, kinds, values = map(list, zip(*sorted(set(addresses)), strict=True))
    cursor.execute(
        "SELECT c.portfolio, c.kind, c.value, c.purpose, c.state, c.at FROM consent c "
        "JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted(portfolio, kind, value) "
        "USING (portfolio, kind, value) ORDER BY c.id FOR UPDATE OF c",
        [portfolios, kinds, values],
    )
    return {tuple(row[:4]): (row[4], row[5]) for row in cursor.fetchall()}


def _enter(lines: Sequence[tuple[Word, Address, str]], now: datetime) -> None:
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            contact_id=word.contact_id,
            portfolio=address.portfolio,
            kind=address.kind,
            value=address.value,
            purpose=purpose,
            state=word.state,
            source=word.source,
            evidence=word.evidence,
            wamid=word.wamid,
            by=word.by,
            at=_when(word, now),
        )
        for word, address, purpose in lines
    )


def _set_last(cursor: Any, lines: Sequence[tuple[Word, Address, str]], now: datetime) -> None:
    if not lines:
        return
    cursor.execute(
        "INSERT INTO consent (portfolio, kind, value, purpose, state, source, at) "
        "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], "
        "%s::timestamptz[]) ON CONFLICT (portfolio, kind, value, purpose) DO UPDATE SET state = EXCLUDED.state, "
        "source = EXCLUDED.source, at = EXCLUDED.at WHERE consent.at <= EXCLUDED.at "
        "AND NOT (EXCLUDED.source = 'import' AND EXCLUDED.state = 'granted' AND consent.state = 'revoked')",
        [
            [address.portfolio for _word, address, _purpose in lines],
            [address.kind for _word, address, _purpose in lines],
            [address.value for _word, address, _purpose in lines],
            [purpose for _word, _address, purpose in lines],
            [word.state for word, _address, _purpose in lines],
            [word.source for word, _address, _purpose in lines],
            [_when(word, now) for word, _address, _purpose in lines],
        ],
    )


def _events(lines: Any) -> Any:
    said = {
        (word.contact_public_id, purpose, word.state, word.source)
        for word, _address, purpose in lines
        if word.contact_public_id
    }
    for contact, purpose, state, source in sorted(said, key=str):
        yield NewEvent(
            "consent.changed",
            contact,
            {"contact": str(contact), "purpose": purpose, "state": state, "source": source},
        )
