"""One sandbox for the adapter tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
