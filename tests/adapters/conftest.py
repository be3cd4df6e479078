"""One sandbox for the adapter tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from channels_wa.adapters.cloud_api.graph import close_here
from tests.adapters.graph import Graph, running_graph


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    with running_graph(folder) as graph:
        yield graph


@pytest.fixture
def graph(running: Graph) -> Graph:
    """As if nothing had happened."""
    running.ask("reset", {})
    return running


@pytest.fixture(autouse=True)
async def _no_session_is_left() -> AsyncIterator[None]:
    """Each test has a loop of its own."""
    yield
    await close_here()
