"""Where the salon writes first: the open conversation over the number that a contact last used, for many at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from channels_wa.numbers.queries import known_numbers
from crm.inbox.sending import CannotSend, first_number
from ops import clock
from ops.ids import uuid7


@dataclass(frozen=True, slots=True)
class Opened:
    """An open conversation, and what one needs to write in it."""

    id: int
    public_id: UUID
    contact_id: int
    number_id: int
    portfolio: str
    bot_on: bool


def opened_for(contact_ids: Collection[int], over: Mapping[int, int] | None = None) -> dict[int, Opened]:
    """By contact their open conversation; it is opened where there is none. Nobody, if the salon has no number.

    `over`: by contact another number than the one they last used.
    """
    portfolios = {pk: number.portfolio for pk, number in known_numbers().items() if number.is_connected}
    if not portfolios or not contact_ids:
        return {}
    newest = _newest(sorted(set(contact_ids)), list(portfolios))
    chosen = {pk: number for pk, number in (over or {}).items() if number in portfolios}
    used = {row[2]: row[3] for row in newest} | chosen
    found = {row[2]: _opened(row, portfolios) for row in newest if not row[5] and row[3] == used[row[2]]}
    missing = [(pk, used.get(pk)) for pk in sorted(set(contact_ids) - found.keys())]
    if any(number is None for _pk, number in missing):
        try:
            default = first_number().pk
        except CannotSend:
            return found
        missing = [(pk, number or default) for pk, number in missing]
    for row in _open([(pk, number) for pk, number in missing if number]):
        found[row[2]] = _opened(row, portfolios)
    return found


def _opened(row: tuple[Any, ...], portfolios: dict[int, str]) -> Opened:
    pk, public_id, contact_id, number_id, bot_on = row[:5]
    return Opened(pk, public_id, contact_id, number_id, portfolios[number_id], bot_on)


def _newest(contact_ids: Sequence[int], number_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (contact_id) id, public_id, contact_id, number_id, bot_on, closed_at IS NOT NULL "
            "FROM conversation WHERE contact_id = ANY(%s) AND number_id = ANY(%s) "
            "ORDER BY contact_id, last_at DESC, id DESC",
            [list(contact_ids), list(number_ids)],
        )
        return list(cursor.fetchall())


def _open(pairs: Sequence[tuple[int, int]]) -> list[tuple[Any, ...]]:
    if not pairs:
        return []
    now = clock.now()
    with connection.cursor() as cursor:
        # The update that changes nothing gives back the row also when another process has just opened it.
        cursor.execute(
            "INSERT INTO conversation (public_id, contact_id, number_id, bot_on, unread, last_text, last_direction, "
            "last_at, attention, opened_at) SELECT public_id, contact_id, number_id, true, 0, '', '', %s, '', %s "
            "FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS new(public_id, contact_id, number_id) "
            "ON CONFLICT (contact_id, number_id) WHERE closed_at IS NULL DO UPDATE SET unread = conversation.unread "
            "RETURNING id, public_id, contact_id, number_id, bot_on",
            [now, now, [uuid7() for _ in pairs], [pk for pk, _ in pairs], [number for _, number in pairs]],
        )
        return list(cursor.fetchall())
