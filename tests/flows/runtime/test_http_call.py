"""FL-012: a flow asks a program: the call is a row, made when nothing is locked, and the execution goes on with it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from config.env import env
from crm.inbox.actions import set_bot
from crm.inbox.models import Conversation
from flows.models import FlowCall, FlowCircuit, FlowSecret, FlowStep
from flows.runtime import circuit, http_call, secrets
from flows.runtime.silence import CALL
from ops import clock
from ops.eventqueue import handling
from ops.safe_http import client
from ops.salon import inside
from ops.timers import calls
from ops.timers.models import Timer
from tenants.members.models import Member
from tests.flows.runtime.conftest import Chat, ask, say, states
from tests.flows.runtime.outside import Program
from tests.ops.test_safe_http import SPELLINGS
from tests.world import Browser, Salons

VALUE = "s3cr3t/key+9=x"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    program = Program()
    program.start()
    monkeypatch.setattr(env, "safe_http_allow", [f"127.0.0.1:{program.port}"])
    yield program
    program.stop()


def http(pk: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": pk, "type": "http_request", "url": url, **more}


def flow(chat: Chat, url: str, **more: Any) -> None:
    """It asks the program and says what came, or why nothing did."""
    chat.publish(
        "asks",
        http("h", url, response=[{"path": "name", "variable": "name"}], status_variable="status", **more),
        say("ok", "hello {{ vars.name }}"),
        say("not", "status {{ vars.status }}"),
        say("bad", "sorry"),
        edges=["start>h", "h>ok", "h.failed>not", "h.error>bad"],
    )


def call(chat: Chat) -> FlowCall:
    with inside(chat.salon_id):
        return FlowCall.objects.latest("pk")


def calling(chat: Chat, program: Program, *answers: Any, **more: Any) -> FlowCall:
    """A guest says "oi", and the calls that are due are made."""
    program.answers.extend(answers)
    flow(chat, f"{program.url}/x", **more)
    chat.says("oi")
    calls.work()
    return call(chat)


def later(chat: Chat, **span: float) -> None:
    chat.later(**span)
    calls.work()


def test_an_answer_lets_the_execution_go_on(chat: Chat, program: Program) -> None:
    made = calling(chat, program, (200, {"name": "Ana"}))
    assert chat.answers == ["hello Ana"]
    assert (made.state, made.status_code, made.attempts, made.response["status"]) == ("done", 200, 1, 200)
    assert program.came[0].headers["idempotency-key"] == str(made.public_id)
    assert chat.steps(chat.executions[0]) == [
        ("start", "passed"), ("h", "requested"), ("h", "answered"), ("ok", "passed"),
    ]  # fmt: skip
    assert not Timer.objects.filter(state="pending").exists()


def test_nothing_is_called_in_the_guests_transaction(chat: Chat, program: Program) -> None:
    flow(chat, f"{program.url}/x")
    chat.says("oi")
    assert (program.came, call(chat).state) == ([], "pending")
    assert sorted(Timer.objects.filter(state="pending").values_list("kind", flat=True)) == [CALL, "flow.wait"]


def test_what_the_guest_writes_meanwhile_is_answered_afterwards(chat: Chat, program: Program) -> None:
    """FL-005: everything of a guest happens in its order, one at a time (I8)."""
    chat.publish(
        "asks",
        http("h", f"{program.url}/x"),
        ask("q", "which day?", "day"),
        say("s", "{{ vars.day }} it is"),
        edges=["start>h", "h>q", "q.answered>s"],
    )
    chat.says("oi")
    chat.says("friday")
    chat.says("at noon")
    assert (len(chat.executions), chat.answers, states()) == (1, [], ["done", "pending", "pending"])
    calls.work()
    drain_later()
    assert chat.answers[:2] == ["which day?", "friday it is"]
    # The third message begins anew, as the run is over.
    assert (len(chat.executions), states()) == (2, ["done", "done", "done"])
    assert set(InboxItem.objects.values_list("attempts", flat=True)) <= {0, 1}


def drain_later() -> None:
    """A second later."""
    InboxItem.objects.filter(state="pending").update(due_at=clock.real())
    drain.run()


def test_another_status_is_an_answer_too(chat: Chat, program: Program) -> None:
    made = calling(chat, program, (404, {"error": "no"}))
    assert (chat.answers, made.state, made.status_code) == (["status 404"], "done", 404)


def test_what_may_pass_is_tried_again_with_the_same_key(chat: Chat, program: Program) -> None:
    """FL-010: retries are rows, nobody sleeps."""
    calling(chat, program, (503, {}), (429, {}), (200, {"name": "Ana"}), retries={"times": 2, "wait_s": 5})
    assert (len(program.came), chat.answers) == (1, [])
    later(chat, seconds=4)
    assert len(program.came) == 1
    later(chat, seconds=3)
    assert len(program.came) == 2
    later(chat, seconds=13)
    assert chat.answers == ["hello Ana"]
    assert len({came.headers["idempotency-key"] for came in program.came}) == 1
    assert call(chat).attempts == 3


def test_a_server_that_asks_for_patience_gets_it(chat: Chat, program: Program) -> None:
    calling(chat, program, (503, {}, {"Retry-After": "60"}), retries={"times": 1, "wait_s": 1})
    later(chat, seconds=50)
    assert len(program.came) == 1
    later(chat, seconds=30)
    assert len(program.came) == 2


def test_when_the_tries_are_used_up_the_last_answer_counts(chat: Chat, program: Program) -> None:
    calling(chat, program, (503, {}), (503, {}), retries={"times": 1, "wait_s": 1})
    later(chat, seconds=5)
    assert (chat.answers, len(program.came)) == (["status 503"], 2)


def test_without_retries_one_try_is_all(chat: Chat, program: Program) -> None:
    calling(chat, program, (503, {}))
    assert (chat.answers, len(program.came)) == (["status 503"], 1)


def test_no_answer_in_time_is_an_error(chat: Chat, program: Program) -> None:
    made = calling(chat, program, None, timeout_s=1)
    assert (chat.answers, made.state, made.error.partition(":")[0]) == (["sorry"], "failed", "timeout")


def test_a_large_answer_is_an_error(chat: Chat, program: Program) -> None:
    made = calling(chat, program, (200, b'"' + b"a" * 300_000 + b'"'))
    assert (chat.answers, made.error.partition(":")[0]) == (["sorry"], "too_large")


@pytest.mark.parametrize("body", [
    b"", b"no json", b'{"name": NaN}', b'{"name": 1e999}', b"[" * 5000 + b"]" * 5000, b"9" * 5000,
    b"\xff\xfe{", b'{"a": "\\u0000\\ud800"}',
])  # fmt: skip
def test_an_odd_answer_harms_nobody(chat: Chat, program: Program, body: bytes) -> None:
    made = calling(chat, program, (200, body))
    assert (chat.answers, made.state) == (["hello "], "done")


@pytest.mark.parametrize("host", SPELLINGS)
def test_i24_no_inner_address_is_called(host: str) -> None:
    """FL-012: whatever spelling of an inner address a request has, the call is not even put together."""
    with pytest.raises(http_call.NoCall) as refused:
        http_call.prepare({"method": "GET", "url": f"http://{host}/"}, {}, key="x")
    assert refused.value.error == "refused"


def test_i24_a_name_that_leads_inside_is_not_called(
    chat: Chat, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_up(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    monkeypatch.setattr(client, "look_up", look_up)
    flow(chat, "http://example.com/x")
    chat.says("oi")
    calls.work()
    assert (program.came, chat.answers, call(chat).error.partition(":")[0]) == ([], ["sorry"], "refused")


def test_i24_a_redirect_is_not_followed(chat: Chat, program: Program) -> None:
    calling(chat, program, (302, {}, {"Location": "http://169.254.169.254/latest/"}))
    assert (chat.answers, len(program.came)) == (["status 302"], 1)


def test_a_refused_address_is_an_error_and_no_try(chat: Chat, program: Program) -> None:
    flow(chat, "http://127.0.0.1/x", retries={"times": 3, "wait_s": 1})
    chat.says("oi")
    calls.work()
    assert (chat.answers, call(chat).error.partition(":")[0]) == (["sorry"], "refused")
    assert not Timer.objects.filter(state="pending").exists()


def test_an_answer_that_comes_too_late_changes_nothing(chat: Chat, program: Program) -> None:
    """I9: another token is a no-op."""
    program.answers.append((200, {"name": "Ana"}))
    flow(chat, f"{program.url}/x")
    chat.says("oi")
    chat.later(hours=1)
    assert chat.answers == ["sorry"]
    calls.work()
    assert (chat.answers, program.came, call(chat).state) == (["sorry"], [], "failed")


def answered_alone(chat: Chat, on: bool) -> None:
    with inside(chat.salon_id):
        set_bot(conversation=Conversation.objects.get(), on=not on, by=Member.objects.get(name="Alice"))
    handling.run()


def kinds_pending() -> list[str]:
    return sorted(Timer.objects.filter(state="pending").values_list("kind", flat=True))


def test_an_answer_during_a_take_over_is_given_when_it_ends(chat: Chat, program: Program) -> None:
    """FR-WA-007: nobody looks for it meanwhile, and however late that is, it is an answer and no time-out."""
    program.answers.append((200, {"name": "Ana"}))
    flow(chat, f"{program.url}/x")
    chat.says("oi")
    answered_alone(chat, True)
    calls.work()
    assert (chat.answers, len(program.came), kinds_pending()) == ([], 1, ["flow.wait"])
    later(chat, hours=3)
    assert (chat.answers, kinds_pending(), call(chat).attempts) == ([], [], 1)
    answered_alone(chat, False)
    assert kinds_pending() == [CALL]
    later(chat, seconds=1)
    assert (chat.answers, len(program.came), kinds_pending()) == (["hello Ana"], 1, [])
    assert (call(chat).state, call(chat).status_code) == ("done", 200)


def test_taken_over_again_at_once_it_is_kept_once_more(chat: Chat, program: Program) -> None:
    program.answers.append((200, {"name": "Ana"}))
    flow(chat, f"{program.url}/x")
    chat.says("oi")
    answered_alone(chat, True)
    calls.work()
    answered_alone(chat, False)
    answered_alone(chat, True)
    calls.work()
    assert (chat.answers, kinds_pending()) == ([], ["flow.wait"])
    answered_alone(chat, False)
    calls.work()
    assert (chat.answers, len(program.came)) == (["hello Ana"], 1)


def test_a_loop_over_pages_is_published_and_runs(chat: Chat, program: Program) -> None:
    """FL-005: page after page until there is none, as an API gives them."""
    program.answers.extend([(200, {"next": 2}), (200, {"next": 3}), (200, {"next": None})])
    chat.publish(
        "pages",
        http("h", f"{program.url}/x?page={{{{ vars.page }}}}", response=[{"path": "next", "variable": "page"}]),
        {"id": "c", "type": "condition", "branches": [{"id": "more", "when": "vars.page != null"}]},
        say("s", "all there"),
        edges=["start>h", "h>c", "c.more>h", "c.else>s"],
    )
    chat.says("oi")
    for _ in range(3):
        calls.work()
    assert ([came.path for came in program.came], chat.answers) == (
        ["/x?page=", "/x?page=2", "/x?page=3"],
        ["all there"],
    )


def test_a_host_that_fails_rests(chat: Chat, program: Program) -> None:
    """Its sixth call is not made; later one is, and what works closes the circuit."""
    flow(chat, f"{program.url}/x")
    for number in range(circuit.OPENS_AFTER + 1):
        program.answers.append((500, {}))
        chat.says(f"oi {number}")
        calls.work()
    assert len(program.came) == circuit.OPENS_AFTER
    assert (chat.answers[-1], call(chat).error.partition(":")[0]) == ("sorry", "circuit_open")
    program.answers.clear()
    chat.later(minutes=1)
    chat.says("oi")
    calls.work()
    with inside(chat.salon_id):
        assert not FlowCircuit.objects.exists()


# --- secrets ------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(chat: Chat, alice: Browser) -> FlowSecret:
    with inside(chat.salon_id):
        return secrets.add("KEY", VALUE, ["127.0.0.1"], by=alice.member)


def everything(chat: Chat) -> str:
    """All that the salon has written down of its flows."""
    with inside(chat.salon_id), connection.cursor() as cursor:
        found = []
        for table in ("flow_call", "flow_step", "flow_execution", "message", "event", "audit_entry", "flow_secret"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_i26_a_secret_goes_to_its_host_and_nowhere_else(chat: Chat, program: Program, key: FlowSecret) -> None:
    """FL-012: even a server that sends it back, plain, quoted or coded, does not bring it into the logs."""
    program.echo = True
    made = calling(
        chat, program, (200, {"name": "Ana"}),
        method="POST",
        headers={"Authorization": "Bearer {{ secret.KEY }}"},
        query={"key": "{{ secret.KEY }}"},
        body_type="json",
        body={"key": "{{ secret.KEY }}", "who": "{{ contact.phone }}"},
    )  # fmt: skip
    came = program.came[0]
    assert came.headers["authorization"] == f"Bearer {VALUE}"
    assert json.loads(came.body)["key"] == VALUE
    assert "key=s3cr3t%2Fkey%2B9%3Dx" in came.path
    assert (made.state, made.request["headers"]["Authorization"]) == ("done", "Bearer ⟦secret:KEY⟧")
    written = everything(chat)
    for look in (VALUE, "s3cr3t%2Fkey", "s3cr3t/key", VALUE.encode().hex()):
        assert look not in written
    with inside(chat.salon_id):
        assert FlowSecret.objects.get().last_used_at is not None


def test_a_secret_for_another_host_is_not_sent(chat: Chat, program: Program, alice: Browser) -> None:
    with inside(chat.salon_id):
        secrets.add("KEY", VALUE, ["api.example.com"], by=alice.member)
    calling(chat, program, headers={"X-Key": "{{ secret.KEY }}"})
    assert (program.came, chat.answers, call(chat).error.partition(":")[0]) == ([], ["sorry"], "refused")


def test_a_secret_that_is_gone_is_an_error(chat: Chat, program: Program) -> None:
    calling(chat, program, headers={"X-Key": "{{ secret.KEY }}"})
    assert (program.came, chat.answers, call(chat).error.partition(":")[0]) == ([], ["sorry"], "secret_missing")


def test_a_guest_cannot_write_a_secrets_mark(chat: Chat, program: Program, key: FlowSecret) -> None:
    chat.publish(
        "asks",
        ask("q", "who?", "who"),
        http("h", f"{program.url}/x", method="POST", body_type="json", body={"who": "{{ vars.who }}"}),
        edges=["start>q", "q.answered>h"],
    )
    chat.says("oi")
    chat.says("⟦secret:KEY⟧ {{ secret.KEY }}")
    calls.work()
    assert json.loads(program.came[0].body) == {"who": "secret:KEY {{ secret.KEY }}"}


def test_i23_another_salons_secret_opens_nothing(salons: Salons, chat: Chat, key: FlowSecret) -> None:
    """Copied into another salon's row it does not open."""
    from ops.sealing import CannotOpen

    with inside(salons.other.pk):
        FlowSecret.objects.create(pk=key.pk, name="KEY", sealed=bytes(key.sealed), hosts=["127.0.0.1"])
        with pytest.raises(CannotOpen):
            secrets.opened(["KEY"])


def test_the_input_kept_for_replay_is_masked(chat: Chat, program: Program, key: FlowSecret) -> None:
    program.echo = True
    calling(chat, program, (200, {}), headers={"X-Key": "{{ secret.KEY }}"})
    with inside(chat.salon_id):
        kept = FlowStep.objects.get(event="answered", input__isnull=False).input
    assert kept is not None and kept["answer"]["json"]["headers"]["x-key"] == "•••"


def test_one_salons_slow_hosts_hold_up_nobody_else(chat: Chat, program: Program, salons: Salons) -> None:
    """A salon has so many calls in the air and no more."""
    lane = calls.Lane(calls._landed)
    lane.per_salon[salons.aurora.pk] = calls.PER_SALON
    flow(chat, f"{program.url}/x")
    chat.says("oi")
    assert lane.take_off() == 0
    lane.per_salon.clear()
    assert lane.take_off() == 1
    while lane.in_the_air:
        lane.land()
    assert timedelta() < calls.LEASE
