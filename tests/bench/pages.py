"""Pages over a salon with years behind it: how long the slow ones take, how much they ask and how much they send."""

import gzip
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ops.services.files import read_json
from tenants.salons.models import Salon
from tests.bench import calendar, crowd
from tests.bench.console import log_in
from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.world import Browser

# So many measured requests of a page in all, over its addresses.
REQUESTS = 150
WARM = 2
LINKED = re.compile(r'(?:href|src)="(/static/[^"?#]+)')
NOT_QUESTIONS = ("SET ", "SAVEPOINT", "RELEASE")


# People open these; each of their lists and filters once, so that the slow ones count as much as the quick ones.
INBOX = (
    *("waiting=1", "who=nobody", "unread=1", "show=closed", "who=mine", "tag=vip", "sort=waiting", "search=flavia"),
    "search=11900012",
)
PLAIN = {
    "home": ["/"],
    "inbox": ["/inbox/", *(f"/inbox/?{one}" for one in INBOX)],
    "contacts": [
        "/contacts/",
        *(f"/contacts/?{one}" for one in ("sort=name", "sort=seen", "tag=vip", "open=true", "search=Beatriz+Lima")),
        *("/contacts/?search=11900012", "/contacts/?search=flavia", "/contacts/?field=tipo&value=Cacheado"),
    ],
    "deals": ["/deals/"],
    "flows": ["/flows/"],
    "billing": [
        *(
            "/billing/",
            "/billing/plans/",
            "/billing/plans/?interval=year",
            "/billing/usage/",
            "/billing/usage/?days=90",
        ),
        *("/billing/usage/?kind=api_calls", "/billing/costs/", "/billing/invoices/", "/billing/payment/"),
    ],
}


def addresses(house: House, page: str) -> list[str]:
    """What people open of a page."""
    if page in PLAIN:
        return PLAIN[page]
    own = {"conversation": _conversation, "calendar": calendar.addresses, "flow": _flow, "executions": _executions}
    return own[page](house)


def _conversation(house: House) -> list[str]:
    """The next fifty messages of a talk of years, here and there."""
    talk = house.one("SELECT conversation_id FROM message GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    public_id = house.one(f"SELECT public_id FROM conversation WHERE id = {talk}")
    places = [
        house.one(f"SELECT id FROM message WHERE conversation_id = {talk} ORDER BY id DESC OFFSET {deep} LIMIT 1")
        for deep in (50, 5_000, 15_000)
    ]
    return [f"/inbox/{public_id}/?part=messages&before={place}" for place in places]


def _flow(house: House) -> list[str]:
    flow_id = int(house.one("SELECT flow_id FROM flow_execution GROUP BY flow_id ORDER BY count(*) DESC LIMIT 1"))
    return [f"/flows/{house.one(f'SELECT public_id FROM flow WHERE id = {flow_id}')}/"]


def _executions(house: House) -> list[str]:
    flow_id = int(house.one("SELECT flow_id FROM flow_execution GROUP BY flow_id ORDER BY count(*) DESC LIMIT 1"))
    flow = house.one(f"SELECT public_id FROM flow WHERE id = {flow_id}")
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


def _seed(house: House, page: str) -> None:
    crowd.seed(house)
    if page == "billing":
        crowd.seed_use(house)


def p95_ms(page: str) -> Callable[[House], Result]:
    """Over all its addresses together, one after the other, from one browser."""

    def measure(house: House) -> Result:
        _seed(house, page)
        times: dict[str, list[float]] = {address: [] for address in addresses(house, page)}
        with house.running("web"):
            browser, host = log_in(house), f"http://demo.{house.values['PUBLIC_HOST']}"
            for number in range(WARM + max(5, REQUESTS // len(times))):
                for address, found in times.items():
                    began = time.perf_counter()
                    if browser.get(f"{host}{address}").status != 200:
                        raise RuntimeError(f"{address} did not answer 200")
                    if number >= WARM:
                        found.append((time.perf_counter() - began) * 1000)
        every = [one for some in times.values() for one in some]
        slowest = max(times, key=lambda address: percentile(times[address], 0.5))
        p50, at_worst = percentile(every, 0.5), percentile(times[slowest], 0.5)
        said = f"p50 {p50:.0f} ms; slowest {slowest} with p50 {at_worst:.0f} ms; {Salon.objects.count()} salons"
        return Result(f"page_p95_ms_{page}", percentile(every, 0.95), "ms", said, None, len(every))

    return measure


def queries(page: str) -> Callable[[House], Result]:
    """Questions to the database by the address that asks most."""

    def measure(house: House) -> Result:
        _seed(house, page)
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
    """As it goes over the wire to somebody who comes for the first time, compressed: the page with its styles and
    scripts; the address that sends most."""

    def measure(house: House) -> Result:
        _seed(house, page)
        browser = owner(house)
        found = {one: _kb(browser.get(one).content) for one in addresses(house, page)}
        most = max(found, key=lambda address: sum(found[address]))
        html, linked = found[most]
        said = f"{most}: {html:.0f} KB of HTML, {linked:.0f} KB of styles and scripts"
        return Result(f"page_kb_{page}", html + linked, "KB", said, None, len(found))

    return measure


def _kb(html: bytes) -> tuple[float, float]:
    """The page itself, and what it names."""
    named = {unquote(one) for one in LINKED.findall(html.decode())}
    files = [path for one in named if isinstance(path := finders.find(one.removeprefix(settings.STATIC_URL)), str)]
    if len(files) != len(named):
        raise RuntimeError(f"of {sorted(named)} only these are files: {files}")
    return _packed(html), sum(_packed(Path(one).read_bytes()) for one in files)


def _packed(content: bytes) -> float:
    return len(gzip.compress(content, 6)) / 1024


def owner(house: House) -> Browser:
    """The owner's browser inside this process."""
    email = read_json(house.state_dir / "demo-secrets.json")["owner_email"]
    return Browser(Salon.objects.get(slug="demo"), email)


PAGES = ("home", "inbox", "conversation", "contacts", "deals", "calendar", "flows", "flow", "executions", "billing")
for _page in PAGES:
    globals().update({f"p95_ms_{_page}": p95_ms(_page), f"queries_{_page}": queries(_page), f"kb_{_page}": kb(_page)})
