"""Taking a file in: looked at and sealed while it passes, never held as a whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from channels_wa.media.judging import Refused, refuse_early
from channels_wa.media.look import Look
from channels_wa.media.sniffing import HEAD
from ops.storage import Writer, storage
from ops.storage import new_key as new_storage_key
from ops.storage.sealed import Sealer, new_key

FILE, SMALL = "file", "small"
OnHead = Callable[[bytes], int]


@dataclass(slots=True)
class Taken:
    """A file that lies in the storage, of which no row knows yet."""

    storage_key: str
    key: bytes
    look: Look


class Intake:
    """Feed it with the bytes of one file, then ask for what was taken."""

    def __init__(self, storage_key: str, writer: Writer, most_bytes: int, on_head: OnHead | None) -> None:
        self.key, self.look = new_key(), Look()
        self.storage_key, self._most_bytes, self._on_head = storage_key, most_bytes, on_head
        self._sealer, self._is_judged = Sealer(self.key, FILE, writer.write), False

    def add(self, piece: bytes) -> None:
        """The next bytes. Raises Refused as soon as there are too many, or the first of them show enough."""
        self.look.add(piece)
        if not self._is_judged and len(self.look.head) >= HEAD:
            self._judge()
        if self.look.size > self._most_bytes:
            raise Refused("too_large")
        self._sealer.add(piece)

    def finish(self) -> Taken:
        """There are no more; the file lies there once the block of `taking` has ended. Raises Refused."""
        if not self._is_judged:
            self._judge()
        if self.look.size > self._most_bytes:
            raise Refused("too_large")
        self._sealer.finish()
        return Taken(self.storage_key, self.key, self.look)

    def _judge(self) -> None:
        self._is_judged = True
        refuse_early(self.look.head)
        if self._on_head:
            self._most_bytes = self._on_head(self.look.head)


@contextmanager
def taking(salon_id: int, most_bytes: int, on_head: OnHead | None = None) -> Iterator[Intake]:
    """Take one file into the storage; an error inside leaves nothing of it.

    `on_head` sees the first bytes and says how many there may be of such a file, or raises Refused.
    """
    storage_key = new_storage_key(salon_id)
    with storage().writing(storage_key) as writer:
        yield Intake(storage_key, writer, most_bytes, on_head)


def put_small(salon_id: int, key: bytes, data: bytes) -> str:
    """Keep a small picture beside its file, under the same file's key; its storage key."""
    storage_key = new_storage_key(salon_id)
    with storage().writing(storage_key) as writer:
        sealer = Sealer(key, SMALL, writer.write)
        sealer.add(data)
        sealer.finish()
    return storage_key
