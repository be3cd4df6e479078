"""A real sandbox process, as `make up` starts it, between a client and a receiver."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.outside import SECRET, VERIFY_TOKEN, WITHIN_S, Client, Receiver

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., Client]
USUAL = {
    **{"statuses": True, "batch_max": 100, "batch_wait_ms": 0, "retry_max_s": 8, "window": "known"},
    **{"template_review": "auto", "template_review_s": 2, "template_limit": 250, "marketing_per_user": None},
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_process(state: Path, receiver: Receiver, **environment: str) -> tuple[subprocess.Popen[bytes], Client]:
    port = free_port()
    set_up = {
        "SANDBOX_WEBHOOK_URL": receiver.url,
        "META_APP_SECRETS": f"{SECRET},older-secret",
        "META_VERIFY_TOKEN": VERIFY_TOKEN,
        "SANDBOX_STATE": str(state),
        **environment,
    }
    command = [sys.executable, "-m", "uvicorn", "sandbox.app:app", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **set_up})
    client, until = Client(port), time.monotonic() + 2 * WITHIN_S
    while True:
        try:
            assert json.loads(client.call("GET", "/_sandbox/health")[2])["status"] == "ok"
            return process, client
        except OSError:
            assert process.poll() is None and time.monotonic() < until, "the sandbox did not start"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Receiver]]:
    receiver = Receiver()
    process, client = start_process(tmp_path_factory.mktemp("sandbox") / "state.json", receiver)
    yield client, receiver
    process.terminate()
    assert process.wait(WITHIN_S) is not None
    receiver.server.shutdown()


@pytest.fixture
def world(running: tuple[Client, Receiver]) -> Client:
    """The sandbox with nothing in it but salon Aurora's number."""
    client, receiver = running
    client.control("reset", {"numbers": True})
    client.control("clock", {"offset_s": 0})
    assert client.control("settings", USUAL)[0] == 200
    number = {
        "phone_number_id": "111",
        "waba_id": "222",
        "display_phone": "+55 11 4000-0000",
        "verified_name": "Aurora",
    }
    assert client.control("numbers", number)[0] == 200
    receiver.forget()
    return client


@pytest.fixture
def receiver(running: tuple[Client, Receiver], world: Client) -> Receiver:
    """Where the product would be."""
    return running[1]
