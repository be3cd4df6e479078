"""Every sentence about a drawing stands in the reader's language (FL-001)."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from flows.forms.messages import PATTERNS, SENTENCES
from flows.graph import Problem
from flows.problem_words import COMPILED, in_words, sentence
from flows.problems import problems_of

HOME = Path(__file__).parents[2] / "flows"


def said_in(file: Path) -> Iterator[str]:
    """The texts that are given to a problem, with `7` for what differs."""
    for node in ast.walk(ast.parse(file.read_text())):
        name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
        if isinstance(node, ast.Call) and name in ("Problem", "report"):
            for argument in node.args[2:4]:
                yield from texts_of(argument)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "hint":
            yield from texts_of(node.value)


def texts_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body)
        yield from texts_of(node.orelse)


def is_known(said: str) -> bool:
    import re

    fits = any(pattern.fullmatch(said) for pattern, _ in COMPILED)
    return not said or fits or said in SENTENCES or any(re.fullmatch(pattern, said) for pattern, _ in PATTERNS)


@pytest.mark.parametrize("file", ["graph.py", "problems.py"])
def test_every_sentence_is_known(file: str) -> None:
    said = {text.replace("7 7", "7 nodes") for text in said_in(HOME / file)}
    said = {"nodes must be a list" if text == "7 must be a list" else text for text in said}
    said = {text.replace("at most 7 nodes, this", "at most 7 edges, this") for text in said}
    said = {"id is made of letters, digits, - and _" if text.startswith("7 is made of") else text for text in said}
    assert len(said) > 5
    assert [text for text in sorted(said) if not is_known(text)] == []


def test_what_the_cases_are_refused_for_is_known() -> None:
    unknown = set()
    for file in (Path(__file__).parent / "nodes" / "cases").glob("*.json"):
        for case in json.loads(file.read_text()):
            node = case["node"]
            nodes = [node] if node["type"] == "start" else [{"id": "start", "type": "start"}, node]
            for problem in problems_of({"version": 1, "nodes": nodes, "edges": []}):
                unknown |= {text for text in (problem.message, problem.hint) if not is_known(text)}
    assert unknown == set()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("a flow has at most 500 nodes, this has 501", "A flow has at most 500 steps, this has 501."),
        ("a loop without a wait: a → b", "These steps lead in a circle in which nothing waits: a → b."),
        ("nothing sets vars.nmae", "No step sets vars.nmae, so it is always empty."),
        ("the expression ends too early (at character 4)", "Something is missing at the end (at character 4)"),
        ("Input should be 'a' or 'b'", "Must be one of: 'a' or 'b'."),
        ("something nobody knows", "Something nobody knows"),
        ("", ""),
    ],
)
def test_a_sentence(said: str, words: str) -> None:
    with translation.override("en"):
        assert sentence(said) == words


def test_a_problem_keeps_its_place() -> None:
    with translation.override("en"):
        assert in_words(Problem("n1", "exit.a", "nothing follows a", "Delete it.", "warning")) == Problem(
            "n1", "exit.a", "Nothing follows “a”.", "Delete it.", "warning"
        )


def test_a_way_out_is_called_by_its_label() -> None:
    node = {"id": "n1", "type": "send_message", "buttons": [{"id": "a", "title": "Sim"}]}
    with translation.override("en"):
        assert in_words(Problem("n1", "exit.a", "nothing follows a"), node).message == "Nothing follows “Sim”."


def test_what_is_not_chosen_yet_is_to_be_filled_in() -> None:
    """FL-001: the pattern of a name is for whoever has written one."""
    said = Problem("n1", "stage", "String should match pattern '^x$'", "")
    with translation.override("en"):
        assert in_words(said, {"type": "move_deal", "stage": ""}).message == "Fill this in."
        assert in_words(said, {"type": "move_deal", "stage": "y"}).message == "This is not written as it must be."
