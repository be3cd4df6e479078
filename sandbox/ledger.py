"""Every accepted message request, in order: the ground truth of tests."""

import json
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sandbox.asgi import JSON, loads
from sandbox.clock import iso

ROWS_MAX = 1_000_000
BYTES_MAX = 512 * 1024 * 1024
ROWS_PER_CHUNK = 1000
MARKS_MAX = 50_000


class Row(NamedTuple):
    """One accepted request; `body` is the bytes as they came, so that answering costs no encoding."""

    seq: int
    at: float
    path: str
    body: bytes
    wamid: str
    callback_data: str | None
    phone_number_id: str
    recipient: str  # without +
    order: int  # machine's monotonic clock: orders what both sides said, even when the clock was moved


class Mark(NamedTuple):
    """A message that the salon marked as read, perhaps typing. No message, so it has a list of its own."""

    at: float
    path: str
    body: bytes
    wamid: str
    phone_number_id: str


class Ledger:
    """Rows in order, and by recipient. The oldest fall out when it is full."""

    def __init__(self, rows_max: int = ROWS_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._rows: deque[Row] = deque()
        self._by_recipient: dict[str, deque[Row]] = {}
        self._rows_max, self._bytes_max = rows_max, bytes_max
        self._bytes = 0
        self._marks: deque[Mark] = deque(maxlen=MARKS_MAX)
        self._seq = 0  # never goes back, not even by a reset: who asks with an old after_seq misses nothing

    def __len__(self) -> int:
        return len(self._rows)

    def next_seq(self) -> int:
        """The number for the next row."""
        self._seq += 1
        return self._seq

    def add(self, row: Row) -> None:
        """Keep an accepted request."""
        self._rows.append(row)
        of_recipient = self._by_recipient.get(row.recipient)
        if of_recipient is None:
            of_recipient = self._by_recipient[row.recipient] = deque()
        of_recipient.append(row)
        self._bytes += len(row.body)
        while len(self._rows) > self._rows_max or self._bytes > self._bytes_max:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._rows.popleft()
        self._bytes -= len(oldest.body)
        of_recipient = self._by_recipient[oldest.recipient]
        of_recipient.popleft()  # both are in order, so the oldest of all is the oldest of its recipient
        if not of_recipient:
            del self._by_recipient[oldest.recipient]

    def select(self, *, recipient: str | None, after_seq: int) -> list[Row]:
        """Rows of one recipient or of all, later than `after_seq`."""
        rows = self._rows if recipient is None else self._by_recipient.get(recipient, deque())
        if not rows or rows[-1].seq <= after_seq:
            return []
        if recipient is None:  # without gaps, so the place is known
            return list(islice(rows, max(0, after_seq - rows[0].seq + 1), None))
        return [row for row in rows if row.seq > after_seq]

    def mark(self, mark: Mark) -> None:
        """Keep a read mark."""
        self._marks.append(mark)

    def marks(self) -> list[JSON]:
        """The read marks in order, as rows."""
        return [
            {
                "kind": "read_mark",
                "at": iso(mark.at),
                "method": "POST",
                "path": mark.path,
                "body": loads(mark.body),
                "wamid": mark.wamid,
            }
            for mark in self._marks
        ]

    def forget(self) -> None:
        """Drop every row."""
        self._marks.clear()
        self._rows.clear()
        self._by_recipient.clear()
        self._bytes = 0


def _as_json(row: Row) -> bytes:
    head = f'{{"seq":{row.seq},"at":"{iso(row.at)}","method":"POST","path":{json.dumps(row.path)},"body":'
    tail = f',"wamid":"{row.wamid}","biz_opaque_callback_data":{json.dumps(row.callback_data)}}}'
    return head.encode() + row.body + tail.encode()


def as_json_chunks(rows: list[Row]) -> Iterator[bytes]:
    """The answer of GET /_sandbox/ledger in pieces, so that a long one does not stop the world while it is built."""
    yield b'{"results":['
    for start in range(0, len(rows), ROWS_PER_CHUNK):
        yield (b"," if start else b"") + b",".join(map(_as_json, rows[start : start + ROWS_PER_CHUNK]))
    yield b"]}"
