"""This Stripe put together: books, events, clockwork, the REST door and the hosted pages."""

import asyncio
import contextlib

from sandbox.asgi import JSON, Call
from sandbox.clock import Clock
from sandbox.settings import Settings
from sandbox.stripe.book import Book
from sandbox.stripe.clockwork import Clockwork
from sandbox.stripe.events import Events
from sandbox.stripe.pages import Pages
from sandbox.stripe.router import Api

LOOK_EVERY_S = 0.2


class Stripe:
    """One account in test mode."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.book = Book(clock)
        self.events = Events(self.book, settings)
        self._settings = settings
        self.book.listener = self.events.note
        self._clockwork, self._api, self._pages = Clockwork(self.book), Api(self.book), Pages(self.book)
        self._task: asyncio.Task[None] | None = None

    async def handle(self, call: Call) -> bool:
        """Answer what is below /stripe/; whether something may have changed."""
        self.look()
        if call.path.startswith("/stripe/pages/"):
            return await self._pages.handle(call)
        if call.path.startswith("/stripe/v1/"):
            # Pages are found where the product found us.
            self.book.base = call.base
            return await self._api.handle(call, call.path.removeprefix("/stripe"), self._settings.stripe_keys)
        await call.answer_json({"error": {"type": "invalid_request_error", "message": "no such address"}}, 404)
        return False

    def look(self) -> None:
        """Bring everything up to now."""
        self._clockwork.look()

    async def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    def as_saved(self) -> JSON:
        """What must outlive a restart."""
        return self.book.as_saved()

    def restore(self, saved: JSON) -> None:
        """As it was."""
        if saved:
            self.book.restore(saved)
