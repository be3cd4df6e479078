"""The outbox of one worker process against the sandbox; beside a loop that only posts the same bodies."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import aiohttp

from channels_wa.numbers.actions import NewNumber, NumberTaken, connect
from channels_wa.outbox import dispatcher
from ops import clock
from tests.bench.drain import drained
from tests.bench.house import House
from tests.bench.kept import keep_all
from tests.bench.result import Result
from tests.load import Meta
from tests.product import call

MESSAGES = 6_000
# Each at Meta's highest tier, so that not the number's limit is measured.
NUMBERS = 8
MPS = 1000


def messages_per_s(house: House) -> Result:
    """Attempts written before the calls, results after them."""
    metas = _numbers(house)
    house.sandbox("settings", statuses=False)
    keep_all(house, (metas[n % NUMBERS].message(f"wamid.s{n}", f"55119{n:08d}") for n in range(MESSAGES)))
    drained(house)
    # Buckets that nobody knows start empty; a second fills them.
    began = time.perf_counter()
    while house.one("SELECT count(*) FROM public.outbox_item WHERE state <> 'settled'"):
        dispatcher.run_replies(until=clock.real() + timedelta(seconds=5))
        if time.perf_counter() - began > 120:
            raise RuntimeError("messages still wait to be sent")
    took = time.perf_counter() - began
    accepted = house.one("SELECT count(*) FROM public.outbox_item WHERE outcome = 'accepted'")
    rows = _ledger(house)
    if accepted != MESSAGES or len(rows) != MESSAGES:
        others = house.database.execute(
            "SELECT outcome, reason, count(*) FROM public.outbox_item GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 5"
        ).fetchall()
        raise RuntimeError(f"{accepted} recorded, {len(rows)} in the ledger, of {MESSAGES}: {others}")
    house.sandbox("reset")
    bare = MESSAGES / asyncio.run(_post_all(house, rows))
    said = f"a loop that only posts: {bare:.0f}/s; {NUMBERS} numbers at {MPS}/s each"
    return Result("send_messages_per_s", MESSAGES / took, "1/s", said, MESSAGES / took / bare, MESSAGES)


def _numbers(house: House) -> list[Meta]:
    metas = []
    for n in range(NUMBERS):
        new = NewNumber(f"30{n:013d}", f"40{n:013d}", f"+55 31 4000-000{n}", "token", throughput_mps=MPS)
        try:
            connect(house.salon_id, new)
        except NumberTaken:
            pass
        house.sandbox(
            "numbers",
            phone_number_id=new.phone_number_id,
            waba_id=new.waba_id,
            display_phone=new.display_phone,
            throughput_mps=MPS,
        )
        metas.append(Meta(house.meta.app_secret, new.phone_number_id, new.waba_id))
    return metas


def _ledger(house: House) -> list[dict[str, Any]]:
    _, raw = call(int(house.values["SANDBOX_PORT"]), "GET", "/_sandbox/ledger", timeout_s=60)
    rows: list[dict[str, Any]] = json.loads(raw)["results"]
    return rows


async def _post_all(house: House, rows: Sequence[dict[str, Any]]) -> float:
    """Seconds for all of them, as many in flight as the dispatcher allows itself."""
    left = iter([(row["path"], json.dumps(row["body"]).encode()) for row in rows])
    headers = {"Authorization": "Bearer token", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=dispatcher.IN_FLIGHT_MAX)

    async with aiohttp.ClientSession(house.values["WHATSAPP_GRAPH_URL"], connector=connector) as session:

        async def post() -> None:
            for path, body in left:
                async with session.post(path, data=body, headers=headers) as answer:
                    await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(dispatcher.IN_FLIGHT_MAX)))
        return time.perf_counter() - began
