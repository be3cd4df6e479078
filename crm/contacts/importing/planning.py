"""What a batch of people would change: asked by the trial, which writes nothing, and by the run, which writes it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from crm.consent.models import State
from crm.contacts import tags
from crm.contacts.importing import columns
from crm.contacts.importing.options import FILL
from crm.contacts.importing.people import Person, Refusal
from ops.ids import uuid7

CREATED, CHANGED, UNCHANGED, REPEATED, REFUSED = "created", "changed", "unchanged", "repeated", "refused"
EXAMPLES = 8
_BY_PHONE = """
    SELECT i.value, min(c.id) FROM unnest(%s::text[]) AS p(portfolio) CROSS JOIN unnest(%s::text[]) AS w(value)
    JOIN identity i ON i.portfolio = p.portfolio AND i.kind = 'phone' AND i.value = w.value AND i.former_at IS NULL
    JOIN contact c ON c.id = i.contact_id GROUP BY i.value
"""
_BY_ID = """
    SELECT w.id, COALESCE(c.merged_into_id, c.id) FROM unnest(%s::uuid[]) AS w(id) JOIN contact c ON c.public_id = w.id
"""
_CONTACTS = """
    SELECT id, public_id, name, language, birthday, tags, fields, preferences FROM contact
    WHERE id = ANY(%s) ORDER BY id
"""
_STOPPED = """
    SELECT c.value, c.purpose, c.state FROM unnest(%s::text[]) AS p(portfolio) CROSS JOIN unnest(%s::text[]) AS w(value)
    JOIN consent c ON c.portfolio = p.portfolio AND c.kind = 'phone' AND c.value = w.value
"""
_STATES = """
    SELECT DISTINCT ON (i.contact_id, c.purpose) i.contact_id, c.purpose, c.state
    FROM identity i JOIN consent c USING (portfolio, kind, value) WHERE i.contact_id = ANY(%s)
    ORDER BY i.contact_id, c.purpose, c.state = 'revoked' DESC, c.at DESC
"""
_PORTFOLIOS = """
    WITH RECURSIVE known AS (
        (SELECT portfolio FROM identity WHERE former_at IS NULL ORDER BY portfolio LIMIT 1) UNION ALL
        SELECT (SELECT i.portfolio FROM identity i WHERE i.former_at IS NULL AND i.portfolio > known.portfolio
                ORDER BY i.portfolio LIMIT 1) FROM known WHERE known.portfolio IS NOT NULL
    ) SELECT portfolio FROM known WHERE portfolio IS NOT NULL
"""


@dataclass(slots=True)
class Target:
    """A contact as it is, or will be; `before` is how it was, of what changed."""

    id: int
    public_id: UUID
    name: str = ""
    language: str = ""
    birthday: date | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=dict)
    phone: str = ""
    is_new: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    # The last word by purpose, and those that this file brings: state, and the row that says it.
    consents: dict[str, str] = field(default_factory=dict)
    said: dict[str, tuple[str, Person]] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """Of what is something else by now than it was."""
        return [name for name in sorted(self.before) if self.before[name] != getattr(self, name)]

    def put(self, name: str, value: Any) -> None:
        """Set a value, and remember what was there."""
        old = getattr(self, name)
        if old != value:
            self.before.setdefault(name, old)
            setattr(self, name, value)


@dataclass(slots=True)
class Plan:
    """What becomes of the rows of one batch."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((CREATED, CHANGED, UNCHANGED, REPEATED, REFUSED), 0)
    )
    refusals: list[Refusal] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {CREATED: [], CHANGED: []})

    @property
    def partly(self) -> int:
        """Rows that are taken without a part of them."""
        return len({one.row.number for one in self.refusals if one.is_partly})


def known_portfolios(own: Iterable[str]) -> list[str]:
    """Under which the salon knows anybody, and those of its numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_PORTFOLIOS)
        return sorted({*own, *(portfolio for (portfolio,) in cursor.fetchall())})


def plan(
    people: Sequence[Person], seen: set[str], *, existing: str, portfolios: list[str], lock: bool, room: int
) -> Plan:
    """What these rows change, one after the other; `seen` are the keys of the rows before, and grows. So many contacts
    as `room` says may be new.

    With `lock` the contacts found stay as they are until the transaction ends.
    """
    made = Plan()
    by_phone, by_id, targets = _found(people, portfolios, lock=lock)
    _add_consents(people, targets)
    words = _words_of_phones(people, portfolios)
    firsts: list[tuple[Person, Target]] = []
    for person in people:
        target = _target(person, by_phone, by_id)
        is_repeat = _is_repeat(person, target, seen)
        if target is None and room <= 0:
            target = Refusal(person.row, columns.PHONE, _("Your plan has no room for more contacts. See Billing."))
        elif target is None:
            room -= 1
            target = Target(-1, uuid7(), phone=person.phone, is_new=True, consents=dict(words.get(person.phone, {})))
        elif isinstance(target, Target) and person.phone not in by_phone:
            # The number may have said stop before it was theirs.
            stops = {name: state for name, state in words.get(person.phone, {}).items() if state == State.REVOKED}
            target.consents.update(stops)
        problem = target if isinstance(target, Refusal) else _apply(person, target, existing, made)
        if problem is not None or isinstance(target, Refusal):
            made.refusals.extend([problem] if problem else [])
            made.counts[REFUSED] += 1
            continue
        if person.phone and person.phone not in by_phone:
            # A number more of somebody known by their id, or somebody new.
            by_phone[person.phone] = target
            target.put("phone", person.phone)
        if is_repeat:
            made.counts[REPEATED] += 1
        else:
            firsts.append((person, target))
    # At the end: what one row changes, a later one of the same person may change back.
    for person, target in firsts:
        _count(person, target, made)
    fresh = [one for one in {id(one): one for one in by_phone.values()}.values() if one.is_new]
    changed = [one for one in targets.values() if one.changed or one.said]
    # In one order for everybody who writes contacts.
    made.targets = [*fresh, *sorted(changed, key=lambda one: one.id)]
    return made


def _found(
    people: Sequence[Person], portfolios: list[str], *, lock: bool
) -> tuple[dict[str, Target], dict[UUID, Target], dict[int, Target]]:
    phones = list({one.phone for one in people if one.phone})
    ids = list({one.public_id for one in people if one.public_id})
    with connection.cursor() as cursor:
        cursor.execute(_BY_PHONE, [portfolios, phones])
        owners = dict(cursor.fetchall())
        by_public_id: dict[UUID, int] = {}
        if ids:
            cursor.execute(_BY_ID, [ids])
            by_public_id = dict(cursor.fetchall())
        targets: dict[int, Target] = {}
        if wanted := sorted({*owners.values(), *by_public_id.values()}):
            cursor.execute(_CONTACTS + ("FOR UPDATE" if lock else ""), [wanted])
            for pk, public_id, name, language, birthday, known, fields, preferences in cursor.fetchall():
                targets[pk] = Target(
                    pk, public_id, name, language, birthday, list(known), _json(fields), _json(preferences)
                )
    by_phone = {phone: targets[pk] for phone, pk in owners.items() if pk in targets}
    return by_phone, {one: targets[pk] for one, pk in by_public_id.items() if pk in targets}, targets


def _target(person: Person, by_phone: dict[str, Target], by_id: dict[UUID, Target]) -> Target | Refusal | None:
    """Whom the row is about; None for somebody new."""
    by_number = by_phone.get(person.phone) if person.phone else None
    known = by_id.get(person.public_id) if person.public_id else None
    if by_number is not None and known is not None and by_number is not known:
        return Refusal(person.row, columns.PHONE, _("This phone number belongs to another contact than the id."))
    if by_number is None and known is None and not person.phone:
        words = _("There is no contact with this id, and no phone number in this row.")
        return Refusal(person.row, columns.ID, words)
    return by_number or known


def _is_repeat(person: Person, target: Target | Refusal | None, seen: set[str]) -> bool:
    """Whether somebody stood in the file before; two numbers may be one person's."""
    keys = {person.key}
    if isinstance(target, Target) and not target.is_new:
        keys.add(f"contact {target.id}")
    is_repeat = not seen.isdisjoint(keys)
    seen |= keys
    return is_repeat


def note_seen(people: Sequence[Person], seen: set[str], portfolios: list[str]) -> None:
    """Rows that were settled before a crash: those who stood in them count as seen."""
    by_phone, by_id, _targets = _found(people, portfolios, lock=False)
    for person in people:
        _is_repeat(person, _target(person, by_phone, by_id), seen)


def _apply(person: Person, target: Target, existing: str, made: Plan) -> Refusal | None:
    """Put what the row says on the contact; a refusal where it cannot be."""
    joined = list(dict.fromkeys([*target.tags, *person.tags]))
    if len(joined) > tags.MOST_ON_ONE:
        words = _("With these the contact would have %(count)d tags; at most %(most)d, please.")
        return Refusal(person.row, columns.TAGS, words % {"count": len(joined), "most": tags.MOST_ON_ONE})
    only_gaps = existing == FILL and not target.is_new
    for name in ("name", "language", "birthday"):
        value = getattr(person, name)
        if value and not (only_gaps and getattr(target, name)):
            target.put(name, value)
    target.put("tags", joined)
    for name, given in (("fields", person.fields), ("preferences", person.wishes)):
        known = getattr(target, name)
        new = {key: value for key, value in given.items() if not (only_gaps and known.get(key) not in (None, ""))}
        target.put(name, {**known, **new})
    for purpose, state in person.consents.items():
        if state == State.GRANTED and target.consents.get(purpose) == State.REVOKED:
            words = _("The guest has said stop. An import never takes that back; ask them, and note it by hand.")
            made.refusals.append(Refusal(person.row, f"consent.{purpose}", words, is_partly=True))
        elif state == State.GRANTED and target.consents.get(purpose) != state and not person.proof:
            words = _("There is no proof of this consent: say where and how the guest agreed.")
            made.refusals.append(Refusal(person.row, f"consent.{purpose}", words, is_partly=True))
        elif target.consents.get(purpose) != state:
            target.consents[purpose] = state
            target.said[purpose] = (state, person)
    return None


def _count(person: Person, target: Target, made: Plan) -> None:
    if target.is_new:
        made.counts[CREATED] += 1
        if len(made.examples[CREATED]) < EXAMPLES:
            made.examples[CREATED].append({"row": person.row.number, "name": person.name, "phone": person.phone})
        return
    outcome = CHANGED if target.changed or target.said else UNCHANGED
    made.counts[outcome] += 1
    if outcome == CHANGED and len(made.examples[CHANGED]) < EXAMPLES:
        changes = [[name, _shown(target.before[name]), _shown(getattr(target, name))] for name in target.changed]
        changes += [[f"consent.{purpose}", "", state] for purpose, (state, _person) in target.said.items()]
        made.examples[CHANGED].append(
            {"row": person.row.number, "name": target.name, "phone": person.phone, "changes": changes}
        )


def _add_consents(people: Sequence[Person], targets: dict[int, Target]) -> None:
    if targets and any(one.consents for one in people):
        with connection.cursor() as cursor:
            cursor.execute(_STATES, [list(targets)])
            for pk, purpose, state in cursor.fetchall():
                targets[pk].consents[purpose] = state


def _words_of_phones(people: Sequence[Person], portfolios: list[str]) -> dict[str, dict[str, str]]:
    """What somebody has said whom nobody knows as a contact: their word stands at the phone."""
    # Also of rows that say nothing: the number may come with one, the consent with another of the same guest.
    phones = [one.phone for one in people if one.phone]
    found: dict[str, dict[str, str]] = {}
    if any(one.consents for one in people):
        with connection.cursor() as cursor:
            cursor.execute(_STOPPED, [portfolios, phones])
            for phone, purpose, state in cursor.fetchall():
                words = found.setdefault(phone, {})
                words[purpose] = State.REVOKED if State.REVOKED in (words.get(purpose), state) else state
    return found


def _json(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else dict(value or {})


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
