"""Who has a conversation open and who is answering: said over the live channel, kept in memory only, gone by itself.

Each socket says it again while it lasts, so that every process comes to know it, and one that has died is forgotten.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# What is not said again for so long is over (the page says it every 15 s).
OPEN_S = 40.0
TYPING_S = 5.0


@dataclass(frozen=True, slots=True)
class Here:
    """One socket in one conversation."""

    member: str
    name: str
    until: float
    typing_until: float


@dataclass
class Presence:
    """Of one salon, as one process knows it: by conversation (public id), by socket."""

    clock: Callable[[], float] = time.monotonic
    _rooms: dict[str, dict[str, Here]] = field(default_factory=dict)

    def note(self, said: dict[str, Any]) -> None:
        """Take what a socket said: {"conversation", "socket", "member", "name", "typing", "left"}."""
        room = self._rooms.setdefault(said["conversation"], {})
        if said["left"]:
            room.pop(said["socket"], None)
        else:
            now = self.clock()
            before = room.get(said["socket"])
            typing_until = now + TYPING_S if said["typing"] else before.typing_until if before else 0.0
            room[said["socket"]] = Here(said["member"], said["name"], now + OPEN_S, typing_until)
        if not room:
            del self._rooms[said["conversation"]]

    def people(self, conversation: str) -> list[dict[str, Any]]:
        """Who is there now, each person once, by name."""
        now, room = self.clock(), self._rooms.get(conversation, {})
        for socket in [socket for socket, here in room.items() if here.until <= now]:
            del room[socket]
        if not room:
            self._rooms.pop(conversation, None)
        found: dict[str, dict[str, Any]] = {}
        for here in room.values():
            typing = here.typing_until > now or found.get(here.member, {}).get("typing", False)
            found[here.member] = {"id": here.member, "name": here.name, "typing": typing}
        return sorted(found.values(), key=lambda one: (one["name"], one["id"]))

    def conversations(self) -> list[str]:
        """Those in which somebody is, or was a moment ago."""
        return list(self._rooms)


# Of this process, by salon. A salon's is dropped with its last socket.
_of_salon: dict[int, tuple[Presence, int]] = {}


def enter(salon_id: int) -> Presence:
    """A socket of this salon has opened."""
    presence, sockets = _of_salon.get(salon_id, (Presence(), 0))
    _of_salon[salon_id] = (presence, sockets + 1)
    return presence


def leave(salon_id: int) -> None:
    """It has closed."""
    presence, sockets = _of_salon.get(salon_id, (Presence(), 1))
    if sockets <= 1:
        _of_salon.pop(salon_id, None)
    else:
        _of_salon[salon_id] = (presence, sockets - 1)
