"""Who wrote: the keep step that finds or makes the contact."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from channels_wa.inbound.parse import PhonebookEntry
from channels_wa.inbound.steps import DoFirst, Incoming
from crm.contacts import identities, same_person
from crm.contacts.identities import Key, Known, Person, keys_of, rename_of
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.ids import uuid7

# What is told of an ad, as far as it helps to know what worked.
TOUCH = ("source_type", "source_id", "source_url", "headline", "ctwa_clid", "media_type")
LONGEST = 1000


@dataclass(slots=True)
class Stranger:
    """Somebody who is to become a contact. `seen_at` is when they wrote to us, None where they did not."""

    keys: list[Key]
    name: str
    seen_at: datetime | None = None


class TakenMeanwhile(Exception):
    """Another process made this identity at the same moment; the next try finds it."""


def find_or_create_contacts(batch: Sequence[Incoming]) -> list[Incoming]:
    """Give each message its contact; new people and newly known identities are written.

    Raises TakenMeanwhile, and DoFirst where a message says that two contacts are one person, or that one is not who
    they were.
    """
    identities.hold_still()
    renames = [rename.old for one in batch if (rename := rename_of(one))]
    known = identities.known([*(key for one in batch for key in keys_of(one)), *renames])
    if doubtful := same_person.doubts(batch, known):
        raise DoFirst(partial(same_person.settle, doubtful))
    strangers = [one for one in batch if _acquaintance(one, known) is None]
    made = _make(strangers)
    found, nameless = [], {}
    for one in batch:
        person = _acquaintance(one, known) or next(made[key] for key in keys_of(one) if key in made)
        if not person.name and one.message.profile_name:
            nameless[person.id] = one.message.profile_name
        found.append(
            replace(
                one,
                contact_id=person.id,
                contact_public_id=person.public_id,
                contact_name=person.name or one.message.profile_name,
                is_new_contact=any(key in made for key in keys_of(one)),
                is_blocked=person.is_blocked,
            )
        )
    _add_identities([one for one in found if not one.is_new_contact], known)
    _add_former_names([one for one in found if one.is_new_contact], known)
    _name_nameless(nameless)
    _note_touches([one for one in found if one.message.referral and one.direction == "in"])
    return found


def leave_blocked_alone(batch: Sequence[Incoming]) -> list[bool]:
    """Answer step: what a blocked guest writes is kept, and no flow's business."""
    return [one.is_blocked for one in batch]


def note_phonebook(entries: Sequence[tuple[str, PhonebookEntry]]) -> None:
    """(portfolio, entry) of the salon's own phone: whom we do not know becomes a contact, who has no name gets it."""
    identities.hold_still()
    by_key = {Key(portfolio, *entry.identities[0]): entry for portfolio, entry in entries}
    known = identities.known(by_key)
    missing = {key: entry.name for key, entry in by_key.items() if key not in known.live}
    made = _write_people([Stranger([key], name) for key, name in missing.items()], source="phone")
    people = {**known.live, **made}
    _name_nameless({people[key].id: entry.name for key, entry in by_key.items() if entry.name})


def _acquaintance(one: Incoming, known: Known) -> Person | None:
    """Whom the salon knows by one of these names; or knew, when the message was sent."""
    keys = keys_of(one)
    return next(iter(known.of(keys)), None) or known.was_of(keys, one.message.sent_at)


def _make(strangers: Sequence[Incoming]) -> dict[Key, Person]:
    """Contacts for people nobody knows. Two messages of one person in a batch (over two numbers) make one contact."""
    people: list[Stranger] = []
    for one in strangers:
        keys = keys_of(one)
        same = next((person for person in people if not set(person.keys).isdisjoint(keys)), None)
        if same:
            same.keys.extend(key for key in keys if key not in same.keys)
        else:
            # What is told by another phone, or of the past, was not written to us just now.
            wrote = one.direction == "in" and not one.source
            people.append(Stranger(keys, one.message.profile_name, one.at if wrote else None))
    return _write_people(people, source="whatsapp")


def _write_people(people: Sequence[Stranger], *, source: str) -> dict[Key, Person]:
    if not people:
        return {}
    public_ids = [uuid7() for _ in people]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contact (public_id, name, language, tags, fields, created_at, seen_at) "
            "SELECT public_id, name, '', '{}', '{}', %s, seen_at "
            "FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS new(public_id, name, seen_at) "
            "RETURNING id, public_id, name",
            [
                clock.now(),
                public_ids,
                [person.name[:120] for person in people],
                [person.seen_at for person in people],
            ],
        )
        by_public_id = {row[1]: Person(*row) for row in cursor.fetchall()}
    emit_many([NewEvent("contact.created", public_id, {"source": source}) for public_id in public_ids])
    made = {
        key: by_public_id[public_id]
        for person, public_id in zip(people, public_ids, strict=True)
        for key in person.keys
    }
    if identities.write({key: person.id for key, person in made.items()}) != len(made):
        raise TakenMeanwhile
    return made


def _add_identities(batch: Sequence[Incoming], known: Known) -> None:
    """A guest known by one identity came with another: both lead to the same contact from now on."""
    identities.write(
        {
            key: one.contact_id
            for one in batch
            for key in keys_of(one)
            if key not in known.live and not known.is_past(key, one.contact_id, one.message.sent_at)
        }
    )


def _add_former_names(batch: Sequence[Incoming], known: Known) -> None:
    """Of people whom we meet when they change their name."""
    for one in batch:
        rename = rename_of(one)
        if rename and rename.old not in known.former:
            identities.write_former(rename.old, one.contact_id, at=one.message.sent_at or one.at)


def _name_nameless(names: dict[int, str]) -> None:
    if names:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contact c SET name = new.name FROM unnest(%s::bigint[], %s::text[]) AS new(id, name) "
                "WHERE c.id = new.id AND c.name = ''",
                [list(names), [name[:120] for name in names.values()]],
            )


def _note_touches(batch: Sequence[Incoming]) -> None:
    """The ad that a guest came by: the first one stays, the last one is overwritten."""
    touches = {one.contact_id: json.dumps(touch_of(one)) for one in batch}
    if touches:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contact c SET attribution = c.attribution || jsonb_build_object("
                "'first', COALESCE(c.attribution->'first', new.touch), 'last', new.touch) "
                "FROM unnest(%s::bigint[], %s::jsonb[]) AS new(id, touch) WHERE c.id = new.id",
                [list(touches), list(touches.values())],
            )


def touch_of(one: Incoming) -> dict[str, Any]:
    """What is kept of a referral, and when."""
    referral = one.message.referral or {}
    texts = {name: str(referral[name])[:LONGEST] for name in TOUCH if isinstance(referral.get(name), str | int)}
    return {**texts, "at": one.at.isoformat()}
