"""FL-002: a flow inside of a flow is an execution of its own, whose end is the answer the other one waits for."""

from typing import Any

from flows.models import Flow, FlowExecution
from flows.runtime.cancelling import cancel
from flows.runtime.subflows import MAX_DEPTH
from ops.eventqueue import handling
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask, graph, pending, say, wait


def sub(pk: str, flow: str, **more: Any) -> dict[str, Any]:
    return {"id": pk, "type": "subflow", "flow": flow, **more}


def inner(chat: Chat, *nodes: dict[str, Any], edges: list[str]) -> str:
    """A flow that only others begin; its public id."""
    key = chat.publish("inner", *nodes, edges=edges, on="none")
    with inside(chat.salon_id):
        return str(Flow.objects.get(pk=key).public_id)


def outer(chat: Chat, flow: str, **more: Any) -> None:
    chat.publish(
        "outer",
        sub("c", flow, **more),
        say("ok", "back with {{ vars.day }}"),
        say("bad", "sorry"),
        edges=["start>c", "c>ok", "c.error>bad"],
    )


def statuses(chat: Chat) -> list[tuple[str, str, bool]]:
    return [(run.flow.name, run.status, run.listens) for run in chat.executions]


def let(value: str) -> dict[str, Any]:
    return {"id": "v", "type": "set_variable", "variable": "day", "value": value}


def test_one_that_ends_at_once_is_answered_at_once(chat: Chat) -> None:
    outer(chat, inner(chat, let("vars.given"), edges=["start>v"]), variables={"given": "'monday'"}, returns=["day"])
    chat.says("oi")
    assert chat.answers == ["back with monday"]
    assert statuses(chat) == [("outer", "completed", False), ("inner", "completed", False)]
    assert pending() == []


def test_one_that_asks_talks_with_the_guest(chat: Chat) -> None:
    """I8: the inner one listens, the outer one waits."""
    outer(chat, inner(chat, ask("q", "which day?", "day"), edges=["start>q"]), returns=["day"])
    chat.says("oi")
    assert statuses(chat) == [("outer", "waiting", False), ("inner", "waiting", True)]
    chat.says("friday")
    assert chat.answers == ["which day?", "back with friday"]
    assert {status for _name, status, _listens in statuses(chat)} == {"completed"}
    with inside(chat.salon_id):
        child = FlowExecution.objects.get(parent_id__isnull=False)
    assert (child.began_by, child.parent_id) == ("flow", chat.executions[0].pk)


def test_one_that_waits_for_days(chat: Chat) -> None:
    outer(chat, inner(chat, wait("w", 2, "days"), let("'later'"), edges=["start>w", "w>v"]), returns=["day"])
    chat.says("oi")
    assert [status for _name, status, _listens in statuses(chat)] == ["waiting", "waiting"]
    chat.later(days=2, minutes=1)
    assert chat.answers == ["back with later"]


def test_one_that_fails_leads_to_the_error_exit(chat: Chat) -> None:
    outer(chat, inner(chat, let("1 / 0"), edges=["start>v"]))
    chat.says("oi")
    assert (chat.answers, chat.executions[1].status) == (["sorry"], "failed")


def test_one_that_is_not_there(chat: Chat) -> None:
    outer(chat, "0198c0de-0000-7000-8000-000000000002")
    chat.says("oi")
    assert chat.answers == ["sorry"]


def test_flows_do_not_call_each_other_too_deeply(chat: Chat) -> None:
    key = chat.publish("self", say("s", "x"), edges=["start>s"])
    with inside(chat.salon_id):
        from flows import actions

        flow = Flow.objects.get(pk=key)
        own = graph(sub("c", str(flow.public_id)), say("s", "{{ 'bottom' }}"), edges=["start>c", "c.error>s"])
        actions.publish(flow, own)
    chat.says("oi")
    assert (len(chat.executions), chat.answers) == (MAX_DEPTH, ["bottom"])


def test_flows_that_call_each_other_without_end_fail(chat: Chat) -> None:
    """FL-005: the loop is bounded, and the guest's message leaves the inbox."""
    flow = inner(chat, let("1"), edges=["start>v"])
    chat.publish("loop", sub("c", flow), sub("d", flow), edges=["start>c", "c>d", "d>c"])
    chat.says("oi")
    loop = chat.executions[0]
    assert (loop.status, loop.error.partition(":")[0]) == ("failed", "too_many_subflows")


def test_who_cancels_the_outer_one_cancels_the_inner(chat: Chat) -> None:
    outer(chat, inner(chat, ask("q", "which day?", "day"), edges=["start>q"]))
    chat.says("oi")
    with inside(chat.salon_id):
        cancel(chat.executions[0], by=None)
    assert [status for _name, status, _listens in statuses(chat)] == ["cancelled", "cancelled"]
    handling.run()
    assert chat.answers == ["which day?"]


def test_who_cancels_the_inner_one_lets_the_outer_go_on(chat: Chat) -> None:
    outer(chat, inner(chat, ask("q", "which day?", "day"), edges=["start>q"]))
    chat.says("oi")
    with inside(chat.salon_id):
        cancel(chat.executions[1], by=None, alone=True)
    handling.run()
    assert [status for _name, status, _listens in statuses(chat)] == ["completed", "cancelled"]
    assert chat.answers == ["which day?", "sorry"]


def test_a_closed_talk_ends_both(chat: Chat) -> None:
    from crm.inbox import actions as inbox
    from crm.inbox.models import Conversation

    outer(chat, inner(chat, ask("q", "which day?", "day"), edges=["start>q"]))
    chat.says("oi")
    with inside(chat.salon_id):
        inbox.close(conversation=Conversation.objects.get(), by=None)  # type: ignore[arg-type]
    while handling.run():
        pass
    assert [status for _name, status, _listens in statuses(chat)] == ["cancelled", "cancelled"]
    assert chat.answers == ["which day?"]
