"""How answers of guests are understood."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.answers import READERS
from flows.engine.normalise import normalise
from flows.engine.numbers import number_in

CASES = json.loads(Path(__file__).with_name("answers.json").read_text())
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(("written", "number"), CASES["numbers"])
def test_a_number(written: str, number: str) -> None:
    assert number_in(written) == Decimal(number)


@pytest.mark.parametrize("written", CASES["no numbers"])
def test_no_number(written: str) -> None:
    assert number_in(written) is None


@pytest.mark.parametrize(("kind", "written", "answer"), CASES["answers"])
def test_an_answer(kind: str, written: str, answer: Any) -> None:
    assert READERS[kind](written, TODAY) == answer


@pytest.mark.parametrize("kind", sorted(READERS))
@given(written=st.text(max_size=60) | st.text(alphabet="0123456789/.,-+ @a\0", max_size=60))
def test_whatever_is_written_an_answer_is_plain(kind: str, written: str) -> None:
    answer = READERS[kind](written, TODAY)
    assert answer is None or type(answer) in (str, int, float)


@given(st.text())
def test_plain_text_stays_plain(text: str) -> None:
    plain = normalise(text)
    assert plain == plain.strip()
    assert normalise(plain) == plain
