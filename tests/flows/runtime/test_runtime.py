"""What the runtime promises whatever the flow is (I8, I9, I10, I11, I12)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from channels_wa.inbound import drain
from channels_wa.inbound.models import InboxItem
from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from flows import actions
from flows.engine.limits import SAME_TEXT_TIMES
from flows.engine.step import step as engine_step
from flows.graph import GraphError
from flows.models import Flow, FlowExecution, FlowVersion
from flows.runtime import graphs, running
from ops import claim, clock
from ops.events.actions import emit_many
from ops.events.models import Event
from ops.ids import uuid7
from ops.salon import inside, run_in_salon
from ops.timers import ticker
from ops.timers.models import Timer
from tests.flows.runtime.conftest import PNID, Chat, ask, graph, pending, say, states, wait
from tests.incoming import delivery, keep, text_message
from tests.world import Salons

ON_SLOW = {"on": "keywords", "keywords": ["slow"]}


def test_i12_a_run_stays_on_its_version(chat: Chat) -> None:
    flow = chat.publish("old", wait("w", 1, "hours"), say("s", "old words"), edges=["start>w", "w>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        actions.publish(Flow.objects.get(pk=flow), graph(say("s", "new words"), edges=["start>s"]))
    chat.later(hours=2)
    assert chat.answers == ["old words"]
    chat.says("oi de novo")
    assert chat.answers == ["old words", "new words"]
    assert [run.version.number for run in chat.executions] == [1, 2]


def test_i12_importing_a_flow_executes_nothing(chat: Chat) -> None:
    chat.says("oi")
    chat.publish("late", say("s", "hello"), edges=["start>s"])
    assert (chat.executions, chat.answers) == ([], [])


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"version": 1, "nodes": [], "edges": []}, "nodes"),
        (graph(say("s", "{{ 1 + }}"), edges=["start>s"]), "text"),
        (graph(say("s", "x"), edges=["start>nowhere"]), "edges[0].to"),
        (graph(say("s", "x"), edges=["start.maybe>s"]), "exit.maybe"),
        (graph({"id": "x", "type": "hologram"}, edges=[]), "type"),
    ],
)
def test_a_bad_drawing_is_refused_with_its_problems(chat: Chat, broken: dict[str, Any], field: str) -> None:
    with inside(chat.salon_id), pytest.raises(GraphError) as refused:
        actions.create("broken", broken)
    assert field in {problem.field for problem in refused.value.problems}
    with inside(chat.salon_id):
        assert not Flow.objects.exists()


def test_one_that_lets_time_pass_does_not_silence_the_guest(chat: Chat) -> None:
    chat.publish("slow", wait("w", 1, "days"), say("s", "a day later"), edges=["start>w", "w>s"], **ON_SLOW)
    chat.publish("chat", say("s", "right now"), edges=["start>s"])
    chat.says("slow")
    assert [(run.status, run.listens) for run in chat.executions] == [("waiting", False)]
    chat.says("oi")
    assert chat.answers == ["right now"]
    chat.later(days=2)
    assert chat.answers == ["right now", "a day later"]


def listening_and_held(chat: Chat) -> None:
    """Two runs of one guest: one waits an hour, the other has asked something."""
    chat.publish("slow", wait("w", 1, "hours"), say("s", "an hour later"), edges=["start>w", "w>s"], **ON_SLOW)
    nodes = ask("ask", "Nome?", "name"), say("s", "Oi, {{ vars.name }}")
    chat.publish("ask", *nodes, edges=["start>ask", "ask.answered>s"])
    chat.says("slow")
    chat.says("oi")


def test_a_wait_stands_back_while_another_run_listens(chat: Chat) -> None:
    listening_and_held(chat)
    # However often it stands back, it does not get lost.
    for _ in range(12):
        chat.later(hours=1)
        assert chat.answers == ["Nome?"]
        assert [kind for kind, _ in pending()] == ["flow.wait.again"]
    chat.says("Ana")
    assert chat.later(hours=1) == 1
    assert chat.answers == ["Nome?", "Oi, Ana", "an hour later"]
    assert pending() == []
    assert {run.status for run in chat.executions} == {"completed"}


def test_a_timer_of_an_earlier_wait_does_nothing(chat: Chat) -> None:
    an_hour = {"timeout": {"amount": 1, "unit": "hours"}}
    nodes = ask("ask", "Nome?", "name", **an_hour), ask("more", "Bairro?", "area", **an_hour), say("s", "late")
    chat.publish("two", *nodes, edges=["start>ask", "ask.answered>more", "more.timeout>s", "ask.timeout>s"])
    chat.says("oi")
    old = Timer.objects.get()
    chat.says("Ana")
    old.due_at = clock.now()
    old.save(force_insert=True)
    ticker.run()
    assert chat.answers == ["Nome?", "Bairro?"]
    assert chat.executions[0].status == "waiting"


def test_i8_a_second_run_that_listens_is_refused_by_the_database(chat: Chat) -> None:
    listening_and_held(chat)

    def double() -> None:
        run = FlowExecution.objects.get(listens=True)
        run.pk, run.public_id = None, uuid7()
        with transaction.atomic():
            run.save(force_insert=True)

    with pytest.raises(IntegrityError, match="one_active_execution"):
        run_in_salon(chat.salon_id, double)


def test_i8_fifty_messages_make_one_run_and_are_taken_in_order(chat: Chat) -> None:
    nodes = ask("ask", "Nome?", "name"), say("s", "Oi, {{ vars.name }}")
    chat.publish("ask", *nodes, edges=["start>ask", "ask.answered>s"], on="first_contact")
    keep(delivery(PNID, *(text_message(f"m{number}") for number in range(50))))
    while drain.run():
        pass
    assert len(chat.executions) == 1
    assert chat.answers == ["Nome?", "Oi, m1"]
    assert states() == ["done"] * 50


def explode(monkeypatch: pytest.MonkeyPatch, *, times: int) -> list[int]:
    """Let the engine raise so often."""
    real, left = engine_step, [times]

    def step(*args: Any, **more: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise RuntimeError("the engine broke")
        return real(*args, **more)

    monkeypatch.setattr(running, "step", step)
    return left


def try_again() -> None:
    InboxItem.objects.filter(state="pending").update(due_at=clock.real())
    drain.run()


def test_i9_a_turn_that_was_rolled_back_is_answered_once(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    real, left = emit_many, [1]

    def fail_once(events: Any) -> None:
        real(events)
        if left.pop() if left else 0:
            raise RuntimeError("after everything was written")

    monkeypatch.setattr(running, "emit_many", fail_once)
    chat.says("oi")
    assert (chat.answers, chat.executions) == ([], [])
    try_again()
    assert (chat.answers, len(chat.executions), OutboxItem.objects.count()) == (["hello"], 1, 1)


def test_i11_a_broken_engine_keeps_the_message(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    explode(monkeypatch, times=100)
    chat.says("oi")
    for _ in range(10):
        try_again()
    item = InboxItem.objects.get()
    assert (item.state, item.stage, item.error) == ("dead", "answer", "RuntimeError: the engine broke")
    assert run_in_salon(chat.salon_id, lambda: Message.objects.get().text) == "oi"
    assert (chat.executions, pending()) == ([], [])


def test_i11_a_failing_timer_is_parked_and_its_neighbours_fire(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.publish("slow", wait("w", 1, "hours"), say("s", "hello"), edges=["start>w", "w>s"])
    others = [Chat(chat.salon_id, f"551199000010{n}", monkeypatch) for n in range(3)]
    for one in (chat, *others):
        one.says("oi")
    bad, real = chat.executions[0].pk, engine_step

    def step(drawing: Any, state: Any, said: Any, *, now: Any, seed: int) -> Any:
        if seed == bad_seed:
            raise RuntimeError("the engine broke")
        return real(drawing, state, said, now=now, seed=seed)

    bad_seed = chat.executions[0].seed
    monkeypatch.setattr(running, "step", step)
    assert chat.later(hours=2) == 3
    for _ in range(10):
        Timer.objects.filter(state="pending").update(due_at=clock.now())
        ticker.run()
    assert [one.answers for one in others] == [["hello"]] * 3
    dead = Timer.objects.get(state="dead")
    assert (dead.subject, dead.error) == (str(bad), "RuntimeError: the engine broke")
    assert chat.executions[0].status == "waiting"


def test_a_flow_that_cannot_be_read_does_not_silence_the_others(chat: Chat) -> None:
    """After an upgrade a kept drawing may be unknown to us."""
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    with inside(chat.salon_id):
        flow = Flow.objects.create(name="future", priority=9)
        flow.published = FlowVersion.objects.create(flow=flow, number=1, graph={"version": 99})
        flow.save()
    chat.says("oi")
    assert chat.answers == ["hello"]


def test_two_machines_that_greet_each_other_are_noticed_over_their_runs(chat: Chat) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    for _ in range(SAME_TEXT_TIMES + 4):
        chat.says("hello")
    assert chat.answers == ["hello"] * SAME_TEXT_TIMES
    chat.later(hours=1)
    chat.says("hello")
    assert len(chat.answers) == SAME_TEXT_TIMES + 1


def test_a_failed_run_tells_why_and_who_listens_hears_of_it(chat: Chat) -> None:
    loop = [
        say("a", "{{ vars.n }}"),
        {"id": "c", "type": "condition", "branches": [{"id": "b", "when": "true", "label": "x"}]},
    ]
    chat.publish("loop", *loop, edges=["start>c", "c.b>c"])
    chat.says("oi")
    (run,) = chat.executions
    assert (run.status, run.listens) == ("failed", False)
    assert run.error.startswith("too_many_nodes")
    with inside(chat.salon_id):
        told = Event.objects.get(kind="execution.failed")
        assert (told.subject, told.payload["reason"], told.payload["node"]) == (run.public_id, "too_many_nodes", "c")
    assert states() == ["done"]


@pytest.mark.parametrize("kind", ["reaction", "unsupported", "system"])
def test_what_is_not_said_starts_nothing(chat: Chat, kind: str) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    chat.sends(kind, {})
    assert chat.answers == []


def test_a_picture_starts_the_flow_of_any_message(chat: Chat) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])
    chat.sends("image", {"id": "1"})
    assert chat.answers == ["hello"]


def test_the_narrower_flow_goes_first_and_priority_before_all(chat: Chat) -> None:
    chat.publish("any", say("s", "any"), edges=["start>s"])
    chat.publish("first", say("s", "first"), edges=["start>s"], on="first_contact")
    chat.publish("word", say("s", "word"), edges=["start>s"], on="keywords", keywords=["preço"])
    chat.says("oi")
    chat.says("preco?")
    chat.says("oi")
    with inside(chat.salon_id):
        Flow.objects.filter(name="any").update(priority=1)
    chat.says("preço")
    assert chat.answers == ["first", "word", "any", "any"]


def test_a_lease_lost_meanwhile_undoes_the_whole_turn(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    chat.publish("hi", say("s", "hello"), edges=["start>s"])

    def lose(*_: Any, **__: Any) -> None:
        raise claim.LeaseLost

    with monkeypatch.context() as patched:
        patched.setattr("channels_wa.inbound.answer.claim.finish", lose)
        chat.says("oi")
    assert (chat.answers, chat.executions) == ([], [])


def test_graphs_are_kept_by_salon(chat: Chat, salons: Salons) -> None:
    """Versions of two salons have the same numbers (I22)."""
    graphs._compiled.clear()
    for salon in (salons.aurora, salons.other):
        with inside(salon.pk):
            flow = Flow.objects.create(name="hi")
            drawing = graph(say("s", f"of {salon.slug}"), edges=["start>s"])
            FlowVersion.objects.create(pk=7_000, flow=flow, number=1, graph=drawing)
            node: Any = graphs.graphs_of(salon.pk, [7_000])[7_000].places["s"].node
        assert node.text.source == f"of {salon.slug}"
