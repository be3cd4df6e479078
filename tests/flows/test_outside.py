"""What leaves for other servers: paths into answers, and texts that may hold secrets (FL-012, I25)."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine.context import Context, NodeFailed
from flows.engine.expressions import ExpressionError, Scope
from flows.engine.expressions.outside import OutsideTemplate, in_address, in_line, without_signs
from flows.engine.inputs import Started
from flows.engine.json_path import MAX_PARTS, MISSING, PathError, found_in, path_of
from flows.engine.state import State
from flows.nodes.base import TYPES
from flows.nodes.http_request import in_form

ANSWER: dict[str, Any] = {"a": {"b": [{"id": 1}, [2, 3]]}, "x.y": {"[0]": "odd"}, "n": None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b[0].id", 1), ("a.b[1][-1]", 3), ("$.a.b[0].id", 1), ("$", ANSWER), ('["x.y"]["[0]"]', "odd"), ("n", None),
        ("$n", None), ("a.b[2]", MISSING), ("a.b[-3]", MISSING), ("a.b.id", MISSING), ("a[0]", MISSING),
        ("n.x", MISSING), ("A", MISSING),
    ],
)  # fmt: skip
def test_a_path_leads_somewhere_or_not(path: str, value: Any) -> None:
    assert found_in(ANSWER, path_of(path)) is value or found_in(ANSWER, path_of(path)) == value


@pytest.mark.parametrize(
    ("path", "position"),
    [("", 0), (".", 0), ("a.", 1), ("a..b", 1), ("a[x]", 1), ("a[", 1), ("a b", 1), ("$.", 2), ("a[1234567]", 1)],
)
def test_a_path_that_is_none_is_placed(path: str, position: int) -> None:
    with pytest.raises(PathError) as error:
        path_of(path)
    assert error.value.position == position


def test_a_path_has_an_end() -> None:
    path_of(".".join(["a"] * MAX_PARTS))
    with pytest.raises(PathError):
        path_of(".".join(["a"] * (MAX_PARTS + 1)))
    with pytest.raises(PathError):
        path_of("a" * 201)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_any_text_is_a_path_or_none(text: str) -> None:
    try:
        found_in(ANSWER, path_of(text))
    except PathError:
        pass


def render(source: str, shown: Any = str, **variables: Any) -> str:
    return OutsideTemplate(source, shown).render(Scope({"vars": variables}))


def test_a_secret_is_a_mark() -> None:
    template = OutsideTemplate("Bearer {{secret.KEY}} and {{ secret.OTHER_2 }}")
    assert template.secrets == {"KEY", "OTHER_2"}
    assert template.render(Scope({})) == "Bearer ⟦secret:KEY⟧ and ⟦secret:OTHER_2⟧"


@pytest.mark.parametrize(
    "source",
    ["{{ secret }}", "{{ secret.a.b }}", "{{ text(secret.KEY) }}", "{{ secret['KEY'] }}", "⟦secret:KEY⟧", "a⟧"],
)
def test_a_secret_is_no_value(source: str) -> None:
    with pytest.raises(ExpressionError):
        OutsideTemplate(source)


@given(st.text(st.sampled_from("⟦⟧secret:KEY{} .\n%")))
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_no_value_makes_a_mark(text: str) -> None:
    for shown in (str, in_address, in_line, in_form):
        made = render("{{ vars.a }}{{ vars.b }}", shown, a=text, b=[text, text])
        assert "⟦" not in made
        assert "⟧" not in made
    assert "⟦" not in json.dumps(without_signs({text: [text, {"a": text}]}), ensure_ascii=False)


def test_a_mistake_is_counted_from_the_start_of_the_text() -> None:
    with pytest.raises(ExpressionError) as error:
        render("{{ secret.KEY }} {{ 1 / 0 }}")
    assert error.value.position == 22


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=200, deadline=None, database=None, derandomize=True)
def test_a_guest_never_leaves_their_place_in_an_address(text: str) -> None:
    made = render("https://a.com/x/{{ vars.a }}/y?q={{ vars.a }}", in_address, a=text)
    assert made.startswith("https://a.com/x/")
    assert made.count("/") == 5
    assert made.count("?") == 1
    assert not set("#&@ \n").intersection(made)


def test_half_a_character_is_replaced() -> None:
    assert render("https://a.com/{{ vars.a }}", in_address, a="a\ud800") == "https://a.com/a%3F"
    assert in_form("a\ud800") == "a%3F"


def visit(node: dict[str, Any], **variables: Any) -> Any:
    settings_ = {name: value for name, value in node.items() if name != "type"}
    ctx = Context(State(variables=variables), Started(None), datetime(2026, 11, 20, 12, tzinfo=UTC), 1)
    return TYPES[node["type"]].model_validate(settings_).run(ctx)


def test_i25_a_call_has_an_end() -> None:
    """Two hundred blanks of sixteen thousand letters are worked out soon, and not sent."""
    url, long = "https://a.com/", "ç" * 16_000
    body = {f"k{number}": "x{{ vars.long }}" for number in range(190)}
    began = time.process_time()
    with pytest.raises((NodeFailed, ExpressionError)):
        visit({"type": "webhook", "url": url, "body": body}, long=long)
    with pytest.raises((NodeFailed, ExpressionError)):
        form = {f"k{number}": "{{ vars.long }}" for number in range(50)}
        visit({"type": "http_request", "method": "POST", "url": url, "body_type": "form", "body": form}, long=long)
    with pytest.raises((NodeFailed, ExpressionError)):
        visit({"type": "http_request", "url": url, "query": form}, long=long)
    assert time.process_time() - began < 1


def test_a_subflow_gets_no_more_than_a_variable_holds() -> None:
    node = {"type": "subflow", "flow": "0198c0de-0000-7000-8000-000000000002", "variables": {"a": "vars.x + vars.x"}}
    with pytest.raises(NodeFailed, match="value_too_large"):
        visit(node, x="x" * 15_000)
