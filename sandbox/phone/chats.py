"""What guests wrote, who watches, and the talk of one guest with one number as the phone shows it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.asgi import JSON, loads
from sandbox.clock import iso
from sandbox.ledger import Ledger, Row

SHOWN_MAX = 200
GUESTS_MAX = 20_000
TYPING_S = 25
_STATES = ("sent", "delivered", "read")

Watcher = asyncio.Queue[tuple[str, JSON]]


def pair(phone_number_id: str, guest: str) -> str:
    """The key of a talk."""
    return f"{phone_number_id}:{guest}"


@dataclass(slots=True)
class GuestMessage:
    """A message as its guest sees it, with its ticks."""

    talk: str
    wamid: str
    at: float
    content: JSON
    state: str = "sent"
    by: str = "guest"  # or the salon, from its own phone: that is in no ledger
    order: int = field(default_factory=time.monotonic_ns)

    def as_json(self) -> JSON:
        """As the page reads it."""
        return {"by": self.by, "wamid": self.wamid, "at": iso(self.at), "state": self.state, "content": self.content}


AsSeen = Callable[[str, JSON], JSON]


class Chats:
    """The memory of all phones. What the salon sent is read from the ledger, so that sending costs nothing here."""

    def __init__(self, ledger: Ledger, as_seen: AsSeen) -> None:
        self._ledger, self._as_seen = ledger, as_seen
        self._written: dict[str, deque[GuestMessage]] = {}
        self._by_wamid: dict[str, GuestMessage] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._read_up_to: dict[str, int] = {}

    def wrote(self, message: GuestMessage) -> None:
        """A guest sent this."""
        written = self._written.setdefault(message.talk, deque())
        written.append(message)
        self._by_wamid[message.wamid] = message
        if len(written) > SHOWN_MAX:
            self._by_wamid.pop(written.popleft().wamid, None)
        if len(self._written) > GUESTS_MAX:
            for forgotten in self._written.pop(next(iter(self._written))):
                self._by_wamid.pop(forgotten.wamid, None)
        self.publish(message.talk, "message", message.as_json())

    def tick(self, message: GuestMessage, state: str) -> None:
        """Move a guest's message on to `delivered` or `read`, never back."""
        if _STATES.index(state) > _STATES.index(message.state):
            message.state = state
            self.publish(message.talk, "tick", {"wamid": message.wamid, "state": state})

    def marked_read(self, wamid: str, *, typing: bool) -> None:
        """The salon read this message, and so all before it; perhaps it is typing now."""
        marked = self._by_wamid.get(wamid)
        if marked is None:
            return
        for message in self._written[marked.talk]:
            if message.order <= marked.order:
                self.tick(message, "read")
        if typing:
            self.publish(marked.talk, "typing", {"seconds": TYPING_S})

    def arrived(self, row: Row) -> None:
        """The salon sent this; shown at once where a phone is open."""
        talk = pair(row.phone_number_id, row.recipient)
        if talk in self._watchers:
            self._read_up_to[talk] = row.seq
            self.publish(talk, "message", self._salon_message(row))

    def _salon_message(self, row: Row) -> JSON:
        """A ledger row as the page reads it."""
        content = self._as_seen(row.phone_number_id, loads(row.body))
        return {"by": "salon", "wamid": row.wamid, "at": iso(row.at), "content": content}

    def is_open(self, talk: str) -> bool:
        """Whether somebody looks at this talk on the phone page."""
        return talk in self._watchers

    def take_unread(self, phone_number_id: str, guest: str) -> list[Row]:
        """What the salon sent since the guest looked; counts as read from now on."""
        talk = pair(phone_number_id, guest)
        rows = self._ledger.select(recipient=guest, after_seq=self._read_up_to.get(talk, 0))
        if rows:
            self._read_up_to[talk] = rows[-1].seq
        return [row for row in rows if row.phone_number_id == phone_number_id][-SHOWN_MAX:]

    def history(self, phone_number_id: str, guest: str) -> list[JSON]:
        """Both sides of the talk in order, the latest of them."""
        rows = self._ledger.select(recipient=guest, after_seq=0)[-SHOWN_MAX:]
        said: list[tuple[int, JSON]] = [
            (row.order, self._salon_message(row)) for row in rows if row.phone_number_id == phone_number_id
        ]
        said += [(message.order, message.as_json()) for message in self._written.get(pair(phone_number_id, guest), ())]
        said.sort(key=lambda entry: entry[0])
        return [message for _, message in said[-SHOWN_MAX:]]

    def watch(self, talk: str) -> Watcher:
        """Hear of everything in a talk from now on."""
        watcher: Watcher = asyncio.Queue(maxsize=1000)
        self._watchers.setdefault(talk, set()).add(watcher)
        return watcher

    def unwatch(self, talk: str, watcher: Watcher) -> None:
        """Stop hearing."""
        watchers = self._watchers.get(talk, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(talk, None)

    def publish(self, talk: str, event: str, data: dict[str, Any]) -> None:
        """Tell those who watch. One that fell 1,000 events behind misses some, and reads all when it connects again."""
        for watcher in self._watchers.get(talk, ()):
            if not watcher.full():
                watcher.put_nowait((event, data))

    def forget(self) -> None:
        """Empty phones; the open ones show it."""
        self._written.clear()
        self._by_wamid.clear()
        self._read_up_to.clear()
        for talk in self._watchers:
            self.publish(talk, "history", {"messages": []})
