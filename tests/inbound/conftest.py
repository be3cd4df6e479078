"""What all tests of the drain need."""

import pytest

from tests.inbound.talks import read_routes_anew
from tests.world import Salons


@pytest.fixture
def talk(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch) -> Salons:
    """The two salons, with routes as they are."""
    read_routes_anew(monkeypatch)
    return salons
