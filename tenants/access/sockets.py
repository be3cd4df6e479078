"""The base of every WebSocket consumer: same door, same rights as a page."""

import asyncio
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.http import parse_cookie

from ops.addresses import client_ip
from ops.live import group
from ops.salon import run_in_salon
from tenants.access.roles import Permission, Rights
from tenants.access.rounds import CLOSE_FORBIDDEN, CLOSE_TRY_AGAIN, rounds, strangers
from tenants.access.tickets import Place, Ticket
from tenants.audit.context import Acting, act_from
from tenants.members.models import Member
from tenants.sharing.queries import opened_to

__all__ = ["CLOSE_FORBIDDEN", "CLOSE_TRY_AGAIN", "SalonConsumer"]


class SalonConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket on a salon's host, for members who hold `permission`.

    Subclasses name the permission and the topics; live messages arrive in `live` and go to the browser as they are.
    """

    permission: ClassVar[Permission]
    # A kind of things given to people one by one (tenants.sharing): whoever was given any is let in, too.
    shared: ClassVar[str] = ""
    # A right that was taken away closes an open socket within this time (I27: 5 s).
    recheck_s: ClassVar[float] = 4.0
    # News may be lost on its way (Valkey is a doorbell): this often a socket that keeps looking looks by itself.
    look_s: ClassVar[float] = 10.0
    ticket: Ticket
    salon_id: int
    user_id: int
    # As of the last time the rights were asked.
    member_id: int
    rights: Rights
    place: Place
    seen: tuple[Any, ...] | None = None
    is_out = False
    _sees_otherwise = False
    _looking: "asyncio.Task[None] | None" = None

    async def topics(self) -> list[str]:
        """Which topics of the salon this socket follows."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Let a member in; everyone else is refused before the handshake ends."""
        self._groups: list[str] = []
        # What is written on this socket's behalf names where it comes from.
        act_from(Acting(client_ip(self.scope) or None))
        self.ticket = self._ticket()
        if not self._same_origin() or not await self.may_stay():
            await self.close(code=CLOSE_FORBIDDEN)
            return
        self._groups = [group(self.salon_id, topic) for topic in await self.topics()]
        for name in self._groups:
            await self.channel_layer.group_add(name, self.channel_name)
        await self.accept()
        rounds(self.recheck_s).enter(self, self.salon_id)
        await self.joined()

    async def joined(self) -> None:
        """Called once the socket is open."""

    async def disconnect(self, code: int) -> None:
        """Stop looking and leave the groups."""
        if self._looking:
            self._looking.cancel()
        rounds(self.recheck_s).leave(self)
        for name in self._groups:
            await self.channel_layer.group_discard(name, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """What a page says is not heard; those that listen say so themselves. Nothing that is said ends a process."""

    async def live(self, event: dict[str, Any]) -> None:
        """Hand a live message on to the browser."""
        await self.send_json(event["message"])

    async def send(self, *args: Any, **kwargs: Any) -> None:
        """To the browser; whoever was turned out hears nothing more, even where the closing is under way still."""
        if not self.is_out:
            await super().send(*args, **kwargs)

    async def send_json(self, content: Any, close: Any = False) -> None:
        """The same; Channels' own does not come by `send`."""
        if not self.is_out:
            await super().send_json(content, close)

    async def in_salon(self, fn: Any) -> Any:
        """Run sync database work inside this socket's salon."""
        return await database_sync_to_async(lambda: run_in_salon(self.salon_id, fn))()

    def keep_looking(self) -> None:
        """Call `look` every `look_s` seconds until the socket is closed."""
        self._looking = asyncio.create_task(self._look_forever())

    async def look(self) -> None:
        """Whether anything is new that was not told."""
        raise NotImplementedError

    async def _look_forever(self) -> None:
        # Those that were opened together must not look together for ever.
        await asyncio.sleep(self.look_s * (crc32(self.channel_name.encode()) % 1000 / 1000))
        while True:
            await self.look()
            await asyncio.sleep(self.look_s)

    @property
    def query(self) -> dict[str, str]:
        """What stands behind the ? of the address; of a name given twice the first."""
        found = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        return {name: values[0] for name, values in found.items()}

    @property
    def asked_after(self) -> int | None:
        """`?after=`, the newest that the page has."""
        after = self.query.get("after", "")
        return int(after) if after.isdecimal() and len(after) < 19 else None

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without the turn in the database's thread that each message takes otherwise, needed or not.

        Fifty sockets that hear the same news would stand in line there fifty times, behind the one that reads them.
        Whatever a socket asks of the database closes old connections by itself (database_sync_to_async).
        """
        if self.is_out and message["type"] != "websocket.disconnect":
            return
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        await handler(message)

    async def may_stay(self) -> bool:
        """Ask for the rights now."""
        return not await database_sync_to_async(strangers)([self])

    def lets_in(self, place: Place) -> bool:
        """Whether whoever has this place may be here; called inside the salon, at the door and at every round."""
        return place.may(self.permission) or bool(self.shared and opened_to(place.member(), self.shared))

    def take_place(self, place: Place) -> None:
        """What the socket may do from now on; called inside the salon, at the door and at every round."""
        self.salon_id, self.user_id = place.salon_id, place.user_id
        self.member_id, self.rights = place.member_id, place.rights
        self.place = place
        before, self.seen = self.seen, self.sight()
        self._sees_otherwise = before is not None and before != self.seen

    def sight(self) -> tuple[Any, ...]:
        """What decides which rows whoever sits here sees; called like `take_place`."""
        return ()

    async def settled(self) -> None:
        """Tell the page where its sight is another one now."""
        if self._sees_otherwise and not self.is_out:
            self._sees_otherwise = False
            await self.see_anew()

    async def see_anew(self) -> None:
        """Let the page read all of it again."""

    def may(self, permission: Permission) -> bool:
        """Whether whoever sits here holds the permission."""
        return self.rights.may(permission)

    @property
    def member(self) -> Member:
        """Whoever sits here, as far as rights go."""
        return self.place.member()

    def _same_origin(self) -> bool:
        headers = dict(self.scope["headers"])
        origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
        return bool(origin) and urlsplit(origin).netloc == host

    def _ticket(self) -> Ticket:
        headers = dict(self.scope["headers"])
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        host = headers.get(b"host", b"").decode("latin-1").partition(":")[0]
        return Ticket(host, cookies.get(settings.SESSION_COOKIE_NAME, ""))
