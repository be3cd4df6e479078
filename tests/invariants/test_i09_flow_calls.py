"""I9 for what waits for a program outside: killed around its call, the flow goes on once, and the program can tell."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from tests.flows.runtime.conftest import graph, say
from tests.flows.runtime.outside import Program
from tests.invariants.guests import strangers, talk_of, write
from tests.invariants.test_i09_exactly_once_steps import CRASHED, settled
from tests.product import ROOT, Product, until

pytestmark = pytest.mark.processes
WORD = "perguntar"


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    program.start()
    yield program
    program.stop()


@pytest.fixture
def flow(product: Product, program: Program) -> Iterator[None]:
    """The demo salon asks the program when a guest writes the word."""
    node = {"id": "h", "type": "http_request", "url": f"{program.url}/x", "method": "POST",
            "response": [{"path": "name", "variable": "name"}]}  # fmt: skip
    drawn = graph(node, say("s", "olá {{ vars.name }}"), edges=["start>h", "h>s"], on="keywords", keywords=[WORD])
    flow = product.one(
        "INSERT INTO flow (public_id, name, trigger, priority, is_active, created_at) "
        "VALUES (%s, 'asks', %s, 1000, true, now()) RETURNING id",
        [str(uuid.uuid4()), json.dumps({"on": "keywords", "keywords": [WORD]})],
    )
    version = product.one(
        "INSERT INTO flow_version (public_id, flow_id, number, graph, published_at) "
        "VALUES (%s, %s, 1, %s, now()) RETURNING id",
        [str(uuid.uuid4()), flow, json.dumps(drawn)],
    )
    product.rows("UPDATE flow SET published_id = %s WHERE id = %s", [version, flow])
    yield
    product.rows("UPDATE flow SET is_active = false WHERE id = %s", [flow])


def work(product: Product, program: Program, crash_at: str = "") -> int:
    """One worker's process, which may call the program, works until nothing is due; its exit code."""
    environ = product.environ(CRASH_AT=crash_at, SAFE_HTTP_ALLOW=f"127.0.0.1:{program.port}")
    command = [sys.executable, "-m", "tests.invariants.one_worker"]
    return subprocess.run(command, cwd=ROOT, env=environ, timeout=90, check=False).returncode


@pytest.mark.parametrize("crash_at", ["flows.before_call", "flows.after_call", "flows.after_answer"])
def test_i09_a_flow_goes_on_once(product: Product, program: Program, flow: None, crash_at: str) -> None:
    (guest,) = strangers(1)
    program.answers.extend([(200, {"name": "Ana"})] * 3)
    with product.paused("worker"):
        write(product, [guest], WORD)
        assert work(product, program, crash_at) == CRASHED
        product.end_leases()
        assert work(product, program) == 0
    until(lambda: settled(product, guest, 1), 30, "the answer is delivered")
    talk = talk_of(product, guest)
    assert [step[2:] for step in talk.steps] == [
        ("start", "start", "done"),
        ("h", "http_request", ""),
        ("h", "http_request", "done"),
        ("s", "send_message", "done"),
    ]
    assert [message[2] for message in talk.messages if message[0] == "out"] == ["olá Ana"]
    # Called once more where nobody can know; by this the program knows that it is the same.
    assert len({came.headers["idempotency-key"] for came in program.came}) == 1
    assert len(program.came) == (2 if crash_at == "flows.after_call" else 1)
    assert product.rows("SELECT state, count(*) FROM flow_call GROUP BY 1 HAVING state <> 'done'") == []
