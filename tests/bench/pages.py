"""Pages over a salon with years behind it: how long the slow ones take, how much they ask and how much they send."""

import gzip
import time
from collections.abc import Callable
from urllib.parse import quote

from django.db import connection
from django.test.utils import CaptureQueriesContext

from ops.services.files import read_json
from tenants.salons.models import Salon
from tests.bench import crowd
from tests.bench.console import log_in
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.world import Browser

ROUNDS = 25
WARM = 3
NOT_QUESTIONS = ("SET ", "SAVEPOINT", "RELEASE")


def addresses(house: House, page: str) -> list[str]:
    """What people open of a page: each of its filters once, so that the slow ones count as much as the quick ones."""
    flow_id = int(house.one("SELECT flow_id FROM flow_execution GROUP BY flow_id ORDER BY count(*) DESC LIMIT 1"))
    flow = house.one(f"SELECT public_id FROM flow WHERE id = {flow_id}")
    if page == "flows":
        return ["/flows/"]
    if page == "flow":
        return [f"/flows/{flow}/"]
    middle = house.one(f"SELECT id FROM flow_execution WHERE flow_id = {flow_id} ORDER BY id OFFSET 80000 LIMIT 1")
    version = house.one(f"SELECT version_id FROM flow_execution WHERE id = {middle}")
    at = house.one(f"SELECT started_at FROM flow_execution WHERE id = {middle}")
    node = house.one(f"SELECT node FROM flow_step WHERE flow_id = {flow_id} LIMIT 1")
    deep = quote(f"{at.isoformat()}~{middle}")
    filters = (
        *("", f"before={deep}", f"after={deep}", "status=failed", "status=waiting", f"status=completed&before={deep}"),
        *("began=api", "errors=1", f"version={version}", "search=Beatriz+1234", "search=11+90001-2345", "search=Lima"),
        *(f"place=waiting&node={node}", f"place=failed&node={node}", f"place=through&node={node}"),
        *("began=person", "from=2026-01-01&to=2026-03-01", f"errors=1&version={version}&before={deep}"),
    )
    own = [f"/flows/{flow}/executions/?{one}" for one in filters]
    return [*own, *(f"/flows/executions/?{one}" for one in filters if "node" not in one and "version" not in one)]


def p95_ms(page: str) -> Callable[[House], Result]:
    """Over all its addresses together, one after the other, from one browser."""

    def measure(house: House) -> Result:
        crowd.seed(house)
        times: dict[str, list[float]] = {}
        with house.running("web"):
            browser, host = log_in(house), f"http://demo.{house.values['PUBLIC_HOST']}"
            for number in range(WARM + ROUNDS):
                for address in addresses(house, page):
                    began = time.perf_counter()
                    if browser.get(f"{host}{address}").status != 200:
                        raise RuntimeError(f"{address} did not answer 200")
                    if number >= WARM:
                        times.setdefault(address, []).append((time.perf_counter() - began) * 1000)
        every = [one for some in times.values() for one in some]
        slowest = max(times, key=lambda address: percentile(times[address], 0.5))
        p50, at_worst = percentile(every, 0.5), percentile(times[slowest], 0.5)
        said = f"p50 {p50:.0f} ms; slowest {slowest} with p50 {at_worst:.0f} ms; {crowd.RUNS * crowd.STEPS_EACH} steps"
        return Result(f"page_p95_ms_{page}", percentile(every, 0.95), "ms", said, None, len(every))

    return measure


def queries(page: str) -> Callable[[House], Result]:
    """Questions to the database by the address that asks most."""

    def measure(house: House) -> Result:
        crowd.seed(house)
        browser, found = owner(house), {}
        for address in addresses(house, page):
            browser.get(address)
            with CaptureQueriesContext(connection) as asked:
                browser.get(address)
            found[address] = sum(not one["sql"].startswith(NOT_QUESTIONS) for one in asked)
        most = max(found, key=lambda address: found[address])
        return Result(f"page_queries_{page}", found[most], "queries", most, None, len(found))

    return measure


def kb(page: str) -> Callable[[House], Result]:
    """As it goes over the wire, compressed; the address that sends most."""

    def measure(house: House) -> Result:
        crowd.seed(house)
        browser = owner(house)
        sizes = {one: len(gzip.compress(browser.get(one).content, 6)) / 1024 for one in addresses(house, page)}
        most = max(sizes, key=lambda address: sizes[address])
        return Result(f"page_kb_{page}", sizes[most], "KB", most, None, len(sizes))

    return measure


def owner(house: House) -> Browser:
    """The owner's browser inside this process."""
    email = read_json(house.state_dir / "demo-secrets.json")["owner_email"]
    return Browser(Salon.objects.get(slug="demo"), email)


p95_ms_executions, queries_executions, kb_executions = p95_ms("executions"), queries("executions"), kb("executions")
p95_ms_flows, queries_flows, kb_flows = p95_ms("flows"), queries("flows"), kb("flows")
p95_ms_flow, queries_flow, kb_flow = p95_ms("flow"), queries("flow"), kb("flow")
