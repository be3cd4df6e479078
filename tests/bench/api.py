"""One salon's API beside another salon that asks without end (TN-007, I11)."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.house import House
from tests.bench.result import Result, percentile
from tests.product import until

GREEDY_PLAN, GREEDY = "bench-limited", "bench-greedy"
PER_MINUTE = 120
# So many connections ask as fast as they are answered, heeding no Retry-After.
CONNECTIONS = 24
ASKS_PER_S, SECONDS = 8, 12
PATH = "/api/v1/contacts/?limit=100"


def fairness_p95_ratio(house: House) -> Result:
    """p95 of a salon's request beside a flood over that without; the flooding salon's plan has a limit."""
    key, greedy = _key(house.salon_id), _greedy()
    with house.running("web"):
        port = int(house.values["PORT"])
        host = house.values["PUBLIC_HOST"]
        alone = _asked(port, host, key)
        with _flood(port, host, greedy, 429) as answers:
            beside = _asked(port, host, key)
    refused = sum(status == 429 for status in answers)
    quiet, busy = percentile(alone, 0.95), percentile(beside, 0.95)
    said = (
        f"nobody else: {quiet * 1000:.0f} ms; beside {CONNECTIONS} connections of a salon with {PER_MINUTE}/min "
        f"{busy * 1000:.0f} ms, median {percentile(beside, 0.5) * 1000:.0f} ms over "
        f"{percentile(alone, 0.5) * 1000:.0f} ms; of its {len(answers)} requests {refused} were refused"
    )
    return Result("api_fairness_p95_ratio", busy / quiet, "ratio", said, busy / quiet, len(beside))


def fairness_unlimited_p95_ratio(house: House) -> Result:
    """The same beside a salon whose plan has no limit: it has its places in the process and no more."""
    key, greedy = _key(house.salon_id), _greedy(plan="unlimited")
    with house.running("web"):
        port, host = int(house.values["PORT"]), house.values["PUBLIC_HOST"]
        alone = _asked(port, host, key)
        with _flood(port, host, greedy, 200) as answers:
            beside = _asked(port, host, key)
    quiet, busy = percentile(alone, 0.95), percentile(beside, 0.95)
    said = f"nobody else: {quiet * 1000:.0f} ms; beside it {busy * 1000:.0f} ms; it had {len(answers)} answers"
    return Result("api_fairness_unlimited_p95_ratio", busy / quiet, "ratio", said, busy / quiet, len(beside))


def _asked(port: int, host: str, key: str) -> list[float]:
    """Seconds of each request, begun at a steady rate."""
    connection, took = http.client.HTTPConnection("127.0.0.1", port, timeout=30), list[float]()
    for _ in range(10):  # what is done once is not what is measured
        _ask(connection, host, key)
    began = time.perf_counter()
    for n in range(ASKS_PER_S * SECONDS):
        time.sleep(max(0.0, began + n / ASKS_PER_S - time.perf_counter()))
        asked = time.perf_counter()
        status = _ask(connection, host, key)
        took.append(time.perf_counter() - asked)
        assert status == 200, status
    connection.close()
    return took


@contextmanager
def _flood(port: int, host: str, key: str, wanted: int) -> Iterator[list[int]]:
    over, answers = threading.Event(), list[int]()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not over.is_set():
            answers.append(_ask(connection, host, key))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    # As it is for whoever comes later: what the limit lets through is over.
    until(lambda: len(answers) > 3 * CONNECTIONS and answers[-1] == wanted, 60, "the flood is what it is to be")
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask(connection: http.client.HTTPConnection, host: str, key: str) -> int:
    connection.request("GET", PATH, headers={"Host": host, "Authorization": f"Api-Key {key}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _key(salon_id: int) -> str:
    from tenants.access.keys import rotate_key

    return rotate_key(salon_id, name="bench")


def _greedy(plan: str = GREEDY_PLAN) -> str:
    """The key of a salon with a hundred contacts; it stays in the house."""
    from billing.plans.actions import revise
    from billing.plans.models import Plan
    from crm.contacts.models import Contact
    from ops.salon import inside
    from portal.pages.opening import open_for
    from tenants.salons.actions import NewSalon
    from tenants.salons.models import Salon

    limits = {"api_requests_per_minute": PER_MINUTE, "api_salon_requests_per_minute": PER_MINUTE}
    bench, _made = Plan.objects.get_or_create(code=GREEDY_PLAN, defaults={"name": "Bench"})
    revise(bench, {"limits": limits})
    if not Salon.objects.filter(slug=GREEDY).exists():
        open_for(NewSalon("Greedy", GREEDY, plan=plan), owner_email="greedy@example.com", demo=False)
        with inside(Salon.objects.get(slug=GREEDY).pk):
            Contact.objects.bulk_create([Contact(name=f"Guest {n}", tags=["vip"]) for n in range(100)])
    Salon.objects.filter(slug=GREEDY).update(plan=plan)
    return _key(Salon.objects.get(slug=GREEDY).pk)
