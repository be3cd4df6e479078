"""Every reason for which a run may stop has words, and says what to do."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import flows
from flows.console.reasons import REASONS, explain
from flows.console.words import BEGAN
from flows.nodes.triggers import TriggerKind

HERE = Path(flows.__file__).parent
# Calls whose argument of this place is a reason.
PLACES = {"NodeFailed": 0, "fail": 1, "_fail": 1}
# What answers may say instead of an answer (flows.engine.inputs.Answered), beside what is written out in the code.
OF_ANSWERS = {
    *("timeout", "refused", "failed", "too_large", "circuit_open", "secret_missing", "missing", "not_published"),
    "too_deep",
}


def codes(path: Path) -> Iterator[str]:
    """The reasons that a module writes out."""
    tree = ast.parse(path.read_text())
    names = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Constant)
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in PLACES and len(node.args) > PLACES[called]:
            given = node.args[PLACES[called]]
            value = given.value if isinstance(given, ast.Constant) else names.get(getattr(given, "id", ""), "")
            if isinstance(value, str) and value:
                yield value
        if called in ("Answered", "Error"):
            for word in node.keywords:
                if word.arg == "error" and isinstance(word.value, ast.Constant) and word.value.value:
                    yield str(word.value.value)
    yield from (value for name, value in names.items() if name == "REPEATED" and isinstance(value, str))


def test_every_reason_has_words() -> None:
    """A code that nobody explains is of no use to an owner."""
    found = {
        code
        for folder in ("engine", "nodes", "runtime")
        for path in (HERE / folder).rglob("*.py")
        for code in codes(path)
    }
    assert {"too_many_nodes", "empty_text", "value_too_large"} <= found
    assert not (found | OF_ANSWERS) - REASONS.keys()


def test_every_trigger_has_words() -> None:
    assert set(get_args(TriggerKind)) <= BEGAN.keys()


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        ("too_many_nodes: more than 100", "too_many_nodes", "more than 100"),
        ("timeout", "timeout", ""),
        ("branch: the result is neither true nor false", "", "branch: the result is neither true nor false"),
    ],
)
def test_an_error_is_explained(error: str, code: str, detail: str) -> None:
    why = explain(error)
    assert why is not None
    assert (why.code, why.detail) == (code, detail)
    assert why.words
    assert why.advice


def test_no_error_needs_no_words() -> None:
    assert explain("") is None
