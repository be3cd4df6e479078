"""The sandbox as an ASGI program: `uvicorn sandbox.app:app --port 8001`."""

import asyncio
import contextlib
import gc
import logging
import signal
import traceback
from types import FrameType

from sandbox import download, happenings, log, payments
from sandbox.asgi import Call, Gone, Receive, Scope, Send
from sandbox.control import router as control
from sandbox.graph import router
from sandbox.phone import page
from sandbox.settings import read_settings
from sandbox.world import World

SAVE_EVERY_S = 2.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Sandbox:
    """One world behind three doors: Graph, control and the phone page."""

    def __init__(self) -> None:
        self.world = World(read_settings())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the process's life."""
        if scope["type"] == "http":
            await self._http(Call(scope, receive, send))
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, call: Call) -> None:
        try:
            path = call.path
            if path.startswith("/v"):
                await router.handle(self.world, call)
            elif path.startswith("/_sandbox/"):
                await control.handle(self.world, call)
            elif path.startswith("/scontent/"):
                await download.sample(self.world, call)
            elif path.startswith("/whatsapp_business/attachments/"):
                await download.attachment(self.world, call)
            elif path.startswith(("/pay/", "/payments/")):
                if await payments.handle(self.world.payments, call):
                    self.world.changed = True
            elif path.startswith("/stripe/"):
                if await self.world.stripe.handle(call):
                    self.world.changed = True
            else:
                await page.handle(self.world, call)
        except Gone:
            return
        except Exception as problem:
            log.error("request.failed", path=call.path, why=repr(problem), traceback=traceback.format_exc())
            with contextlib.suppress(RuntimeError):  # the answer may have begun already
                await call.answer_json({"error": "the sandbox failed; see its log"}, 500)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        logging.getLogger("uvicorn.access").handlers.clear()  # 4,000 lines per second would be the slowest part
        logging.getLogger("uvicorn.access").propagate = False
        # Hundreds of thousands of ledger rows and no cycles: full collections would only stop the world.
        gc.freeze()
        gc.set_threshold(100_000, 50, 1_000)
        await self.world.sender.start()
        happenings.go_on(self.world)
        await self.world.agenda.start()
        await self.world.stripe.start()
        saver = asyncio.create_task(self._save_now_and_then())
        self._close_phones_on_stop()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        saver.cancel()
        await self.world.agenda.stop()
        await self.world.stripe.stop()
        await self.world.sender.stop()
        self.world.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _save_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            self.world.save()

    def _close_phones_on_stop(self) -> None:
        """End open event streams when the process is told to stop: the server waits for them before it shuts down."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            before = signal.getsignal(number)

            def stop(caught: int, frame: FrameType | None, before: object = before) -> None:
                loop.call_soon_threadsafe(self.world.closing.set)
                if callable(before):
                    before(caught, frame)

            with contextlib.suppress(ValueError):  # not the main thread: a test's own server
                signal.signal(number, stop)


app = Sandbox()
