"""From the webhook to the reply at the provider, with all processes; and what a message costs in CPU."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.load import Request, as_fast_as_taken, at_rate
from tests.product import call, until

GUESTS_PER_S, SECONDS = 50, 20
BURST = 2_000
OURS = ("gate", "web", "worker-replies", "worker-background", "beat")
OPEN = (
    "SELECT (SELECT count(*) FROM public.delivery WHERE split_at IS NULL) + (SELECT count(*) FROM public.inbox_item "
    "WHERE state = 'pending') + (SELECT count(*) FROM public.outbox_item WHERE state <> 'settled')"
)


def p95_ms(house: House) -> Result:
    """Open loop; both moments are taken from the same machine's clock."""
    sent: dict[str, float] = {}

    def guests() -> Iterator[Request]:
        for n in range(GUESTS_PER_S * SECONDS):
            guest = f"55119{n:08d}"
            request = house.meta.message(f"wamid.e{n}", guest)
            sent[guest] = time.time()
            yield request

    with house.running(*OURS):
        warm_up(house)
        log = at_rate([house.gate_port], guests(), GUESTS_PER_S)
        until(lambda: house.one(OPEN) == 0, 30, "every guest is answered")
        arrived = {row["body"]["to"].lstrip("+"): row["at"] for row in ledger(house)}
    late = [(_seconds(arrived[guest]) - at) * 1000 for guest, at in sent.items() if guest in arrived]
    if len(late) != len(sent):
        raise RuntimeError(f"{len(sent) - len(late)} guests got no reply; the gate said {dict(log.statuses)}")
    said = f"p50 {percentile(late, 0.5):.0f} ms, p99 {percentile(late, 0.99):.0f} ms"
    return Result("end_to_end_p95_ms", percentile(late, 0.95), "ms", said, None, len(late))


def cpu_ms(house: House) -> Result:
    """A burst: CPU of gate, web, workers, beat, PostgreSQL and Valkey, from the first webhook to the last record."""
    house.sandbox("settings", statuses=False)
    requests = [house.meta.message(f"wamid.c{n}", f"55119{n:08d}") for n in range(BURST)]
    with house.running(*OURS) as pids:
        warm_up(house)
        before = house.cpu_s(*pids.values())
        as_fast_as_taken([house.gate_port], requests, connections=32)
        until(lambda: house.one(OPEN) == 0, 60, "the burst is answered")
        used = house.cpu_s(*pids.values()) - before
        recorded = house.one("SELECT count(*) FROM message WHERE direction = 'out' AND status = 'sent'")
    if recorded < BURST:
        raise RuntimeError(f"{recorded} of {BURST} were recorded as sent")
    return Result("cpu_ms_per_message", used * 1000 / BURST, "ms", n=BURST)


def ledger(house: House) -> list[dict[str, Any]]:
    """What the sandbox accepted."""
    _, raw = call(int(house.values["SANDBOX_PORT"]), "GET", "/_sandbox/ledger", timeout_s=60)
    rows: list[dict[str, Any]] = json.loads(raw)["results"]
    return rows


def warm_up(house: House) -> None:
    """What a process does once (imports, connections, first compile) is not what is measured."""
    requests = [house.meta.message(f"wamid.w{n}", f"55219{n:08d}") for n in range(40)]
    at_rate([house.gate_port], requests, 40)
    until(lambda: house.one(OPEN) == 0, 30, "the first guests are answered")


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
