"""The rounds that a process makes of its open sockets: who may still be here is asked for all of them together."""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from channels.db import database_sync_to_async

from ops.salon import inside
from tenants.access.roles import Permission
from tenants.access.tickets import Place, Ticket, places

log = logging.getLogger(__name__)

CLOSE_FORBIDDEN = 4403
# The rights could not be asked; the browser comes again.
CLOSE_TRY_AGAIN = 1013
# So many salons are asked for at once: in between the process does what else waits, live messages first of all.
SALONS_AT_ONCE = 16
# A peer that reads nothing never lets the close end; it may not keep the others from being looked at.
CLOSE_WAIT_S = 1.0


class Guest(Protocol):
    """A socket as the rounds know it."""

    permission: Permission
    ticket: Ticket
    is_out: bool
    """Whether it was turned out: it sends nothing more, however long its closing takes."""

    def lets_in(self, place: Place) -> bool:
        """Called inside the salon: whether whoever has this place may be here."""

    def take_place(self, place: Place) -> None:
        """Called inside the salon, with what the socket may do from now on."""

    async def settled(self) -> None:
        """Called when its place was taken anew."""

    async def close(self, code: Any = None) -> None:
        """Turn it out."""


class Rounds:
    """Of the sockets of one loop that are looked after in one rhythm."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self._guests: dict[Guest, int] = {}
        self._walk: asyncio.Task[None] | None = None

    def enter(self, guest: Guest, salon_id: int) -> None:
        """Look after this one from now on."""
        self._guests[guest] = salon_id
        if self._walk is None or self._walk.done():
            self._walk = asyncio.create_task(self._for_ever())

    def leave(self, guest: Guest) -> None:
        """It has gone."""
        self._guests.pop(guest, None)

    async def _for_ever(self) -> None:
        took_s = 0.0
        while self._guests:
            await asyncio.sleep(max(self.every_s - took_s, self.every_s / 4))
            began = time.monotonic()
            for some in self._by_salons():
                try:
                    await self._look_at(some)
                except Exception:
                    log.exception("a round was not finished")
            took_s = time.monotonic() - began

    def _by_salons(self) -> Iterator[list[Guest]]:
        of_salon: dict[int, list[Guest]] = {}
        for guest, salon_id in self._guests.items():
            of_salon.setdefault(salon_id, []).append(guest)
        groups = list(of_salon.values())
        for start in range(0, len(groups), SALONS_AT_ONCE):
            yield [guest for group in groups[start : start + SALONS_AT_ONCE] for guest in group]

    async def _look_at(self, some: Sequence[Guest]) -> None:
        try:
            gone = await database_sync_to_async(strangers)(some)
            codes = dict.fromkeys(gone, CLOSE_FORBIDDEN)
        except Exception:
            # Nobody knows whether the rights still stand: then they do not. One salon's trouble is not another's.
            salons = {self._guests[guest] for guest in some if guest in self._guests}
            if len(salons) > 1:
                for salon_id in salons:
                    await self._look_at([guest for guest in some if self._guests.get(guest) == salon_id])
                return
            log.exception("the rights of %d sockets could not be asked again", len(some))
            codes = dict.fromkeys(some, CLOSE_TRY_AGAIN)
        for guest in codes:
            self._guests.pop(guest, None)
            guest.is_out = True
        await asyncio.gather(*(_turn_out(guest, code) for guest, code in codes.items()))
        for guest in some:
            if guest not in codes and guest in self._guests:
                await guest.settled()


async def _turn_out(guest: Guest, code: int) -> None:
    try:
        await asyncio.wait_for(guest.close(code=code), CLOSE_WAIT_S)
    except TimeoutError:
        log.warning("a socket reads nothing and was not closed in time")
    except Exception as error:
        log.info("a socket had gone before it was closed: %s", error)


def strangers(guests: Sequence[Guest]) -> list[Guest]:
    """Those who may not be here (any more); the others are told their places."""
    found = places(guest.ticket for guest in guests)
    gone: list[Guest] = []
    stay: dict[int, list[tuple[Guest, Place]]] = {}
    for guest in guests:
        place = found.get(guest.ticket)
        if place is None:
            gone.append(guest)
        else:
            stay.setdefault(place.salon_id, []).append((guest, place))
    for salon_id, those in stay.items():
        with inside(salon_id):
            for guest, place in those:
                if guest.lets_in(place):
                    guest.take_place(place)
                else:
                    gone.append(guest)
    return gone


_rounds: dict[tuple[asyncio.AbstractEventLoop, float], Rounds] = {}


def rounds(every_s: float) -> Rounds:
    """Those of the running loop."""
    # A loop that has ended walks no more rounds.
    for known in [key for key in _rounds if key[0].is_closed()]:
        del _rounds[known]
    return _rounds.setdefault((asyncio.get_running_loop(), every_s), Rounds(every_s))
