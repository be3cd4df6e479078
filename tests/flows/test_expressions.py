"""What the expression language says and means."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.engine.expressions import Expression, ExpressionError, Scope, Template
from flows.engine.expressions.functions import FUNCTIONS

CASES = json.loads(Path(__file__).with_name("expressions.json").read_text())
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))


def scope(**variables: Any) -> Scope:
    contact = {"first_name": "Ana", "name": "Ana Lima", "tags": ["vip"], "visits": 3, "odd key": "x", "email": None}
    return Scope({"contact": contact, "salon": {"name": "Aurora"}, "message": None, "vars": variables}, NOW, seed=7)


@pytest.mark.parametrize("case", CASES["gives"], ids=lambda case: case[0])
def test_it_gives(case: list[Any]) -> None:
    source, expected = case
    value = Expression(source).json(scope(age=20, price=0.1, dirty="{{ contact.name }}"))
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize("case", CASES["refuses"], ids=lambda case: case[0])
def test_it_refuses_and_points_at_the_place(case: list[Any]) -> None:
    source, character, words = case
    with pytest.raises(ExpressionError) as error:
        Expression(source).json(scope())
    assert words in error.value.message
    assert error.value.position + 1 == character


@pytest.mark.parametrize("case", CASES["templates"], ids=lambda case: case[0])
def test_a_template_shows(case: list[str]) -> None:
    source, shown = case
    assert Template(source).render(scope(price=12.5, dirty="{{ contact.name }}", list=[1, "b"])) == shown


@pytest.mark.parametrize("case", CASES["bad templates"], ids=lambda case: case[0])
def test_a_bad_template_points_at_the_place(case: list[Any]) -> None:
    source, character, words = case
    with pytest.raises(ExpressionError, match=words) as error:
        Template(source).render(scope())
    assert error.value.position + 1 == character


def test_every_function_has_a_case() -> None:
    written = " ".join(case[0] for case in CASES["gives"])
    assert [name for name in FUNCTIONS if f"{name}(" not in written] == []


def test_pick_depends_on_the_seed_alone() -> None:
    chosen = {Expression("pick(['a', 'b', 'c'])").json(Scope({}, NOW, seed)) for seed in range(20)}
    assert chosen == {"a", "b", "c"}
    assert len({Expression("pick(['a', 'b', 'c'])").json(Scope({}, NOW, 4)) for _ in range(9)}) == 1


def test_a_source_is_read_once() -> None:
    assert Expression("1 + 41").evaluate is Expression("1 + 41").evaluate
