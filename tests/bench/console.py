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

GUESTS, PER_S = 300, 20


def latency_p95_ms(house: House) -> Result:
    """`at` of a step is taken when its transaction begins to write, so the figure holds the commit too."""
    found: list[float] = []
    with house.running(*OURS):
        page = log_in(house)
        flow = house.one("SELECT public_id FROM flow WHERE name = 'Boas-vindas'")
        ready, ended = threading.Event(), threading.Event()
        listening = threading.Thread(
            target=lambda: asyncio.run(_listen(house, page, f"/ws/flows/{flow}/console/", found, ready, ended))
        )
        listening.start()
        ready.wait(20)
        at_rate([house.gate_port], [house.meta.message(f"wamid.k{n}", f"55119{n:08d}") for n in range(GUESTS)], PER_S)
        ended.wait(20)
        listening.join(20)
    if len(found) < 2 * GUESTS:
        raise RuntimeError(f"{len(found)} of {2 * GUESTS} steps arrived")
    late = found[40:]  # the first ones load what a process loads once
    said = f"p50 {percentile(late, 0.5):.0f} ms, p99 {percentile(late, 0.99):.0f} ms at {PER_S} guests/s"
    return Result("console_latency_p95_ms", percentile(late, 0.95), "ms", said, None, len(late))


def log_in(house: House) -> Session:
    """The owner's browser in the demo salon."""
    secrets = read_json(house.state_dir / "demo-secrets.json")
    session = Session()
    session.log_in(f"http://{house.values['PUBLIC_HOST']}", secrets["owner_email"], secrets["owner_password"], "demo")
    return session


async def _listen(
    house: House, page: Session, path: str, found: list[float], ready: threading.Event, ended: threading.Event
) -> None:
    host = f"demo.{house.values['PUBLIC_HOST']}"
    headers = {"Cookie": page.cookies(f"http://{host}/")}
    address = f"ws://{host}{path}"
    port = int(house.values["PORT"])
    origin: Any = f"http://{host}"
    async with websockets.connect(
        address, host="127.0.0.1", port=port, additional_headers=headers, origin=origin
    ) as socket:
        ready.set()
        until = time.monotonic() + GUESTS / PER_S + 20
        while len(found) < 2 * GUESTS and time.monotonic() < until:
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), 1))
            except TimeoutError:
                continue
            if message.get("kind") == "step":
                found.append((time.time() - datetime.fromisoformat(message["at"]).timestamp()) * 1000)
    ended.set()
