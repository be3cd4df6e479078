"""Aurora with limits, and a Valkey that remembers nothing of other tests."""

from collections.abc import Callable, Iterator

import pytest
import redis

from billing.plans import queries
from billing.plans.models import Plan, PlanVersion
from billing.quotas import asking, brake
from billing.subscriptions import excess
from config.env import env
from tests.world import Salons


def forget() -> None:
    """As if the few seconds had passed for which processes remember."""
    queries.forget()
    excess.forget()
    asking.forget()
    brake.wake()


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nobody remembers anything, before and after."""
    client = redis.Redis.from_url(env.redis_url)
    for _time in range(2):
        if keys := client.keys("quota:*"):
            client.delete(*keys)
        forget()
        if _time == 0:
            yield


@pytest.fixture
def limit(salons: Salons, db: None, fresh: None) -> Callable[..., int]:
    """Give the plan that Aurora has these limits; its id."""

    def give(**limits: float) -> int:
        plan = Plan.objects.get(code=salons.aurora.plan)
        number = plan.versions.count() + 1
        PlanVersion.objects.create(plan=plan, number=number, limits=limits)
        forget()
        return int(salons.aurora.pk)

    return give
