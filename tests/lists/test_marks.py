"""Cells that a spreadsheet would calculate, in files of either separator (CR-001, OWASP CSV injection)."""

import csv
import io
import random
import time

import pytest

from portal.frame.files.cells import safe, safe_text, unmarked
from portal.frame.files.writers import as_csv
from tests.lists.conftest import List

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
ATTACK = "Ana;=cmd|'/C calc'!A1"


def some_texts() -> list[str]:
    chosen = random.Random(5)
    return ["".join(chosen.choices(";,\t|\n\r\"' =+-@＝a", k=chosen.randint(1, 9))) for _ in range(3000)]


def test_a_formula_behind_the_other_separator_is_text() -> None:
    assert safe(ATTACK) == "Ana;'=cmd|'/C calc'!A1"
    assert safe('x, "=1') == "x, \"'=1"
    assert safe("Ana Souza - VIP; Bia") == "Ana Souza - VIP; Bia"
    assert safe("+5511988881234") == "'+5511988881234"
    assert safe_text("+5511988881234") == "+5511988881234"
    assert safe_text("=1; =2") == "'=1; =2"


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_no_spreadsheet_finds_a_formula_whatever_it_divides_by(delimiter: str) -> None:
    for text in some_texts():
        body = b"".join(as_csv([["1", text, "x"]], delimiter=delimiter)).decode("utf-8-sig")
        for other in ",;\t|":
            for row in csv.reader(io.StringIO(body, newline=""), delimiter=other):
                assert not [cell for cell in row if cell.lstrip().startswith(SIGNS)], (text, other, row)


def test_what_was_made_safe_comes_back_as_it_was() -> None:
    for text in [*some_texts(), ATTACK, "a;'=b", "''=x", "'", "O'Hara, 'x'"]:
        assert unmarked(safe(text)) == text
        assert unmarked(safe_text(text)) == text
    began = time.perf_counter()
    for mark in (";", '"', "'", " ", "\t", ";'"):
        assert unmarked(safe(mark * 20_000)).strip() == (mark * 20_000).strip()
    assert time.perf_counter() - began < 1


def test_a_refused_row_is_marked_once(lists: List) -> None:
    from tests.lists.conftest import body_of

    lists.bring("nome,telefone\n'=Ana;'=x,bad\n")
    lists.check({0: "name", 1: "phone"})
    body = body_of(lists.browser.get(f"{lists.path}refused/?download")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body)))[1][3] == "'=Ana;'=x"
