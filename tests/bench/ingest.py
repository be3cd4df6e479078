"""The gate: how many deliveries a second it keeps, and how quickly at Meta's rated load."""

import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.services.ports import free_port
from ops.up.program import answers_200, child_environ
from tests.bench.house import House, say
from tests.bench.result import Result
from tests.load import PATH, Meta, Request, at_rate, body_of
from tests.product import until

CONNECTIONS = 200
SECONDS = 5
RUNS = 3
BODY_BYTES = 1024
BODIES = 500
STATUSES_PER_S, MESSAGES_PER_S = 3000, 300
RATED_S = 60
BACKLOG_S = 60


def webhooks_per_s(house: House) -> Result:
    """Acknowledged after the commit, wrk at 200 connections, nobody drains; beside the server that keeps nothing."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is missing; install it: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "deliveries.lua"
        script.write_text(_script(house.meta))
        ours, bare = [], []
        for _ in range(RUNS):
            with house.running("gate"):
                ours.append(_wrk(house.gate_port, script))
            with _bare_gate(house) as port:
                bare.append(_wrk(port, script))
            kept = house.one("SELECT count(*) FROM public.delivery")
            house.forget()
            if kept < ours[-1] * SECONDS:
                raise RuntimeError(f"the gate acknowledged {ours[-1] * SECONDS:.0f} and kept {kept}")
    value, baseline = sorted(ours)[RUNS // 2], sorted(bare)[RUNS // 2]
    said = f"200 after the HMAC, nothing stored: {baseline:.0f}/s"
    return Result("ingest_webhooks_per_s", value, "1/s", said, value / baseline, RUNS)


def p99_ms(house: House) -> Result:
    """Open loop at 3,300/s while workers drain and answer; how long the backlog lasts afterwards is told beside it."""
    house.forget()
    house.sandbox("settings", statuses=False)
    seeded = STATUSES_PER_S * RATED_S // 3
    seed_messages(house, seeded)
    requests = list(_rated_load(house.meta))
    with house.running("gate", "worker-replies", "worker-background"):
        log = at_rate([house.gate_port], requests, STATUSES_PER_S + MESSAGES_PER_S, connections=128)
        left = house.one(WAITING)
        drained_s = _seconds_until_drained(house)
    bad = sum(count for status, count in log.statuses.items() if status != 200)
    say(
        f"ingest at 3300/s: median {log.percentile(0.5) * 1000:.1f} ms, p99 {log.percentile(0.99) * 1000:.1f} ms, "
        f"worst {log.percentile(1) * 1000:.0f} ms; refused {bad}; backlog {left}, 0 after {drained_s:.1f} s"
    )
    said = (
        f"median {log.percentile(0.5) * 1000:.1f} ms, worst {log.percentile(1) * 1000:.0f} ms, refused {bad}; "
        f"backlog of {left} gone after {drained_s:.1f} s"
    )
    return Result("ingest_p99_ms", log.percentile(0.99) * 1000, "ms", said, None, len(log.acked))


WAITING = (
    "SELECT (SELECT count(*) FROM public.delivery WHERE split_at IS NULL) "
    "+ (SELECT count(*) FROM public.inbox_item WHERE state = 'pending')"
)


def _seconds_until_drained(house: House) -> float:
    import time

    began = time.monotonic()
    until(lambda: house.one(WAITING) == 0, 4 * BACKLOG_S, "the backlog is gone")
    return time.monotonic() - began


def seed_messages(house: House, count: int) -> None:
    """Messages of ours that left, for statuses to arrive."""
    house.database.execute(
        """
        INSERT INTO message (public_id, wamid, direction, type, text, payload, status, reason, purpose, contact_id,
            conversation_id, number_id, recipient_kind, recipient, reply_to, at, resent)
        SELECT gen_random_uuid(), 'wamid.seed' || n, 'out', 'text', 'Oi', '{}', 'sent', '', 'reply', 1, 1, %s,
            'phone', '55119' || lpad(n::text, 8, '0'), '', clock_timestamp(), false
        FROM generate_series(1, %s) n
        """,
        [house.number[0], count],
    )
    house.database.execute("ANALYZE message")


def seeded_statuses(meta: Meta, count: int) -> Iterator[Request]:
    """Three statuses of each seeded message, one a delivery."""
    for n in range(count):
        status = ("sent", "delivered", "read")[n % 3]
        yield meta.status(f"wamid.seed{n // 3 + 1}", status, f"55119{n // 3 + 1:08d}")


def _rated_load(meta: Meta) -> Iterator[Request]:
    run = uuid.uuid4().hex[:8]
    statuses = seeded_statuses(meta, STATUSES_PER_S * RATED_S)
    each = STATUSES_PER_S // MESSAGES_PER_S
    for n in range(MESSAGES_PER_S * RATED_S):
        yield meta.message(f"wamid.{run}.{n}", f"55219{n % 3000:08d}")
        for _ in range(each):
            yield next(statuses)


@contextmanager
def _bare_gate(house: House) -> Iterator[int]:
    port = free_port()
    arguments = ["-m", "uvicorn", "tests.bench.bare_gate:app", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(
        [sys.executable, *arguments, "--log-level", "warning", "--backlog", "4096"], env=child_environ(house.state_dir)
    )
    try:
        until(lambda: answers_200(port, "/livez"), 30, "the bare gate")
        yield port
    finally:
        process.terminate()
        process.wait()


def _script(meta: Meta) -> str:
    """Bodies are made and signed before; wrk only cycles through them."""
    lines = []
    for n in range(BODIES):
        request = meta.message(f"wamid.wrk{n}", f"55119{n:08d}", "x" * 600)
        body = body_of(request).decode()
        request = meta.message(f"wamid.wrk{n}", f"55119{n:08d}", "x" * (600 + BODY_BYTES - len(body)))
        lines.append(request.wire.replace(b"\\", b"\\\\").replace(b"\r\n", b"\\r\\n").replace(b'"', b'\\"').decode())
    listed = ",\n".join(f'"{line}"' for line in lines)
    return f"local all = {{\n{listed}\n}}\nlocal n = 0\nrequest = function() n = n % {BODIES} + 1; return all[n] end\n"


def _wrk(port: int, script: Path) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said:
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])
