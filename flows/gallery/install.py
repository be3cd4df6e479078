"""Putting ready flows into a salon."""

import json
from pathlib import Path
from typing import Any

from flows.actions import create
from flows.models import Flow

HERE = Path(__file__).parent
DEMO = ("boas_vindas", "lembrete_retorno")


def ready_flow(name: str) -> dict[str, Any]:
    """A ready flow: {"name", "graph"}. Raises FileNotFoundError."""
    return dict(json.loads((HERE / f"{name}.json").read_text()))


def install(name: str) -> Flow:
    """Make a ready flow the salon's own and publish it."""
    found = ready_flow(name)
    return create(found["name"], found["graph"])


def install_demo_flows() -> None:
    """What the demo salon answers with."""
    for name in DEMO:
        install(name)
