"""The console: from the step's transaction to the message in the browser's socket."""

import asyncio
import json
import threading
import time
from datetime import datetime
from typing import Any

import websockets

from ops.services.files import read_json
from tests.bench.end_to_end import OURS
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.load import at_rate
from tests.session import Session

GUESTS, PER_S, WATCHERS = 300, 20, 20
STEPS = 2 * GUESTS


def latency_p95_ms(house: House) -> Result:
    """`at` of a step is taken when its transaction begins to write, so the figure holds the commit too.

    Twenty people watch the same flow; every step counts at each of them.
    """
    with house.running(*OURS):
        page = log_in(house)
        flow = house.one("SELECT public_id FROM flow WHERE name = 'Boas-vindas'")
        watching = _Watching(house, page, f"/ws/flows/{flow}/console/")
        listening = threading.Thread(target=lambda: asyncio.run(watching.all()))
        listening.start()
        watching.ready.wait(20)
        at_rate([house.gate_port], [house.meta.message(f"wamid.k{n}", f"55119{n:08d}") for n in range(GUESTS)], PER_S)
        listening.join(60)
    if short := [len(one) for one in watching.found if len(one) < STEPS]:
        raise RuntimeError(f"{len(short)} watchers got only {min(short)} of {STEPS} steps")
    # The first ones load what a process loads once.
    late = [ms for one in watching.found for ms in one[40:]]
    said = (
        f"{WATCHERS} watchers, p50 {percentile(late, 0.5):.0f} ms, p99 {percentile(late, 0.99):.0f} ms "
        f"at {PER_S} guests/s"
    )
    return Result("console_latency_p95_ms", percentile(late, 0.95), "ms", said, None, len(late))


def log_in(house: House) -> Session:
    """The owner's browser in the demo salon."""
    secrets = read_json(house.state_dir / "demo-secrets.json")
    session = Session()
    session.log_in(f"http://{house.values['PUBLIC_HOST']}", secrets["owner_email"], secrets["owner_password"], "demo")
    return session


class _Watching:
    """Sockets that note how old each step is when it arrives."""

    def __init__(self, house: House, page: Session, path: str) -> None:
        self.host = f"demo.{house.values['PUBLIC_HOST']}"
        self.headers = {"Cookie": page.cookies(f"http://{self.host}/")}
        self.address, self.port = f"ws://{self.host}{path}", int(house.values["PORT"])
        self.found: list[list[float]] = [[] for _ in range(WATCHERS)]
        self.ready = threading.Event()
        self._open = 0

    async def all(self) -> None:
        """Watch until all have seen everything, or nothing more comes."""
        await asyncio.gather(*(self.one(found) for found in self.found))

    async def one(self, found: list[float]) -> None:
        """One person's console."""
        origin: Any = f"http://{self.host}"
        async with websockets.connect(
            self.address, host="127.0.0.1", port=self.port, additional_headers=self.headers, origin=origin
        ) as socket:
            self._open += 1
            if self._open == WATCHERS:
                self.ready.set()
            until = time.monotonic() + GUESTS / PER_S + 30
            while len(found) < STEPS and time.monotonic() < until:
                try:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 1))
                except TimeoutError:
                    continue
                if message.get("kind") == "step":
                    found.append((time.time() - datetime.fromisoformat(message["at"]).timestamp()) * 1000)
