"""FL-009: a recorded run is played again, over its own version and over others."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine.inputs import Answered, Input, Said, Started, TimedOut
from flows.engine.state import State
from flows.engine.step import step
from flows.gallery.ready import LANGUAGES, ready_flows
from flows.graph import Graph
from flows.simulator.replaying import Recorded, Side, difference, replay, replay_over
from tests.flows.flow import NOON, drawing, say
from tests.flows.test_determinism import drawings

FACTS = {"contact": {"name": "Ana Souza", "first_name": "Ana", "tags": []}, "salon": {"name": "Aurora"}}
ASK = {"id": "ask", "type": "ask", "text": "Quantos?", "answer": "number", "variable": "n"}
KEPT = [{"path": "$", "variable": "x"}]
CALL = {"id": "call", "type": "http_request", "url": "https://a.example/x", "response": KEPT}
SAID = ["oi", "sim", "2", "retorno", "Preços", "1", "3", "ana@exemplo.com", None]
READY = [flow.graph for flow in ready_flows(LANGUAGES[0])]


class Life:
    """A run as it was lived, with its record."""

    def __init__(self, graph: dict[str, Any], seed: int = 7) -> None:
        self.graph, self.seed = Graph.parse(graph), seed
        self.state, self.now = State(), NOON
        self.record: list[Recorded] = []
        self.steps: list[tuple[str, str, str | None]] = []

    def takes(self, said: Input, **later: float) -> None:
        self.now += timedelta(**later)
        outcome = step(self.graph, self.state, said, now=self.now, seed=self.seed)
        if outcome.ignored:
            return
        self.state = outcome.state
        self.record.append(Recorded({**said.to_json(), "zone": "UTC"}, self.now))
        self.steps += [(one.node, one.event, one.exit) for one in outcome.steps]

    def says(self, text: str, **later: float) -> None:
        self.takes(Said(text, facts=FACTS), **later)

    def starts(self) -> None:
        self.takes(Started(Said("oi", facts=FACTS), FACTS))

    def fires(self) -> None:
        wait = self.state.wait
        assert wait and wait.until
        self.now = datetime.fromisoformat(wait.until)
        self.takes(TimedOut(wait.token, FACTS))

    def is_answered(self, answer: dict[str, Any]) -> None:
        assert self.state.wait
        self.takes(Answered(self.state.wait.token, answer, "", FACTS), seconds=2)

    def over(self, graph: dict[str, Any]) -> tuple[Side, Side]:
        own = replay(self.graph, self.record, self.seed)
        return own, replay_over(Graph.parse(graph), self.record, self.seed, own)


def shots(side: Side) -> list[tuple[str, str, str | None]]:
    return [(one.node, one.event, one.exit or None) for one in side.shots]


TALK = drawing(ASK, say("tell", "São {{ vars.n }}"), edges="start.done>ask ask.answered>tell")


def lived(graph: dict[str, Any], *said: str) -> Life:
    life = Life(graph)
    life.starts()
    for text in said:
        life.says(text, minutes=1)
    return life


def test_over_its_own_version_nothing_differs() -> None:
    own, again = lived(TALK, "sei lá", "3").over(TALK)
    assert difference(own.shots, again.shots) is None
    assert [one.messages for one in again.shots if one.messages] == [["Quantos?"], ["Quantos?"], ["São 3"]]


def test_the_first_other_text_is_found() -> None:
    other = drawing(ASK, say("tell", "Então {{ vars.n }}"), edges="start.done>ask ask.answered>tell")
    own, again = lived(TALK, "3").over(other)
    found = difference(own.shots, again.shots)
    assert found is not None
    assert (found.what, found.recorded, found.played, found.place) == ("messages", ["São 3"], ["Então 3"], 3)


def test_after_another_way_the_guests_words_still_count() -> None:
    def twice(least: int) -> dict[str, Any]:
        more = {**ASK, "id": "more", "variable": "m"}
        tell = say("tell", "São {{ vars.n }}")
        return drawing({**ASK, "min": least}, tell, more, edges="start.done>ask ask.answered>tell tell.done>more")

    own, again = lived(twice(1), "3", "30").over(twice(10))
    found = difference(own.shots, again.shots)
    assert found is not None and (found.what, found.recorded, found.played) == ("event", "answered", "retried")
    assert ["São 30"] in [shot.messages for shot in again.shots]


def test_another_wait_ends_at_its_own_moment() -> None:
    def waiting(hours: int) -> dict[str, Any]:
        wait = {"id": "wait", "type": "wait", "amount": hours, "unit": "hours"}
        return drawing(wait, ASK, edges="start.done>wait wait.done>ask")

    life = Life(waiting(5))
    life.starts()
    life.fires()
    life.says("3", hours=1)
    own, again = life.over(waiting(2))
    found = difference(own.shots, again.shots)
    assert found is not None and found.what == "until"
    assert again.shots[2].at == NOON + timedelta(hours=2)
    assert again.status == "completed"


def test_what_was_answered_is_answered_again() -> None:
    life = lived(drawing(CALL, say("tell", "{{ vars.x }}"), edges="start.done>call call.done>tell"))
    life.is_answered({"status": 200, "json": "bom dia", "text": ""})
    moved = {**CALL, "id": "moved"}
    own, again = life.over(drawing(moved, say("tell", "{{ vars.x }}!"), edges="start.done>moved moved.done>tell"))
    assert difference(own.shots, again.shots).what == "node"  # type: ignore[union-attr]
    assert again.shots[-1].messages == ["bom dia!"]


def test_without_an_answer_it_stops_there() -> None:
    other = drawing(ASK, {**CALL}, say("tell", "São"), edges="start.done>ask ask.answered>call call.done>tell")
    _own, again = lived(TALK, "3").over(other)
    assert (again.stopped, again.at_node) == ("no_answer", "call")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_replay_gives_the_same_steps(data: st.DataObject) -> None:
    """Of any talk with any drawing: the demo's flows and drawn ones."""
    graph = data.draw(st.one_of(st.sampled_from(READY), drawings()))
    life = Life(graph, data.draw(st.integers(0, 9)))
    life.starts()
    for said in data.draw(
        st.lists(st.sampled_from(["oi", "sim", "2", "retorno", "Preços", "1", "3", None]), max_size=8)
    ):
        if said is not None:
            life.says(said, minutes=3)
        elif life.state.wait and life.state.wait.until:
            life.fires()
    own, again = life.over(graph)
    assert shots(own) == life.steps == shots(again)
    assert difference(own.shots, again.shots) is None
