"""Custom fields (CR-001): what a value of each kind may be."""

from typing import Any

import pytest

from crm.contacts import fields
from crm.contacts.models import CustomField
from tests.world import Salons

pytestmark = pytest.mark.usefixtures("aurora")


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", " hi ", "hi"),
        ("number", "12", 12),
        ("number", "1,5", 1.5),
        ("number", 3.25, 3.25),
        ("date", "2024-02-29", "2024-02-29"),
        ("choice", "curly", "Curly"),
        ("flag", "yes", True),
        ("flag", False, False),
        ("number", "", None),
        ("text", None, None),
    ],
)
def test_a_value_is_kept_as_its_kind(kind: str, given: Any, kept: Any) -> None:
    assert fields.value_of(CustomField(kind=kind, options=["Curly", "Straight"]), given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "many"),
        ("number", "NaN"),
        ("number", "1e400"),
        ("number", True),
        ("date", "2023-02-29"),
        ("date", "20240101"),
        ("choice", "bald"),
        ("flag", "maybe"),
        ("text", "x" * 2001),
    ],
)
def test_another_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        fields.value_of(CustomField(kind=kind, options=["Curly"]), given)


def test_a_word_no_field_has_stays(salons: Salons) -> None:
    assert fields.clean({"own": {"a": 1}}) == {"own": {"a": 1}}


def test_a_field_is_made_moved_and_archived() -> None:
    first = fields.create(fields.Wanted("Hair type", "choice", ["Curly"]), by=None)
    second = fields.create(fields.Wanted("Visits", "number"), by=None)
    assert (first.key, second.key) == ("hair_type", "visits")
    fields.move(second, up=True, by=None)
    assert [one.key for one in fields.live()] == ["visits", "hair_type"]
    fields.archive(first, on=True, by=None)
    assert [one.key for one in fields.live()] == ["visits"]
    assert fields.create(fields.Wanted("Hair type", "text"), by=None).key == "hair_type_2"


def test_a_name_twice_or_a_choice_of_nothing_is_refused() -> None:
    fields.create(fields.Wanted("Hair", "text"), by=None)
    for wanted in (fields.Wanted("hair", "text"), fields.Wanted("", "text"), fields.Wanted("Colour", "choice")):
        with pytest.raises(fields.NotPossible):
            fields.create(wanted, by=None)
    assert CustomField.objects.count() == 1
