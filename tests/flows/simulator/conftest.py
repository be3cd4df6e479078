"""Talks with drawings, without a database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from flows.graph import Graph
from flows.simulator.driver import Driver
from flows.simulator.world import JSON, World, contact_facts
from tests.flows.flow import NOON
from tests.flows.runtime.conftest import Chat, chat

__all__ = ["Chat", "chat", "driver", "kinds", "path", "said"]


def driver(*drawings: JSON, **world: Any) -> Driver:
    """A driver over drawings; the second is called `sub1`, the third `sub2`."""
    graphs = {f"sub{number}" if number else "": Graph.parse(drawing) for number, drawing in enumerate(drawings)}
    return Driver(World(NOON, contact=contact_facts("Ana Souza"), **world), graphs.get)


def said(entries: list[JSON]) -> list[str]:
    """What the guest reads."""
    return [entry["body"]["text"] for entry in entries if entry["kind"] == "message"]


def kinds(entries: list[JSON]) -> list[str]:
    return [entry["kind"] for entry in entries]


def path(entries: list[JSON]) -> list[str]:
    return [f"{one['node']}:{one['event']}" for one in entries if one["kind"] == "step"]


@pytest.fixture(autouse=True)
def in_english(settings: Any) -> Iterator[None]:
    """Pages and words in the language that the tests name them in."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield
