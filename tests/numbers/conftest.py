"""A Meta in memory, and Aurora's number."""

from typing import Any

import pytest

from channels_wa.adapters.cloud_api.graph import GraphClient
from channels_wa.numbers.models import Number
from config.env import env
from tests.numbers.meta import Meta
from tests.world import Salons


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Meta:
    """Stands behind every GraphClient of this test."""
    monkeypatch.setattr(env, "meta_app_id", "100000000000001")
    monkeypatch.setattr(env, "meta_config_id", "5")
    found = Meta()

    async def call(self: GraphClient, method: str, path: str, **more: Any) -> dict[str, Any]:
        return await found.call(self, method, path, **more)

    monkeypatch.setattr(GraphClient, "call", call)
    return found


@pytest.fixture
def number(salons: Salons, db: None) -> Number:
    """Aurora's, as it always was."""
    return Number.objects.get(salon_id=salons.aurora.pk)
