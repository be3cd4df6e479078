"""FL-008: a script goes as written, or says where it first does not."""

from typing import Any

import pytest

from flows.graph import Graph
from flows.simulator.playing import Failure, Played, play
from flows.simulator.script import ScriptError, read
from tests.flows.flow import drawing, say
from tests.flows.simulator.test_driver import MENU

ASK = drawing(
    {"id": "ask", "type": "ask", "text": "Quantos?", "answer": "number", "variable": "n"},
    say("tell", "São {{ vars.n }}"),
    say("bye", "Tchau"),
    edges="start.done>ask ask.answered>tell tell.done>bye",
)


def played(graph: dict[str, Any], *steps: dict[str, Any], **more: Any) -> Played:
    return play(read({"steps": list(steps), **more}), {"": Graph.parse(graph)}.get)


def failure(graph: dict[str, Any], *steps: dict[str, Any]) -> Failure:
    found = played(graph, *steps).failure
    assert found is not None
    return found


def test_it_passes_as_written() -> None:
    assert played(
        ASK,
        {"say": "oi"},
        {"expect": "message", "text": "Quantos?"},
        {"expect": "waiting"},
        {"say": "3"},
        {"expect": "message", "text": "São", "match": "contains"},
        {"expect": "message", "match": "any"},
        {"expect": "variable", "name": "n", "value": 3},
        {"expect": "node", "node": "bye"},
        {"expect": "ended"},
    ).passed


def test_another_text_is_the_first_difference() -> None:
    found = failure(ASK, {"say": "oi"}, {"expect": "message", "text": "Quanto?"}, {"say": "3"})
    assert found == Failure(1, "message", "Quanto?", "Quantos?", "ask")


def test_one_message_more_is_a_difference_where_messages_are_expected() -> None:
    steps = ({"say": "oi"}, {"say": "3"}, {"expect": "message", "text": "São 3"})
    assert failure(ASK, *steps) == Failure(3, "more", None, "Tchau", "bye")
    assert played(ASK, *steps[:2]).passed


def test_a_message_that_did_not_come() -> None:
    found = failure(ASK, {"say": "oi"}, {"expect": "message", "text": "Quantos?"}, {"expect": "message", "text": "Oi"})
    assert (found.row, found.expected, found.got) == (2, "Oi", None)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ({"expect": "buttons", "titles": ["Sim"]}, "buttons"),
        ({"expect": "nothing"}, "nothing"),
        ({"expect": "variable", "name": "x", "value": 1}, "variable"),
        ({"expect": "variable", "name": "x", "is": "set"}, "variable_there"),
        ({"expect": "tag", "tag": "vip"}, "tag"),
        ({"expect": "field", "name": "city", "value": "Santos"}, "field"),
        ({"expect": "effect", "effect": "team.tell"}, "effect"),
        ({"expect": "node", "node": "good"}, "node"),
        ({"expect": "ended"}, "status"),
        ({"expect": "failed"}, "status"),
        ({"tap": "Talvez"}, "no_button"),
    ],
)
def test_each_kind_finds_its_difference(step: dict[str, Any], kind: str) -> None:
    assert failure(MENU, {"say": "oi"}, step).kind == kind


def test_a_tap_and_the_buttons_shown() -> None:
    assert played(
        MENU,
        {"say": "oi"},
        {"expect": "message", "text": "Oi, Ana! Vamos?"},
        {"expect": "buttons", "titles": ["Sim", "Não"]},
        {"tap": "Não"},
        {"expect": "message", "text": "Que pena"},
        contact={"name": "Ana Lima"},
    ).passed


def test_time_passes() -> None:
    assert played(
        MENU, {"say": "oi"}, {"time": {"hours": 1}}, {"expect": "message", "text": "Que pena"}, {"expect": "ended"}
    ).passed
    assert failure(MENU, {"time": "next"}).kind == "nothing_due"
    assert played(MENU, {"say": "oi"}, {"time": "2026-11-20T11:00"}, {"expect": "node", "node": "bad"}).passed


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([], "JSON object"),
        ({"steps": {}}, "steps is a list"),
        ({"steps": [{}]}, "step 1"),
        ({"steps": [{"expect": "rain"}]}, "step 1"),
        ({"steps": [{"say": 1}]}, "say a text"),
        ({"steps": [{"time": {"years": 1}}]}, "a span is made of"),
        ({"steps": [{"time": "amanhã"}]}, "no moment"),
        ({"steps": [{"expect": "message", "match": "almost"}]}, "match is"),
        ({"steps": [], "now": "x"}, "no moment"),
        ({"steps": [], "contact": {"tags": "vip"}}, "a contact has"),
        ({"steps": [], "answers": {"n": []}}, "answer at n"),
        ({"steps": [], "colour": 1}, "colour is not known"),
        ({"version": 2, "steps": []}, "version"),
    ],
)
def test_a_script_that_cannot_be_read_says_why(script: Any, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        read(script)
