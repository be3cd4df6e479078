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


CALL = {"id": "call", "type": "http_request", "url": "https://a.example/", "response": [{"path": "$", "variable": "x"}]}


def test_an_answer_of_another_server_leads_on() -> None:
    graph = drawing(
        CALL, say("ok", "{{ vars.x }}"), say("no", "Falhou"), edges="start.done>call call.done>ok call.error>no"
    )
    talk = driver(graph)
    assert kinds(talk.say("oi"))[-1] == "request"
    assert said(talk.answer("call", {"status": 200, "json": 7})) == ["7"]
    talk.say("oi")
    assert said(talk.answer("call", error="timeout")) == ["Falhou"]
    talk.answer("call", {"status": 200, "json": 8}, keep=True)
    assert said(talk.say("oi")) == ["8"]


def test_what_is_said_during_a_call_is_taken_up_after_it() -> None:
    ask = {"id": "ask", "type": "ask", "text": "Quem?", "answer": "text", "variable": "y"}
    graph = drawing(CALL, ask, say("ok", "Oi, {{ vars.y }}"), edges="start.done>call call.done>ask ask.answered>ok")
    talk = driver(graph)
    talk.say("oi")
    assert talk.say("Bia")[-1]["why"] == "later"
    assert said(talk.answer("", {"status": 200, "json": 1})) == ["Quem?", "Oi, Bia"]


def test_a_subflow_talks_and_gives_back() -> None:
    call = {"id": "sub", "type": "subflow", "flow": "0198c0de-0000-7000-8000-000000000002", "returns": ["day"]}
    outer = drawing(call, say("tell", "Dia {{ vars.day }}"), edges="start.done>sub sub.done>tell")
    inner = drawing(
        {"id": "ask", "type": "ask", "text": "Qual dia?", "answer": "text", "variable": "day"}, edges="start.done>ask"
    )
    talk = driver(outer)
    graphs = {"": Graph.parse(outer), call["flow"]: Graph.parse(inner)}
    talk.graphs = graphs.get
    assert said(talk.say("oi")) == ["Qual dia?"]
    assert said(talk.say("sexta")) == ["Dia sexta"]
    assert [run.parent for run in talk.world.runs] == [None, 0]


def test_a_subflow_that_is_not_there_or_calls_itself_for_ever() -> None:
    flow = "0198c0de-0000-7000-8000-000000000002"
    graph = drawing(
        {"id": "sub", "type": "subflow", "flow": flow}, say("no", "Nada"), edges="start.done>sub sub.error>no"
    )
    talk = driver(graph)
    assert said(talk.say("oi")) == ["Nada"]
    talk = driver(graph)
    talk.graphs = {"": Graph.parse(graph), flow: Graph.parse(graph)}.get
    assert said(talk.say("oi"))[-1] == "Nada"
    assert len(talk.world.runs) == 5


def test_effects_change_only_the_guest_of_the_talk() -> None:
    graph = drawing(
        {"id": "tag", "type": "tag_contact", "add": ["vip"]},
        {"id": "name", "type": "set_field", "target": "name", "value": "'Bia Lima'"},
        say("hi", "Oi, {{ contact.first_name }}"),
        {"id": "over", "type": "hand_over"},
        edges="start.done>tag tag.done>name name.done>hi hi.done>over",
    )
    talk = driver(graph)
    assert said(talk.say("oi")) == ["Oi, Bia"]
    assert talk.world.contact["tags"] == ["vip"] and not talk.world.bot_on


def test_a_burst_is_one_turn() -> None:
    ask = {"id": "ask", "type": "ask", "text": "?", "answer": "text", "variable": "y", "gather_s": 8}
    graph = drawing(ask, say("ok", "{{ vars.y }}"), edges="start.done>ask ask.answered>ok")
    talk = driver(graph)
    for text in ("oi", "quero", "marcar"):
        talk.say(text)
    assert talk.is_hearing()
    assert said(talk.hear_out()) == ["quero\nmarcar"]
    assert talk.world.now == NOON + timedelta(seconds=8)
