"""Who is who, when Meta's names for people change or meet (docs/adr: merging contacts).

A message may say that two contacts are one person, and a phone may have passed on to somebody else. Both are decided
here, in a transaction of its own, alone in the salon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from channels_wa.inbound.steps import Incoming
from crm.contacts import identities
from crm.contacts.identities import Key, Known, Person, Rename, keys_of, rename_of
from crm.contacts.merging import merge
from ops import clock
from ops.events.actions import emit

# A notice of a new phone may come this much later than the first message from it: so long Meta tries a delivery again.
NOTICES_COME_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What one message or notice says of somebody's names."""

    keys: tuple[Key, ...]
    """All of one person, best first."""
    rename: Rename | None
    at: datetime
    """When it was so, for what ends then."""


def doubts(batch: Sequence[Incoming], known: Known) -> list[Doubt]:
    """Messages whose names lead to two people, take a name from somebody, or replace one by another."""
    # Names that only somebody has whom Meta knows by another id of its own: a phone that changed hands.
    newcomers = [(one, phone.id) for one in batch if (phone := _only_by_phone(one, known))]
    others = identities.have_another_user_id([(pk, one.portfolio) for one, pk in newcomers])
    passed_on = {one.item_id for one, pk in newcomers if pk in others}
    return [
        Doubt(tuple(keys_of(one)), rename_of(one), one.message.sent_at or one.at)
        for one in batch
        if len(known.of(keys_of(one))) > 1 or one.item_id in passed_on or _is_news(rename_of(one), known)
    ]


def _only_by_phone(one: Incoming, known: Known) -> Person | None:
    """Who has the phone of a message whose other names, also new ones of Meta's, nobody has."""
    keys = keys_of(one)
    holders = [(key, known.live[key]) for key in keys if key in known.live]
    if len(holders) != 1 or holders[0][0].kind != "phone":
        return None
    person = holders[0][1]
    new = [key for key in keys if key.kind == "bsuid" and not known.is_past(key, person.id, one.message.sent_at)]
    return person if new else None


def _is_news(rename: Rename | None, known: Known) -> bool:
    return rename is not None and rename.old in known.live


@transaction.atomic
def settle(found: Sequence[Doubt]) -> None:
    """Decide, with nobody else at work on the salon's contacts. Safe to do again."""
    identities.hold_still(alone=True)
    for doubt in found:
        if doubt.rename:
            _rename(doubt.rename, at=doubt.at)
        _bring_together(doubt)


def _rename(rename: Rename, *, at: datetime) -> None:
    """Meta's own word: who had the old name has the new one."""
    known = identities.known([rename.old, rename.new])
    person, other = known.live.get(rename.old), known.live.get(rename.new)
    if person is None:
        return
    identities.end(rename.old, at=at)
    if other is None:
        identities.write({rename.new: person.id})
    elif other.id != person.id:
        if rename.new.kind == "phone" and _had_before(rename.new, at - NOTICES_COME_WITHIN):
            # The number was somebody else's for long: numbers are handed on, ids of Meta's never are.
            _pass_on(rename.new, other, to=person, at=at)
        else:
            merge(person.id, other.id, because="renamed")


def _bring_together(doubt: Doubt) -> None:
    """One message names all of one person."""
    known = identities.known(doubt.keys)
    by_phone = next((known.live[key] for key in doubt.keys if key.kind == "phone" and key in known.live), None)
    by_id = [person for key in doubt.keys if key.kind != "phone" and (person := known.live.get(key))]
    keeper = by_id[0] if by_id else None
    for person in by_id[1:]:
        if keeper and person.id != keeper.id:
            keeper = merge(keeper.id, person.id, because="one message")
    if by_phone is None or (keeper and by_phone.id == keeper.id):
        return
    user_ids = [key for key in doubt.keys if key.kind == "bsuid"]
    portfolio = doubt.keys[0].portfolio
    if user_ids and identities.have_another_user_id([(by_phone.id, portfolio)]):
        phone = next(key for key in doubt.keys if key.kind == "phone")
        _pass_on(phone, by_phone, to=keeper, at=doubt.at)
    elif keeper:
        merge(keeper.id, by_phone.id, because="one message")


def _pass_on(phone: Key, former: Person, *, to: Person | None, at: datetime) -> None:
    """The phone is somebody else's by now. Nothing of the former owner's is shown to them or mixed with theirs."""
    identities.end(phone, at=at)
    if to:
        identities.write({phone: to.id})
    emit(
        "contact.phone_passed_on",
        subject=former.public_id,
        payload={"contact_id": former.id, "phone": phone.value, "to": str(to.public_id) if to else None},
    )


def _had_before(key: Key, moment: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT created_at < %s FROM identity "
            "WHERE portfolio = %s AND kind = %s AND value = %s AND former_at IS NULL",
            [min(moment, clock.now()), *key],
        )
        row = cursor.fetchone()
        return bool(row and row[0])
