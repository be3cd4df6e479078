"""WA-012: which whole messages stop and resume; a word about a visit never does."""

import pytest

from crm.consent.words import is_refused, normalised, read

STOPS = ["PARAR", "parar", " Parar! ", "párar", "SAIR", "Stop", "STOP.", "unsubscribe", "BAJA", "darme de baja"]
VISITS = ["cancelar", "Cancelar", "cancela", "não", "oi", "vou parar aí perto", "sair com a Ana às 15h"]
NOTHING = [*VISITS, "", "   ", "🛑", "stop it now please"]


@pytest.mark.parametrize("text", STOPS)
def test_a_stop_word_alone_stops_everything(text: str) -> None:
    word = read(text)
    assert word is not None and word.meaning == "stop"


@pytest.mark.parametrize("text", NOTHING)
def test_other_messages_mean_nothing(text: str) -> None:
    assert read(text) is None


def test_offers_alone_can_be_stopped() -> None:
    word = read("Parar promoções")
    assert word is not None and word.meaning == "stop_marketing"


def test_the_salons_language_decides_where_two_share_a_word() -> None:
    word = read("parar promociones", language="es")
    assert word is not None and word.language == "es"


def test_a_salons_own_word_stops() -> None:
    word = read("Chega!", ["chega"])
    assert word is not None and word.meaning == "stop"


@pytest.mark.parametrize("word", ["cancelar", "CANCELAR", "sim", "voltar", "", "!!"])
def test_words_that_say_something_else_cannot_be_made_stop_words(word: str) -> None:
    assert is_refused(word)


def test_normalising_is_bounded() -> None:
    assert len(normalised("á" * 100_000)) <= 400
