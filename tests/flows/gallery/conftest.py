"""The salons as the gallery's tests need them."""

import pytest

from flows.models import Flow
from ops.salon import inside
from tests.world import Salons


def flows_of(salon_id: int) -> list[Flow]:
    """All flows of a salon, the oldest first."""
    with inside(salon_id):
        return list(Flow.objects.select_related("published").order_by("pk"))


@pytest.fixture
def aurora(salons: Salons, db: None) -> int:
    return int(salons.aurora.pk)


@pytest.fixture
def other(salons: Salons, db: None) -> int:
    return int(salons.other.pk)
