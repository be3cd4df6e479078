"""I2: with neither database nor spool the gate says 503, and whatever it says 200 to is there."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from ops.services.ports import free_port
from tests.invariants.size import size
from tests.load import as_fast_as_taken
from tests.product import ROOT, Product, call, until
from tests.proxy import Proxy

pytestmark = pytest.mark.processes

TRIES = size(1_000, 0.01)


@contextmanager
def gate_without_spool(product: Product, database: Proxy, folder: Path) -> Iterator[int]:
    """One more gate, that keeps in the product's database by way of a proxy, and nowhere else; its port."""
    values = {**os.environ, **product.settings(), "STATE_DIR": str(folder), "SPOOL_DIR": ""}
    parts = urlsplit(values["DATABASE_URL"])
    there = parts.netloc.rpartition(":")[0].rpartition("@")[0]
    values["DATABASE_URL"] = urlunsplit(parts._replace(netloc=f"{there}@127.0.0.1:{database.port}"))
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "channels_wa.gate.server:app", "--port", str(port)]
    with subprocess.Popen([*command, "--log-level", "critical"], env=values, cwd=ROOT) as process:
        try:
            until(lambda: call(port, "GET", "/livez")[0] == 200, 20, "the gate without spool")
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize("fault", [Proxy.cut, Proxy.black_hole, lambda proxy: proxy.reset_after(0)])
def test_i02_what_cannot_be_kept_is_refused(product: Product, tmp_path: Path, fault: Callable[[Proxy], None]) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    requests = [meta.message(f"wamid.{run}.{n}", f"5531{n:09d}") for n in range(TRIES // 3 + 1)]
    with Proxy(urlsplit(product.demo["database_url"]).port or 0) as database:
        with gate_without_spool(product, database, tmp_path) as port:
            until(lambda: call(port, "GET", "/readyz")[0] == 200, 20, "the gate reaches the database")
            fault(database)
            log = as_fast_as_taken([port], requests, connections=64)
            assert set(log.statuses) == {503}, log.statuses
            database.mend()
            database.reset()
            until(lambda: call(port, "GET", "/readyz")[0] == 200, 20, "the gate is back")
            assert len(as_fast_as_taken([port], requests, insist=True).acked) == len(requests)


def test_i02_while_the_database_comes_and_goes_every_200_is_kept(product: Product, tmp_path: Path) -> None:
    meta, run = product.meta, f"{time.time_ns():x}"
    keys = [f"wamid.{run}.{n}" for n in range(300)]
    with Proxy(urlsplit(product.demo["database_url"]).port or 0) as database:
        with gate_without_spool(product, database, tmp_path) as port:
            acked = []
            for start in range(0, 300, 50):
                some = [meta.message(key, f"5532{start:09d}") for key in keys[start : start + 50]]
                (database.reset, database.cut, database.mend)[start // 50 % 3]()
                acked += as_fast_as_taken([port], some, connections=8).acked
    kept = "SELECT count(DISTINCT wamid) FROM message WHERE wamid = ANY(%s)"
    until(lambda: product.one(kept, [acked]) == len(acked), 30, "what was acknowledged is a message")
