"""FL-002: a flow tells a program something and goes on; it is signed, tried for a day, then somebody is told."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from config.env import env
from flows.models import FlowCall
from flows.runtime import secrets
from flows.runtime.webhook_call import AGAIN
from ops.salon import inside
from ops.timers import calls
from tenants.alerts.models import Alert
from tests.flows.runtime.conftest import Chat, say
from tests.flows.runtime.outside import Program
from tests.world import Browser

VALUE = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    program = Program()
    program.start()
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{program.port}"])
    yield program
    program.stop()


def tells(chat: Chat, program: Program, *answers: Any, **more: Any) -> None:
    program.answers.extend(answers)
    body = {"event": "lead", "phone": "{{ contact.phone }}"}
    node = {"id": "w", "type": "webhook", "url": f"{program.url}/hook", "body": body, **more}
    chat.publish("tells", node, say("s", "thanks"), edges=["start>w", "w>s"])
    chat.says("oi")


def call(chat: Chat) -> FlowCall:
    with inside(chat.salon_id):
        return FlowCall.objects.get()


def test_the_guest_does_not_wait_for_it(chat: Chat, program: Program) -> None:
    tells(chat, program)
    assert (chat.answers, program.came) == (["thanks"], [])
    calls.work()
    assert json.loads(program.came[0].body) == {"event": "lead", "phone": "+5511990000001"}
    assert (call(chat).state, call(chat).token) == ("done", None)


def test_it_is_signed(chat: Chat, program: Program, alice: Browser) -> None:
    """standardwebhooks.com: v1,base64(HMAC-SHA256(id.timestamp.body))."""
    with inside(chat.salon_id):
        secrets.add("HOOK", VALUE, ["hooks.example.com"], by=alice.member)
    tells(chat, program, secret="HOOK")
    calls.work()
    came = program.came[0]
    signed = f"{came.headers['webhook-id']}.{came.headers['webhook-timestamp']}.{came.body}".encode()
    mac = hmac.new(b"twenty-four bytes of key", signed, hashlib.sha256).digest()
    assert came.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert came.headers["webhook-id"] == str(call(chat).public_id)


def test_what_is_not_taken_is_told_again_and_then_given_up(chat: Chat, program: Program) -> None:
    tells(chat, program, *[(500, {})] * 20)
    calls.work()
    for _ in range(len(AGAIN) + 2):
        chat.later(hours=11)
        calls.work()
    assert len(program.came) == len(AGAIN) + 1
    assert len({came.headers["idempotency-key"] for came in program.came}) == 1
    with inside(chat.salon_id):
        assert Alert.objects.get().kind == "flow.webhook_failed"


def test_one_that_wants_nothing_more_is_not_told_again(chat: Chat, program: Program) -> None:
    tells(chat, program, (410, {}))
    calls.work()
    chat.later(days=1)
    calls.work()
    assert len(program.came) == 1


def test_a_missing_secret_is_told_to_somebody(chat: Chat, program: Program) -> None:
    tells(chat, program, secret="GONE")
    calls.work()
    assert (program.came, call(chat).state) == ([], "failed")
    with inside(chat.salon_id):
        assert Alert.objects.get().kind == "flow.webhook_failed"
