"""Each sentence of the nodes and of the language has words for the reader, and every function is explained."""

import ast
from pathlib import Path

import pytest

from flows.engine.expressions import Expression, ExpressionError, Scope
from flows.engine.expressions.functions import FUNCTIONS
from flows.forms.functions import SIGNS, WRITTEN, explained, worked_out
from flows.forms.messages import PATTERNS, SENTENCES, words_of

ROOT = Path(__file__).parents[3] / "flows"
RAISED = {"ExpressionError": 0, "PydanticCustomError": 1, "wrong": 1, "PathError": 0}


def sentences() -> set[str]:
    found = set()
    for file in [*ROOT.glob("nodes/*.py"), *ROOT.glob("engine/**/*.py")]:
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and (place := RAISED.get(ast.unparse(call.func))) is not None:
                given = call.args[place] if len(call.args) > place else None
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    found.add(given.value)
    return found


def test_every_sentence_has_words() -> None:
    """FL-004: nobody is told what is wrong in a language that they do not read."""
    plain = {one for one in sentences() if "{" not in one.replace("{{ secret.NAME }}", "")}
    assert plain <= SENTENCES.keys()
    open_ones = {one for one in sentences() - plain if not one.strip("{}").isidentifier()}
    assert not [one for one in open_ones if words_of(one.replace("{", "").replace("}", "")) == one]


def test_no_words_are_left_over() -> None:
    assert SENTENCES.keys() <= sentences()


def test_what_is_no_sentence_of_ours_is_told_as_it_is() -> None:
    assert words_of("something else") == "Something else"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nix(1)", "There is no function nix"),
        ("upper()", "It is used like this: upper(text)"),
        ("1 = 2", "Compare with == and not with ="),
        ("foo.bar", "foo is not known"),
        ("1 +", "Something is missing at the end"),
        ("'a", "This text is not closed"),
    ],
)
def test_mistakes_of_formulas_in_words(source: str, words: str) -> None:
    with pytest.raises(ExpressionError) as error:
        Expression(source).json(Scope({"vars": {}}))
    assert words in words_of(error.value.message)


def test_patterns_are_well_formed() -> None:
    for pattern, words in PATTERNS:
        assert pattern and str(words)


def test_every_function_is_explained() -> None:
    """FL-005: the help is made from the functions themselves."""
    named = {name for group, rows in WRITTEN.items() if group != "signs" for name in rows}
    assert named == set(FUNCTIONS)
    assert all(one.what and one.usage for one in explained())


@pytest.mark.parametrize("name", [name for rows in WRITTEN.values() for name in rows])
def test_every_example_gives_what_it_says(name: str) -> None:
    _what, example, result = next(rows[name] for rows in WRITTEN.values() if name in rows)
    given = worked_out(example)
    assert given == result
    assert type(given) is type(result)


@pytest.mark.parametrize("name", SIGNS)
def test_examples_of_signs_use_them(name: str) -> None:
    assert name.split(maxsplit=1)[0] in SIGNS[name][1]
