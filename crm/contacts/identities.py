"""Which identities lead to whom, read and written for many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from channels_wa.inbound.steps import Incoming
from crm.consent import suppression
from ops import clock
from ops.salon import current_salon_id

_LOCK = 0x1DE7_7177 << 31


class Key(NamedTuple):
    """An identity within the portfolio that knows it."""

    portfolio: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, as far as finding needs it."""

    id: int
    public_id: UUID
    name: str
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    """Meta says that who had the one identity has the other one now."""

    old: Key
    new: Key


@dataclass(slots=True)
class Known:
    """Whom identities lead to by now, and whom they led to until when."""

    live: dict[Key, Person] = field(default_factory=dict)
    former: dict[Key, list[tuple[Person, datetime]]] = field(default_factory=dict)

    def of(self, keys: Iterable[Key]) -> list[Person]:
        """The people behind these, each once, in the order of the keys."""
        return list({self.live[key].id: self.live[key] for key in keys if key in self.live}.values())

    def was_of(self, keys: Iterable[Key], sent_at: datetime | None) -> Person | None:
        """Whose one of these was when a message was sent that comes late."""
        for key in keys:
            for person, until in self.former.get(key, []):
                if _is_late(key, until, sent_at):
                    return person
        return None

    def is_past(self, key: Key, person_id: int, sent_at: datetime | None) -> bool:
        """Whether the person has given this identity up since the message was sent."""
        return any(
            person.id == person_id and _is_late(key, until, sent_at) for person, until in self.former.get(key, [])
        )


def _is_late(key: Key, until: datetime, sent_at: datetime | None) -> bool:
    # A phone may be somebody else's later; an id of Meta's is never given to anybody else.
    return key.kind != "phone" or (sent_at is not None and sent_at < until)


def keys_of(one: Incoming) -> list[Key]:
    """All names of the guest, best first; of one who was renamed, the new ones."""
    keys = [Key(one.portfolio, identity.kind, identity.value) for identity in one.message.identities]
    rename = rename_of(one)
    if rename is None:
        return keys
    return [rename.new, *(key for key in keys if key not in (rename.old, rename.new))]


def rename_of(one: Incoming) -> Rename | None:
    """What a notice of WhatsApp's says of the guest's names, if it says anything of them."""
    if one.message.type != "system":
        return None
    payload = one.message.payload
    names = {identity.kind: identity.value for identity in one.message.identities}
    # Without the old name in it, a notice is about the name that it came under.
    phones = names.get("phone"), payload.get("phone")
    user_ids = payload.get("previous_user_id") or names.get("bsuid"), payload.get("user_id")
    by_event = {"user_changed_number": ("phone", phones), "user_changed_user_id": ("bsuid", user_ids)}
    kind, (old, new) = by_event.get(str(payload.get("event")), ("", (None, None)))
    if not old or not new or old == new:
        return None
    return Rename(Key(one.portfolio, kind, str(old)[:160]), Key(one.portfolio, kind, str(new)[:160]))


def hold_still(*, alone: bool = False) -> None:
    """Until the end of the transaction nobody's contacts are merged under our feet; `alone`: we are the one who merges.

    Keeping messages shares this lock, so that whom an identity leads to stays true until the message is written.
    """
    name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s)", [_LOCK + (current_salon_id() or 0)])


def known(keys: Iterable[Key]) -> Known:
    """Whom these lead to, one query."""
    wanted, found = list(dict.fromkeys(keys)), Known()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.portfolio, i.kind, i.value, c.id, c.public_id, c.name, c.blocked_at IS NOT NULL, i.former_at "
            "FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted(portfolio, kind, value) "
            "JOIN identity i USING (portfolio, kind, value) JOIN contact c ON c.id = i.contact_id ORDER BY i.id",
            _columns(wanted),
        )
        for *names, pk, public_id, name, is_blocked, former_at in cursor.fetchall():
            key, person = Key(*names), Person(pk, public_id, name, is_blocked)
            if former_at is None:
                found.live[key] = person
            else:
                found.former.setdefault(key, []).append((person, former_at))
    return found


def write(people: dict[Key, int]) -> int:
    """New identities of contacts, by id; how many were not there."""
    if not people:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity (portfolio, kind, value, contact_id, created_at) "
            "SELECT portfolio, kind, value, contact_id, %s "
            "FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) AS new(portfolio, kind, value, contact_id) "
            "ON CONFLICT (portfolio, kind, value) WHERE former_at IS NULL DO NOTHING",
            [clock.now(), *_columns(list(people)), list(people.values())],
        )
        written = int(cursor.rowcount)
    # Somebody may have stopped our messages, and been erased since.
    suppression.recall(list(people))
    return written


def write_former(key: Key, contact_id: int, *, at: datetime) -> None:
    """A name that somebody had before we knew them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity (portfolio, kind, value, contact_id, created_at, former_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [*key, contact_id, clock.now(), at],
        )


def end(key: Key, *, at: datetime) -> None:
    """From this moment on it does not lead to its contact any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity SET former_at = %s "
            "WHERE portfolio = %s AND kind = %s AND value = %s AND former_at IS NULL",
            [at, *key],
        )


def have_another_user_id(people: Sequence[tuple[int, str]]) -> set[int]:
    """Those of (contact id, portfolio) whom Meta knows by an id of its own in that portfolio."""
    if not people:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.contact_id FROM unnest(%s::bigint[], %s::text[]) AS wanted(contact_id, portfolio) "
            "JOIN identity i USING (contact_id, portfolio) WHERE i.kind = 'bsuid' AND i.former_at IS NULL",
            [[pk for pk, _portfolio in people], [portfolio for _pk, portfolio in people]],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _columns(keys: Sequence[Key]) -> list[list[str]]:
    return [[key.portfolio for key in keys], [key.kind for key in keys], [key.value for key in keys]]
