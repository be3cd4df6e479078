"""Shares of contacts' keys, outside of the database and of every backup (ADR 34).

What is sealed for a contact opens with the salon's key and this share together. The share is drawn by lot and kept
nowhere else: taking it away makes noise of every copy of what it sealed, those in backups too.

Shares lie in objects of 1,024 contacts, so that a message of a new guest rarely needs a new object, and a process that
has read one knows the others by heart.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from time import monotonic
from typing import Final

from django.db import connection, transaction

from ops.storage import Missing, StorageError, outside

SHARE: Final = 32
CONTACTS: Final = 1024
# 32 KiB each.
_REMEMBERED: Final = 256
# Another process may have taken a share away.
_FRESH_S: Final = 30.0
_GONE: Final = bytes(SHARE)
_LOCK: Final = 0x5B11_7034
# A store that is away is asked no more often: each guest's message would wait for it.
_PAUSE_S: Final = 10.0
_away_until = 0.0
_known: "OrderedDict[tuple[int, int], tuple[float, bytes]]" = OrderedDict()


class ShareGone(Exception):
    """The contact was erased: what was sealed for them stays closed for ever."""


def share(salon_id: int, contact_id: int, *, to_seal: bool = False) -> bytes:
    """The contact's share. Raises ShareGone, unless it is for something new to be sealed: then there is one.

    A restored database may give the number of an erased contact to a new one, who gets a share of their own.
    """
    number, place = divmod(contact_id, CONTACTS)
    found = _at(_bucket(salon_id, number, make=to_seal), place)
    if found == _GONE and to_seal:
        _write(salon_id, number, {place: secrets.token_bytes(SHARE)})
        found = _at(_bucket(salon_id, number), place)
    if found == _GONE:
        raise ShareGone
    return found


def destroy(salon_id: int, contact_ids: Iterable[int]) -> None:
    """Take the shares of these contacts away for good. Twice is once."""
    by_bucket: dict[int, dict[int, bytes]] = {}
    for contact_id in contact_ids:
        number, place = divmod(contact_id, CONTACTS)
        by_bucket.setdefault(number, {})[place] = _GONE
    for number, gone in by_bucket.items():
        _write(salon_id, number, gone)


def destroy_salon(salon_id: int) -> None:
    """Take all shares of a salon away: what backups still have of it stays closed for ever."""
    for key in list(outside().listed(f"vault/{int(salon_id)}/")):
        outside().delete(key)
    for name in [name for name in _known if name[0] == salon_id]:
        _known.pop(name, None)


def forget() -> None:
    """Read shares anew at the next look."""
    global _away_until
    _known.clear()
    _away_until = 0.0


def _at(bucket: bytes, place: int) -> bytes:
    return bucket[place * SHARE : (place + 1) * SHARE] or _GONE


def _bucket(salon_id: int, number: int, *, make: bool = False) -> bytes:
    global _away_until
    name = (salon_id, number)
    known = _known.get(name)
    if known is not None and monotonic() - known[0] < _FRESH_S:
        _known.move_to_end(name)
        return known[1]
    try:
        if monotonic() < _away_until:
            raise StorageError("the vault was away a moment ago")
        found = _read(salon_id, number)
    except (StorageError, OSError):
        if monotonic() >= _away_until:
            _away_until = monotonic() + _PAUSE_S
        if known is None:
            raise
        return known[1]  # the store is away; what was there a moment ago will do
    except Missing:
        if not make:
            return b""
        outside().create(_key(salon_id, number), secrets.token_bytes(SHARE * CONTACTS))
        found = _read(salon_id, number)  # ours, or of whoever was faster
    _known[name] = (monotonic(), found)
    while len(_known) > _REMEMBERED:
        _known.popitem(last=False)
    return found


def _write(salon_id: int, number: int, changes: dict[int, bytes]) -> None:
    """One after the other, or two who change the same object would undo each other's work."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        try:
            bucket = bytearray(_read(salon_id, number))
        except Missing:
            return
        for place, value in changes.items():
            # A new share never takes the place of one that stands: what another process has just sealed with it
            # would be noise.
            if value == _GONE or _at(bytes(bucket), place) == _GONE:
                bucket[place * SHARE : (place + 1) * SHARE] = value
        with outside().writing(_key(salon_id, number)) as writer:
            writer.write(bytes(bucket))
    _known.pop((salon_id, number), None)


def _read(salon_id: int, number: int) -> bytes:
    return b"".join(outside().read(_key(salon_id, number)))


def _key(salon_id: int, number: int) -> str:
    return f"vault/{int(salon_id)}/{int(number)}"
