"""The open inboxes of a front desk: from a message's commit to the last of fifty sockets."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import websockets

from tests.bench.console import log_in
from tests.bench.end_to_end import OURS, warm_up
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.load import at_rate
from tests.product import until

AGENTS, GUESTS, PER_S = 50, 200, 10
MANY_AGENTS = 200
# The first ones load what a process loads once.
WARM = 20
SHOWN = re.compile(r'id=\\"message-([0-9a-f-]{36})')
# A deferred trigger speaks when its transaction commits.
NOTING = """
CREATE UNLOGGED TABLE bench_committed (id uuid, at timestamptz);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
  $$ BEGIN INSERT INTO bench_committed VALUES (NEW.public_id, clock_timestamp()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER bench_note AFTER INSERT ON message DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION bench_note();
"""
NO_NOTING = "DROP TABLE IF EXISTS bench_committed; DROP FUNCTION IF EXISTS bench_note() CASCADE"


def p95_ms(house: House) -> Result:
    """Guests' messages and the answers to them; each counts when the last of the fifty has it."""
    with house.running(*OURS):
        warm_up(house)
        desk = Desk(house, AGENTS)
        with _noting(house), desk.open():
            at_rate(
                [house.gate_port], [house.meta.message(f"wamid.p{n}", f"55119{n:08d}") for n in range(GUESTS)], PER_S
            )
            until(lambda: all(len(one) >= 2 * GUESTS for one in desk.found), 30, "every inbox has every message")
            rows = house.database.execute(
                "SELECT id::text, extract(epoch FROM at)::float8 FROM bench_committed ORDER BY at"
            ).fetchall()
    late = [(max(one[pk] for one in desk.found) - at) * 1000 for pk, at in rows[WARM:]]
    said = (
        f"{AGENTS} agents, counted at the last of them; p50 {percentile(late, 0.5):.0f} ms, at {2 * PER_S} messages/s"
    )
    return Result("inbox_push_p95_ms", percentile(late, 0.95), "ms", said, None, len(late))


def memory_mb(house: House) -> Result:
    """The web process with the inboxes of two hundred agents open, while guests write."""
    with house.running(*OURS) as pids:
        web = psutil.Process(pids["web"])
        before = web.memory_info().rss / 1e6
        desk = Desk(house, MANY_AGENTS)
        with desk.open():
            at_rate([house.gate_port], [house.meta.message(f"wamid.q{n}", f"55119{n:08d}") for n in range(60)], PER_S)
            until(lambda: all(len(one) >= 60 for one in desk.found), 30, "every inbox has the guests' messages")
            after = web.memory_info().rss / 1e6
    said = f"{MANY_AGENTS} agents; with none of them {before:.0f} MB"
    return Result("memory_mb_web_200_inboxes", after, "MB", said, None, MANY_AGENTS)


@contextmanager
def _noting(house: House) -> Iterator[None]:
    house.database.execute(NO_NOTING)
    house.database.execute(NOTING)
    try:
        yield
    finally:
        house.database.execute(NO_NOTING)


class Desk:
    """Open inboxes, each of which notes when it had each message first (by public id)."""

    def __init__(self, house: House, agents: int) -> None:
        self.host = f"demo.{house.values['PUBLIC_HOST']}"
        self.headers = {"Cookie": log_in(house).cookies(f"http://{self.host}/")}
        self.port = int(house.values["PORT"])
        self.found: list[dict[str, float]] = [{} for _ in range(agents)]
        self._ready, self._over = threading.Event(), threading.Event()
        self._open = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """All of them for the length of a block."""
        listening = threading.Thread(target=lambda: asyncio.run(self._all()))
        listening.start()
        try:
            if not self._ready.wait(60):
                raise RuntimeError(f"only {self._open} of {len(self.found)} inboxes opened")
            yield
        finally:
            self._over.set()
            listening.join(30)

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(found) for found in self.found))

    async def _one(self, found: dict[str, float]) -> None:
        origin: Any = f"http://{self.host}"
        address = f"ws://{self.host}/ws/inbox/?after=0"
        async with websockets.connect(
            address,
            host="127.0.0.1",
            port=self.port,
            additional_headers=self.headers,
            origin=origin,
            compression=None,
            open_timeout=60,
        ) as socket:
            self._open += 1
            if self._open == len(self.found):
                self._ready.set()
            while not self._over.is_set():
                try:
                    text = await asyncio.wait_for(socket.recv(decode=True), 0.5)
                except TimeoutError:
                    continue
                now = time.time()
                for public_id in SHOWN.findall(str(text)):
                    found.setdefault(public_id, now)
