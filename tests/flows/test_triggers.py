"""FL-003: which messages start a flow."""

from typing import Any

import pytest

from flows.nodes.start import Start


def starts(text: str, first: bool = False, **settings: Any) -> bool:
    return Start.model_validate(settings).starts_on(text, first_contact=first)


def test_any_message() -> None:
    assert starts("o que for")


@pytest.mark.parametrize("first", [True, False])
def test_first_contact(first: bool) -> None:
    assert starts("oi", first, trigger="first_contact") is first


@pytest.mark.parametrize(
    "text", ["agendar", "  AGENDAR!! ", "Horário", "horario", "¿hórario?", "quero   agendar", "👍"]
)
def test_a_keyword_whatever_its_accents_and_capitals(text: str) -> None:
    assert starts(text, trigger="keywords", keywords=["Agendar", "horário", "quero agendar", "👍"])


@pytest.mark.parametrize("text", ["", "agendaram", "quero agendar hoje", "ag endar", "👎"])
def test_another_message(text: str) -> None:
    assert not starts(text, trigger="keywords", keywords=["agendar", "👍"])


def test_a_keyword_as_one_word_of_many() -> None:
    word: dict[str, Any] = {"trigger": "keywords", "keywords": ["agendar", "bom dia"], "match": "word"}
    assert starts("Olá, bom dia!", **word)
    assert starts("posso agendar?", **word)
    assert not starts("agendamento", **word)
