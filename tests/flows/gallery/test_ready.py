"""The ready flows (FL-013): each can be run in each language, with what is right for WhatsApp."""

import json

import pytest

from channels_wa.message_templates.drafts import from_form
from channels_wa.message_templates.lint import Known, errors_in, findings_of
from flows.gallery.actions import of_ready
from flows.gallery.ready import HERE, LANGUAGES, ORDER, NoSuchFlow, language_for, ready_flow
from flows.gallery.talk import talk_of
from flows.graph import Graph
from flows.problems import problems_of
from flows.simulator.playing import play
from flows.simulator.script import read
from flows.simulator.world import TRIED

EACH = [(slug, language) for slug in ORDER for language in LANGUAGES]


@pytest.mark.parametrize(("slug", "language"), EACH)
def test_it_has_no_problem(slug: str, language: str) -> None:
    assert [problem.to_json() for problem in problems_of(ready_flow(slug, language).graph)] == []


@pytest.mark.parametrize(("slug", "language"), EACH)
def test_whatsapp_would_take_its_templates(slug: str, language: str) -> None:
    for one in ready_flow(slug, language).templates:
        findings = findings_of(from_form(one), Known(is_taken=False, has_sample_file=False))
        assert errors_in(findings) == []
        assert from_form(one).category == one["category"]


@pytest.mark.parametrize(("slug", "language"), EACH)
def test_it_sends_the_templates_that_it_brings(slug: str, language: str) -> None:
    flow = ready_flow(slug, language)
    sent = {(node["name"], node["language"]) for node in flow.graph["nodes"] if node["type"] == "send_template"}
    assert sent == {(one["name"], one["language"]) for one in flow.templates}


def test_every_file_is_listed_and_every_text_is_used() -> None:
    assert {file.stem for file in HERE.glob("*.json")} == set(ORDER)
    for slug in ORDER:
        data = json.loads((HERE / f"{slug}.json").read_text())
        used = json.dumps({key: value for key, value in data.items() if key != "texts"})
        unused = [name for name in data["texts"] if f'"@{name}"' not in used and f"{{@{name}}}" not in used]
        assert unused == [], slug
        for words in data["texts"].values():
            assert words.keys() == set(LANGUAGES)


def test_an_unknown_one_is_none() -> None:
    with pytest.raises(NoSuchFlow):
        ready_flow("../../secrets")


@pytest.mark.parametrize(
    ("code", "language"),
    [("pt-br", "pt_BR"), ("pt", "pt_BR"), ("es-MX", "es"), ("en_US", "en"), ("de", "en"), ("", "en")],
)
def test_a_page_gets_the_language_that_suits(code: str, language: str) -> None:
    assert language_for(code) == language


@pytest.mark.parametrize(("slug", "language"), EACH)
def test_its_tests_pass(slug: str, language: str) -> None:
    """FL-008, FL-013: each ready flow brings conversations that go as written, in each language."""
    flow = ready_flow(slug, language)
    graph = Graph.parse(flow.graph)
    assert len(flow.tests) >= 2
    for test in flow.tests:
        played = play(read(test["script"]), {TRIED: graph}.get)
        assert played.failure is None, test["name"]


@pytest.mark.parametrize(("slug", "language"), EACH)
def test_its_tests_reach_every_step(slug: str, language: str) -> None:
    """What no test reaches, nobody has tried."""
    flow = ready_flow(slug, language)
    graph, reached = Graph.parse(flow.graph), set()
    for test in flow.tests:
        log = play(read(test["script"]), {TRIED: graph}.get).world.log
        reached |= {entry["node"] for entry in log if entry["kind"] == "step"}
    left = {node["id"] for node in flow.graph["nodes"]} - reached
    assert len(left) <= len(flow.graph["nodes"]) // 3, left


@pytest.mark.parametrize("slug", ORDER)
def test_it_can_be_seen_talking(slug: str) -> None:
    lines = talk_of(of_ready(ready_flow(slug, "en")))
    assert {line.side for line in lines} >= {"salon"}
