"""Finding contacts by what one remembers of them (CR-001)."""

import pytest

from crm.contacts.search import search
from tests.people.conftest import Make

pytestmark = pytest.mark.usefixtures("aurora")


def names(words: str) -> list[str]:
    return sorted(search(words).values_list("name", flat=True))


@pytest.fixture(autouse=True)
def _people(make: Make) -> None:
    make("João Conceição", "+5511988881234")
    make("Zoé Müller", "+5521977775678", fields={"email": "zoe@example.com", "hair": "Çurly"})
    make("", "+5511900001234")
    make("100% Ana_B")


@pytest.mark.parametrize(
    "words", ["joao", "CONCEICAO", "conceição joão", "ceicao", "jo", "11 98888", "(11) 98888-1234", "011 98888 1234"]
)
def test_accents_case_order_and_forms_say_nothing(words: str) -> None:
    assert names(words) == ["João Conceição"]


def test_the_last_digits_find_all_who_have_them() -> None:
    assert names("1234") == ["", "João Conceição"]


def test_the_last_digits_may_begin_with_zeros(make: Make) -> None:
    make("Elisa", "+5511999000618")
    assert [names(words) for words in ("000618", "00618", "0618", "Elisa 000618")] == [["Elisa"]] * 4


def test_a_name_and_digits_together() -> None:
    assert names("joao 1234") == ["João Conceição"]
    assert names("zoe 1234") == []


@pytest.mark.parametrize("words", ["zoe@example.com", "curly", "muller @example", "zo curly muller example"])
def test_what_stands_in_fields_is_found(words: str) -> None:
    assert names(words) == ["Zoé Müller"]


def test_the_name_of_a_field_finds_nobody() -> None:
    assert names("email") == []


@pytest.mark.parametrize(("words", "found"), [("100%", ["100% Ana_B"]), ("ana_b", ["100% Ana_B"]), ("a%b", [])])
def test_signs_of_patterns_are_letters(words: str, found: list[str]) -> None:
    assert names(words) == found


@pytest.mark.parametrize("words", ["'; drop table contact; --", "\\", "%", "\0", "(((("])
def test_whatever_is_typed_is_a_word(words: str) -> None:
    names(words)


def test_no_words_find_all() -> None:
    assert len(names("  ")) == 4
