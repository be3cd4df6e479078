"""Memory of the processes after what the other benches did with them."""

from tests.bench.console import log_in
from tests.bench.end_to_end import OURS
from tests.bench.house import House
from tests.bench.result import Result
from tests.load import at_rate

PAGES = ("/", "/inbox/", "/contacts/", "/flows/")


def web(house: House) -> Result:
    """Django, Channels and the gate's path."""
    return _of(house, "web")


def gate(house: House) -> Result:
    """The gate application alone."""
    return _of(house, "gate")


def worker(house: House) -> Result:
    """The largest process of a worker that does its tasks."""
    return _of(house, "worker")


def _of(house: House, kind: str) -> Result:
    if kind not in house.memory_mb:
        _use(house)
    return Result(f"memory_mb_{kind}", house.memory_mb[kind], "MB", "resident, the highest seen at a bench's end")


def _use(house: House) -> None:
    """Nobody ran before: a short life for each."""
    with house.running(*OURS):
        page = log_in(house)
        for _ in range(20):
            for path in PAGES:
                page.get(f"http://demo.{house.values['PUBLIC_HOST']}{path}")
        at_rate([house.gate_port], [house.meta.message(f"wamid.m{n}", f"55119{n:08d}") for n in range(1000)], 200)
