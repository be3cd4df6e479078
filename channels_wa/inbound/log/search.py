"""Finding deliveries: by time and by what their items say from the tables, by text in the sealed bytes, newest first.

Every question is bounded: the time by the ids (UUIDv7, so only the days asked for are touched), the text by how many
deliveries are opened for one page, and all of it by a statement's time-out.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from channels_wa.gate.delivery import delivery_box, open_delivery
from ops.ids import uuid7_floor
from ops.sealing import CannotOpen

PAGE = 50
# So many are opened for one page; then the page offers to look further.
OPENED = 3000
_CHUNK = 250
_TIMEOUT_MS = 5000
_PHONE_SIGNS = " +-().\u00a0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries. Everything but the time may be empty."""

    start: datetime
    end: datetime
    salon_id: int | None = None
    number_id: int | None = None
    kind: str = ""
    state: str = ""
    text: str = ""
    """A wamid, the digits of a phone, the id of an account or a field: anything that stands in the bytes."""

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Wanted":
        """As it was."""
        times = {name: datetime.fromisoformat(kept[name]) for name in ("start", "end")}
        return cls(**{**kept, **times})

    @property
    def needles(self) -> list[bytes]:
        """What must stand in the bytes, in any of the forms in which it may."""
        digits = self.text.translate({ord(sign): None for sign in _PHONE_SIGNS})
        text = digits if digits.isdigit() else self.text
        return [text.encode()] if text else []


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the list shows it."""

    id: UUID
    received_at: datetime
    split_at: datetime | None
    items: int | None
    problem: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, and from where to look on; None at the end of the time."""

    rows: list[Row]
    further: UUID | None
    looked_at: int


def find(wanted: Wanted, *, after: UUID | None = None, newest_first: bool = True, limit: int = PAGE) -> Page:
    """A page of deliveries beyond `after`. Raises django.db.OperationalError when the tables take too long."""
    rows: list[Row] = []
    looked = 0
    for row in _walk(wanted, after, newest_first):
        looked += 1
        if row[1] is None or _says(row[0].id, row[1], wanted.needles):
            rows.append(row[0])
        if len(rows) == limit or looked == OPENED:
            return Page(rows, row[0].id, looked)
    return Page(rows, None, looked)


def time_of(delivery_id: UUID) -> datetime:
    """When a delivery came, from its id."""
    return datetime.fromtimestamp((delivery_id.int >> 80) / 1000, UTC)


def _walk(wanted: Wanted, after: UUID | None, newest_first: bool) -> Iterator[tuple[Row, bytes | None]]:
    """Deliveries in order with their sealed bytes, where these are looked into."""
    low, high = uuid7_floor(wanted.start.timestamp()), uuid7_floor(wanted.end.timestamp())
    if after is not None:
        low, high = (low, min(high, after)) if newest_first else (max(low, UUID(int=after.int + 1)), high)
    while True:
        chunk = _chunk(wanted, low, high, newest_first)
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1][0].id
        low, high = (low, last) if newest_first else (UUID(int=last.int + 1), high)


def _chunk(wanted: Wanted, low: UUID, high: UUID, newest_first: bool) -> list[tuple[Row, bytes | None]]:
    raw = "d.raw" if wanted.needles else "NULL"
    about, values = _about_items(wanted)
    order = "DESC" if newest_first else "ASC"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}")
        cursor.execute(
            f"SELECT d.id, d.received_at, d.split_at, d.items, d.problem, octet_length(d.raw), {raw} "
            f"FROM public.delivery d WHERE d.id >= %s AND d.id < %s {about} ORDER BY d.id {order} LIMIT {_CHUNK}",
            [low, high, *values],
        )
        found = [(Row(*row[:6]), bytes(row[6]) if row[6] is not None else None) for row in cursor.fetchall()]
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    return found


def _about_items(wanted: Wanted) -> tuple[str, list[Any]]:
    columns = {"salon_id": wanted.salon_id, "number_id": wanted.number_id, "kind": wanted.kind, "state": wanted.state}
    given = {name: value for name, value in columns.items() if value}
    if not given:
        return "", []
    conditions = " AND ".join(f"i.{name} = %s" for name in given)
    return (
        f"AND EXISTS (SELECT 1 FROM public.inbox_item i WHERE i.delivery_id = d.id AND {conditions})",
        list(given.values()),
    )


def _says(delivery_id: UUID, sealed: bytes, needles: list[bytes]) -> bool:
    try:
        raw = open_delivery(delivery_box(), delivery_id.bytes, sealed)
    except CannotOpen:
        return False
    # Meta writes a slash as \/ in some of its JSON.
    text = raw.replace(b"\\/", b"/")
    return any(needle in text for needle in needles)
