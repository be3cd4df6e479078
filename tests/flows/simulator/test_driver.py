"""FL-007: one driver plays a talk as production would, and nothing of it leaves."""

import json
from datetime import timedelta

from flows.graph import Graph
from flows.simulator.driver import MAX_INPUTS, Driver
from flows.simulator.world import World
from tests.flows.flow import NOON, drawing, let, say
from tests.flows.simulator.conftest import driver, kinds, path, said

YES_NO = [{"id": "yes", "title": "Sim"}, {"id": "no", "title": "Não"}]
AN_HOUR = {"amount": 1, "unit": "hours"}
MENU = drawing(
    say("menu", "Oi, {{ contact.first_name }}! Vamos?", buttons=YES_NO, timeout=AN_HOUR),
    say("good", "Que bom"),
    say("bad", "Que pena"),
    edges="start.done>menu menu.yes>good menu.no>bad menu.timeout>bad",
)
LOOP = drawing(
    {"id": "wait", "type": "wait", "amount": 1, "unit": "seconds"},
    let("count", "n", "default(vars.n, 0) + 1"),
    edges="start.done>wait wait.done>count count.done>wait",
)


def test_a_guest_writes_and_taps() -> None:
    talk = driver(MENU)
    assert said(talk.say("oi")) == ["Oi, Ana! Vamos?"]
    entries = talk.tap("Sim")
    assert said(entries) == ["Que bom"]
    assert path(entries) == ["menu:answered", "good:passed"]
    assert kinds(entries)[-1] == "ended"


def test_a_button_that_is_not_there_changes_nothing() -> None:
    talk = driver(MENU)
    talk.say("oi")
    assert [one["why"] for one in talk.tap("Talvez")] == ["no_such_button"]
    assert talk.world.runs[0].is_active


def test_time_is_skipped_to_the_next_moment() -> None:
    talk = driver(MENU)
    talk.say("oi")
    assert talk.next_moment() == NOON + timedelta(hours=1)
    assert said(talk.skip()) == ["Que pena"]
    assert talk.world.now == NOON + timedelta(hours=1)
    assert [one["why"] for one in talk.skip()] == ["nothing_due"]


def test_a_span_that_is_too_short_wakes_nobody() -> None:
    talk = driver(MENU)
    talk.say("oi")
    assert said(talk.later(timedelta(minutes=59))) == []
    assert said(talk.later(timedelta(minutes=1))) == ["Que pena"]


def test_a_message_that_the_trigger_does_not_want_starts_nothing() -> None:
    graph = drawing(say("hi", "Oi"), edges="start.done>hi")
    graph["nodes"][0] |= {"trigger": "keywords", "keywords": ["agendar"]}
    talk = driver(graph)
    assert [one.get("why") for one in talk.say("bom dia")] == [None, "not_wanted"]
    assert said(talk.say("bom dia", anyway=True)) == ["Oi"]
    assert said(talk.say("agendar")) == ["Oi"]


def test_what_was_put_away_goes_on_as_if_nothing_had_been() -> None:
    whole, parts = driver(MENU), driver(MENU)
    for act in ("oi", "talvez", "oi"):
        whole.say(act)
        kept = json.loads(json.dumps(parts.world.to_json()))
        parts = Driver(World.from_json(kept), parts.graphs)
        parts.say(act)
    assert parts.world.to_json() == whole.world.to_json()


def test_waits_without_end_are_cut() -> None:
    """Bounded: a year of waits of a second is not walked."""
    talk = driver(LOOP)
    talk.say("oi")
    entries = talk.later(timedelta(days=365))
    assert entries[-1] == {**entries[-1], "kind": "ignored", "why": "too_much"}
    assert talk.world.runs[0].state.variables["n"] <= MAX_INPUTS
    assert talk.world.now < NOON + timedelta(days=1)


def test_a_variable_is_set_by_hand() -> None:
    graph = drawing(
        {"id": "ask", "type": "ask", "text": "?", "answer": "text", "variable": "x"},
        say("tell", "{{ vars.visits }} {{ vars.x }}"),
        edges="start.done>ask ask.answered>tell",
    )
    talk = driver(graph)
    talk.say("oi")
    talk.set_variable("visits", 7)
    assert said(talk.say("sim")) == ["7 sim"]


def test_while_a_person_answers_the_flow_hears_nothing() -> None:
    talk = driver(MENU)
    talk.say("oi")
    talk.be_a_person(True)
    assert [one.get("why") for one in talk.say("Sim")] == [None, "bot_off"]
    talk.be_a_person(False)
    assert said(talk.say("Sim")) == ["Que bom"]


def test_a_wait_leaves_the_guest_to_a_new_run_and_stands_back_for_it() -> None:
    """As in production: what only lets time pass does not hear, and never talks over another run."""
    graph = drawing(
        {"id": "is", "type": "condition", "branches": [{"id": "menu", "when": "message.text == 'menu'"}]},
        say("menu", "Vamos?", buttons=YES_NO),
        {"id": "wait", "type": "wait", "amount": 2, "unit": "hours"},
        say("later", "Ainda aí?"),
        edges="start.done>is is.menu>menu is.else>wait wait.done>later",
    )
    talk = driver(graph)
    talk.say("oi")
    talk.say("menu")
    assert said(talk.later(timedelta(hours=3))) == []
    assert said(talk.tap("Sim")) == ["Ainda aí?"]


def test_a_drawing_that_is_gone_ends_its_run() -> None:
    talk = driver(MENU)
    talk.say("oi")
    gone = Driver(talk.world, lambda _name: None)
    assert gone.say("Sim")[-1]["why"] == "no_drawing"


def test_the_same_acts_give_the_same_entries() -> None:
    """FL-004: the seed is the world's."""
    graph = drawing(say("hi", "{{ pick(['a', 'b', 'c', 'd', 'e', 'f']) }}"), edges="start.done>hi")
    first, again = driver(graph, seed=5), driver(graph, seed=5)
    assert first.say("oi") == again.say("oi")
    others = {driver(graph, seed=seed).say("oi")[-2]["body"]["text"] for seed in range(30)}
    assert len(others) > 1
    assert Graph.parse(graph)
