"""FL-005, I12: a run ends on its version, unless a person moves it to another one where it can go on."""

from typing import Any

import pytest

from flows import actions
from flows.models import Flow, FlowVersion
from flows.runtime import migrating_runs
from flows.runtime.cancelling import NotRunning, cancel, cancel_many, cancel_version
from flows.runtime.migrating_runs import Migration, OtherFlow
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tenants.members.models import Member
from tests.flows.runtime.conftest import Chat, ask, graph, pending, say, wait


@pytest.fixture
def two(chat: Chat) -> Chat:
    """Guests wait at `ask` and at `w` of version 1; version 2 has an `ask` that goes on differently, and no `w`."""
    nodes = ask("ask", "Nome?", "name"), say("s", "old: {{ vars.name }}"), wait("w", 1, "hours")
    chat.publish("flow", *nodes, edges=["start>ask", "ask.answered>s", "s>w"])
    waits = Chat(chat.salon_id, "5511990000002", chat.monkeypatch)
    for one in (chat, waits):
        one.says("oi")
    waits.says("Beto")
    with inside(chat.salon_id):
        new = graph(
            ask("ask", "Qual o seu nome?", "name"),
            say("t", "new: {{ vars.name }}"),
            edges=["start>ask", "ask.answered>t"],
        )
        actions.publish(Flow.objects.get(), new)
    return chat


def versions() -> tuple[Flow, FlowVersion, FlowVersion]:
    return Flow.objects.get(), *FlowVersion.objects.order_by("number")[:2]  # type: ignore[return-value]


def migrate(chat: Chat, **more: Any) -> Migration:
    with inside(chat.salon_id):
        flow, one, two = versions()
        return migrating_runs.migrate(flow, one, two, by=Member.objects.get(name="Alice"), **more)


def numbers(chat: Chat) -> list[int]:
    return [run.version.number for run in chat.executions]


def test_those_that_can_go_on_go_on_by_the_new_drawing(two: Chat) -> None:
    found = migrate(two)
    assert (found.moved, found.stayed, numbers(two)) == (1, 1, [2, 1])
    two.says("Ana")
    assert two.answers[-1] == "new: Ana"


def test_who_stays_is_told_with_the_reason(two: Chat) -> None:
    found = migrate(two)
    assert [(one.execution, one.node, one.reason) for one in found.stays] == [
        (two.executions[1].public_id, "w", "node_gone")
    ]
    assert str(found.stays[0].words)


def test_a_node_of_another_type_is_another_node(two: Chat) -> None:
    with inside(two.salon_id):
        flow, one, _two = versions()
        third = actions.publish(flow, graph(say("ask", "hi"), edges=["start>ask"]))
        found = migrating_runs.migrate(flow, one, third, by=None)
    assert found.reasons == {"other_type": 1, "node_gone": 1}


def test_nobody_is_moved_by_a_look(two: Chat) -> None:
    with inside(two.salon_id):
        found = migrating_runs.preview(*versions())
    assert (found.moved, numbers(two)) == (1, [1, 1])


def test_only_those_that_were_chosen_are_moved(two: Chat) -> None:
    assert migrate(two, only=[two.executions[1].public_id]).moved == 0
    assert numbers(two) == [1, 1]
    assert migrate(two, only=[two.executions[0].public_id]).moved == 1


def test_asked_twice_it_happens_once_and_is_noted_once(two: Chat) -> None:
    migrate(two)
    assert migrate(two).moved == 0
    with inside(two.salon_id):
        noted = AuditEntry.objects.get(action="flow.runs_migrated")
        assert noted.after == {"from": 1, "to": 2, "moved": 1, "stayed": 1}
        assert Event.objects.filter(kind="execution.migrated").count() == 1


def test_a_wait_that_was_moved_still_ends_at_its_time(chat: Chat) -> None:
    chat.publish("slow", wait("w", 3, "weeks"), say("s", "old"), edges=["start>w", "w>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        actions.publish(Flow.objects.get(), graph(wait("w", 1, "hours"), say("s", "new"), edges=["start>w", "w>s"]))
    migrate(chat)
    assert chat.later(weeks=2) == 0
    assert chat.later(weeks=1, hours=1) == 1
    assert chat.answers == ["new"]


def test_many_are_moved_in_batches(two: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating_runs, "_BATCH", 1)
    assert migrate(two).moved == 1


def test_versions_of_two_flows_do_not_mix(two: Chat) -> None:
    with inside(two.salon_id):
        flow, one, _two = versions()
        other = actions.create("other", graph(say("s", "hi"), edges=["start>s"]))
        assert other.published
        with pytest.raises(OtherFlow):
            migrating_runs.migrate(flow, one, other.published, by=None)


def test_all_runs_of_a_version_are_cancelled(two: Chat) -> None:
    with inside(two.salon_id):
        flow, one, _two = versions()
        assert cancel_version(flow, one, by=None) == 2
        assert cancel_version(flow, one, by=None) == 0
    assert {(run.status, run.listens, run.waiting_until) for run in two.executions} == {("cancelled", False, None)}
    assert pending() == []
    assert two.later(hours=2) == 0


def test_a_cancelled_run_hears_nothing_and_is_not_cancelled_again(two: Chat) -> None:
    with inside(two.salon_id):
        cancel(two.executions[0], by=Member.objects.get(name="Alice"))
        with pytest.raises(NotRunning):
            cancel(two.executions[0], by=None)
        assert AuditEntry.objects.filter(action="execution.cancelled").count() == 1
    two.says("Ana")
    assert two.answers[-1] == "Qual o seu nome?"


def test_runs_inside_of_a_run_end_with_it(two: Chat) -> None:
    outer, inner = two.executions
    with inside(two.salon_id):
        type(inner).objects.filter(pk=inner.pk).update(parent_id=outer.pk, parent_token=1)
        assert cancel_many([outer.pk], why="test") == 1
    assert {run.status for run in two.executions} == {"cancelled"}
