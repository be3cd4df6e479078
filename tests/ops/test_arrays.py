"""Lists as arrays: what the database reads is what was given."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ops.arrays import PlainListDumper

pytestmark = pytest.mark.django_db


def echo(values: list[Any], kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [values])
        return list(cursor.fetchone()[0])


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))))
def test_texts_come_back_as_they_were(texts: list[str | None]) -> None:
    assert echo(texts, "text") == texts


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["", "NULL", "null", '"', "\\", "{a,b}", " ", None, "'", "a\nb", "%s"]),
        ("bigint", [0, -1, None, 2**63 - 1]),
        ("numeric", [2**70, 1]),
        ("bool", [True, False, None]),
        ("uuid", [UUID(int=7), None]),
        ("timestamptz", [datetime(2026, 3, 1, 12, 30, 0, 7, tzinfo=UTC), None]),
        ("text", []),
    ],
)
def test_each_plain_kind_comes_back(kind: str, values: list[Any]) -> None:
    assert echo(values, kind) == values


def test_a_moment_keeps_its_offset() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=-3)))
    assert echo([moment], "timestamptz") == [moment]


def test_a_list_of_lists_is_left_to_psycopg() -> None:
    assert echo([[1, 2], [3, 4]], "int") == [[1, 2], [3, 4]]


def test_a_nul_is_refused_before_it_is_sent() -> None:
    with pytest.raises(psycopg.DataError, match="NUL"):
        PlainListDumper(list).dump(["a\x00b"])
