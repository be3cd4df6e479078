"""A sandbox of its own, in a process, and what it remembers."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class Graph:
    """The sandbox's control addresses."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, wish: Mapping[str, object] | None = None) -> Any:
        """GET, or POST with a wish."""
        data = None if wish is None else json.dumps(wish).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_sandbox/{path}", data), timeout=10) as answer:
            return json.load(answer)

    def ledger(self) -> list[dict[str, Any]]:
        """Every accepted request."""
        return list(self.ask("ledger")["results"])

    def talk(self, phone_number_id: str, guest: str) -> list[dict[str, Any]]:
        """What the guest's phone shows."""
        address = f"{self.url}/phone/events?pnid={phone_number_id}&guest={guest}"
        with urllib.request.urlopen(address, timeout=10) as events:
            history = next(line for line in events if line.startswith(b"data: "))
        return list(json.loads(history.removeprefix(b"data: "))["messages"])

    def fault(self, kind: str, **more: object) -> None:
        """The next request suffers this."""
        self.ask("faults", {"fault": kind, **more})


@contextmanager
def running_graph(folder: Path, **environment: str) -> Iterator[Graph]:
    """Run a sandbox for the length of a block."""
    port = free_port()
    settings = {"SANDBOX_STATUSES": "0", "SANDBOX_WINDOW": "off", "SANDBOX_STATE": str(folder / "sandbox.json")}
    program = [sys.executable, "-m", "uvicorn", "sandbox.app:app", "--port", str(port), "--log-level", "warning"]
    child = subprocess.Popen(program, cwd=ROOT, env={**os.environ, **settings, **environment})
    graph = Graph(f"http://127.0.0.1:{port}")
    try:
        for _ in range(400):
            try:
                graph.ask("health")
                break
            except OSError:
                assert child.poll() is None, "the sandbox did not start"
                _pause()
        yield graph
    finally:
        child.terminate()
        child.wait(10)


def _pause() -> None:
    import threading

    threading.Event().wait(0.025)
