"""Who wrote: the keep step that finds or makes the contact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from channels_wa.inbound.steps import Incoming
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.ids import uuid7

Key = tuple[str, str, str]


class TakenMeanwhile(Exception):
    """Another process made this identity at the same moment; the next try finds it."""


@dataclass(frozen=True, slots=True)
class _Contact:
    id: int
    public_id: UUID
    name: str


def find_or_create_contacts(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its contact; new people and newly known identities are written. Raises TakenMeanwhile."""
    known = _known([key for one in batch for key in _keys(one)])
    made = _make([one for one in batch if not any(key in known for key in _keys(one))])
    known |= made
    found = []
    for one in batch:
        contact = next(known[key] for key in _keys(one) if key in known)
        is_new = any(key in made for key in _keys(one))
        found.append(
            replace(
                one,
                contact_id=contact.id,
                contact_public_id=contact.public_id,
                contact_name=contact.name or one.message.profile_name,
                is_new_contact=is_new,
            )
        )
    _add_identities(found, known)
    _name_nameless([one for one in found if one.message.profile_name and not known_name(one, known)])
    return found


def known_name(one: Incoming, known: dict[Key, _Contact]) -> str:
    """The name the salon has for this contact already."""
    return next(known[key].name for key in _keys(one) if key in known)


def _keys(one: Incoming) -> list[Key]:
    return [(one.portfolio, identity.kind, identity.value) for identity in one.message.identities]


def _known(keys: list[Key]) -> dict[Key, _Contact]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.portfolio, i.kind, i.value, c.id, c.public_id, c.name "
            "FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted(portfolio, kind, value) "
            "JOIN identity i USING (portfolio, kind, value) JOIN contact c ON c.id = i.contact_id",
            list(map(list, zip(*keys, strict=True))),
        )
        return {(row[0], row[1], row[2]): _Contact(*row[3:]) for row in cursor.fetchall()}


def _make(strangers: Sequence[Incoming]) -> dict[Key, _Contact]:
    """Contacts for people nobody knows. Two messages of one person in a batch (over two numbers) make one contact."""
    people: list[tuple[set[Key], Incoming]] = []
    for one in strangers:
        keys = set(_keys(one))
        same = next((person for person in people if person[0] & keys), None)
        if same:
            same[0].update(keys)
        else:
            people.append((keys, one))
    if not people:
        return {}
    public_ids = [uuid7() for _ in people]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contact (public_id, name, language, tags, fields, created_at) "
            "SELECT public_id, name, '', '{}', '{}', %s FROM unnest(%s::uuid[], %s::text[]) AS new(public_id, name) "
            "RETURNING id, public_id, name",
            [clock.now(), public_ids, [one.message.profile_name[:120] for _keys_of, one in people]],
        )
        by_public_id = {row[1]: _Contact(*row) for row in cursor.fetchall()}
    emit_many([NewEvent("contact.created", public_id, {"source": "whatsapp"}) for public_id in public_ids])
    made = {
        key: by_public_id[public_id] for (keys, _one), public_id in zip(people, public_ids, strict=True) for key in keys
    }
    if _write_identities(made) != len(made):
        raise TakenMeanwhile
    return made


def _add_identities(batch: Sequence[Incoming], known: dict[Key, _Contact]) -> None:
    """A guest known by one identity came with another: both lead to the same contact from now on."""
    new = {
        key: _Contact(one.contact_id, one.contact_public_id, "")  # type: ignore[arg-type]
        for one in batch
        for key in _keys(one)
        if key not in known
    }
    _write_identities(new)


def _write_identities(contacts: dict[Key, _Contact]) -> int:
    if not contacts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity (portfolio, kind, value, contact_id, created_at) "
            "SELECT portfolio, kind, value, contact_id, %s "
            "FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS new(portfolio, kind, value, contact_id) "
            "ON CONFLICT DO NOTHING",
            [
                clock.now(),
                [portfolio for portfolio, _kind, _value in contacts],
                [kind for _portfolio, kind, _value in contacts],
                [value for _portfolio, _kind, value in contacts],
                [contact.id for contact in contacts.values()],
            ],
        )
        return int(cursor.rowcount)


def _name_nameless(batch: Sequence[Incoming]) -> None:
    if batch:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contact c SET name = new.name FROM unnest(%s::bigint[], %s::text[]) AS new(id, name) "
                "WHERE c.id = new.id AND c.name = ''",
                [[one.contact_id for one in batch], [one.message.profile_name[:120] for one in batch]],
            )
