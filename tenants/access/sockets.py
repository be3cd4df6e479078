"""The base of every WebSocket consumer: same door, same rights as a page."""

import asyncio
import logging
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zlib import crc32

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from ops.live import group
from ops.salon import run_in_salon
from tenants.access.membership import member_of
from tenants.access.middleware import SALON_IN_SESSION
from tenants.access.roles import Permission, may
from tenants.accounts.models import User
from tenants.accounts.sessions import store
from tenants.salons.hosts import salon_at

log = logging.getLogger(__name__)

CLOSE_FORBIDDEN = 4403
# The rights could not be asked; the browser comes again.
CLOSE_TRY_AGAIN = 1013


class SalonConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket on a salon's host, for members who hold `permission`.

    Subclasses name the permission and the topics; live messages arrive in `live` and go to the browser as they are.
    """

    permission: ClassVar[Permission]
    # A right that was taken away closes an open socket within this time (I27: 5 s).
    recheck_s: ClassVar[float] = 4.0
    salon_id: int
    user_id: int
    # As of the last time the rights were asked.
    member_id: int
    role: str

    async def topics(self) -> list[str]:
        """Which topics of the salon this socket follows."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Let a member in; everyone else is refused before the handshake ends."""
        self._groups: list[str] = []
        self._watch: asyncio.Task[None] | None = None
        if not self._same_origin() or not await database_sync_to_async(self._authenticate)():
            await self.close(code=CLOSE_FORBIDDEN)
            return
        self._groups = [group(self.salon_id, topic) for topic in await self.topics()]
        for name in self._groups:
            await self.channel_layer.group_add(name, self.channel_name)
        await self.accept()
        self._watch = asyncio.create_task(self._recheck_forever())
        await self.joined()

    async def joined(self) -> None:
        """Called once the socket is open."""

    async def disconnect(self, code: int) -> None:
        """Leave the groups."""
        if self._watch:
            self._watch.cancel()
        for name in self._groups:
            await self.channel_layer.group_discard(name, self.channel_name)

    async def live(self, event: dict[str, Any]) -> None:
        """Hand a live message on to the browser."""
        await self.send_json(event["message"])

    async def in_salon(self, fn: Any) -> Any:
        """Run sync database work inside this socket's salon."""
        return await database_sync_to_async(lambda: run_in_salon(self.salon_id, fn))()

    @property
    def share(self) -> float:
        """A number from 0 to 1 of this socket's own."""
        return crc32(self.channel_name.encode()) % 1000 / 1000

    async def _recheck_forever(self) -> None:
        # Sockets that were opened together must not ask together for ever: live messages would wait for all of them.
        wait_s = self.recheck_s * self.share
        while True:
            await asyncio.sleep(wait_s)
            wait_s = self.recheck_s
            try:
                let_in = await database_sync_to_async(self._authenticate)()
            except Exception:
                # Nobody knows whether the right still stands: then it does not.
                log.exception("the rights of a socket could not be asked again")
                await self.close(code=CLOSE_TRY_AGAIN)
                return
            if not let_in:
                await self.close(code=CLOSE_FORBIDDEN)
                return

    def _same_origin(self) -> bool:
        headers = dict(self.scope["headers"])
        origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
        return bool(origin) and urlsplit(origin).netloc == host

    def _authenticate(self) -> bool:
        host = dict(self.scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0]
        salon = salon_at(host)
        session = self._session()
        if salon is None or session is None or session.get(SALON_IN_SESSION) != salon.pk:
            return False
        user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
        if user is None or BACKEND_SESSION_KEY not in session:
            return False
        if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            return False
        self.salon_id, self.user_id = salon.pk, user.pk
        self.member_id, self.role = run_in_salon(salon.pk, lambda: _place(salon.pk, user.pk))
        return may(self.role, self.permission)

    def _session(self) -> Any:
        cookies = parse_cookie(dict(self.scope["headers"]).get(b"cookie", b"").decode("latin-1"))
        key = cookies.get(settings.SESSION_COOKIE_NAME)
        return store(key) if key else None


def _place(salon_id: int, user_id: int) -> tuple[int, str]:
    member = member_of(salon_id, user_id)
    return (member.pk, member.role) if member else (0, "")
